"""The mechanics behind :mod:`tracker.store.merges`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel

from tracker.errors import UsageError
from tracker.store import custody, joint, statements, tables
from tracker.store.custody import Plain
from tracker.store.joint import Choose, Facets
from tracker.store.mentions import refresh_news
from tracker.store.merges import Split, forget_apart, keep_apart
from tracker.store.papers import add_aliases, free_id
from tracker.store.reader import as_reader
from tracker.store.texts import refresh_notes
from tracker.store.times import stored

#: What changes hands: by which columns a row is known, and which one names the paper.
_OWNED: tuple[tuple[type[SQLModel], tuple[str, ...], str], ...] = (
    (tables.PaperAliasRow, ("id",), "paper_pk"),
    (tables.IdentifierRow, ("scheme", "value"), "paper_pk"),
    (tables.MentionRow, ("pk",), "paper_pk"),
    (tables.NoteRow, ("id",), "paper_pk"),
    (tables.MergeRow, ("pk",), "winner_pk"),
)
#: Answers: one a service and question, so both papers may have one; then the loser's waits in the snapshot.
_ANSWERS: tuple[type[SQLModel], ...] = (tables.MetadataRow, tables.LookupRow)
_QUESTION = ("service", "asked")
#: Columns of ``paper`` that are not derived, and so are not simply put back.
_NOT_DERIVED = frozenset(("pk", "id", "id_fixed", "added_at", "news_at", "changed_at"))


@dataclass(frozen=True, slots=True)
class _Joined:
    """A table whose rows are joined and parted facet by facet."""

    model: type[SQLModel]
    sort: Callable[[Sequence[Plain]], Facets]
    choose: Choose
    unsort: Callable[[Facets], list[Plain]] = joint.rows


def _by(*key: str) -> Callable[[Sequence[Plain]], Facets]:
    return lambda rows: joint.facets(rows, key)


_JOINED: tuple[_Joined, ...] = (
    _Joined(tables.TagRow, _by("name"), joint.first),
    _Joined(tables.ConceptLinkRow, _by("slug"), joint.highest("score")),
    _Joined(tables.ConceptVerdictRow, _by("slug"), joint.latest("decided_at")),
    _Joined(tables.VectorRow, _by("model"), joint.first),
    _Joined(tables.ReadingRow, joint.reading_facets, joint.latest_reading, joint.reading_rows),
    _Joined(tables.DuplicateRow, _by("other"), joint.firmest),
)

_Half = dict[str, list[Plain]]


def _name(model: type[SQLModel]) -> str:
    return statements.table_of(model).name


class Merger:
    """One merge or split, inside the caller's transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    # ------------------------------------------------------------ merging

    def merge(self, winner: int, loser: int, reason: str, decided_by: str) -> int:
        """See :func:`tracker.store.merges.merge`."""
        if winner == loser:
            raise UsageError("a paper cannot be merged with itself")
        halves = {"winner": self._half(winner), "loser": self._half(loser)}
        pair = self._take_pair(winner, loser)
        for half in halves.values():
            half["duplicate"] = [row for row in half["duplicate"] if row["other"] not in (winner, loser)]
        if decided_by == "person":
            forget_apart(self._session, winner, loser)
        for model, key, owner in _OWNED:
            keys = [{name: row[name] for name in key} for row in halves["loser"][_name(model)]]
            custody.hand_over(self._session, model, keys, loser, winner, owner)
        for model in _ANSWERS:
            held = {tuple(row[q] for q in _QUESTION) for row in halves["winner"][_name(model)]}
            free = [row for row in halves["loser"][_name(model)] if tuple(row[q] for q in _QUESTION) not in held]
            custody.hand_over(self._session, model, [{q: row[q] for q in _QUESTION} for row in free], loser, winner)
        for joined in _JOINED:
            ours, theirs = (joined.sort(half[_name(joined.model)]) for half in halves.values())
            together = joint.join(ours, theirs, joined.choose)
            self._erase(joined.model, loser)
            if together != ours:
                self._rewrite(joined.model, joined.unsort(together), winner)
        self._absorb_paper(winner, loser, halves)
        snapshot = {
            "winner_pk": winner,
            "pair": custody.to_json(pair),
            **{side: {name: custody.to_json(rows) for name, rows in half.items()} for side, half in halves.items()},
        }
        return statements.insert(
            self._session,
            tables.MergeRow,
            {
                "winner_pk": winner,
                "loser_pk": loser,
                "loser_id": halves["loser"]["paper"][0]["id"],
                "reason": reason,
                "decided_by": decided_by,
                "merged_at": self._now,
                "snapshot": snapshot,
            },
        )

    def _absorb_paper(self, winner: int, loser: int, halves: Mapping[str, _Half]) -> None:
        ours, theirs = halves["winner"]["paper"][0], halves["loser"]["paper"][0]
        changes: Plain = {"added_at": min(ours["added_at"], theirs["added_at"]), "changed_at": stored(self._now)}
        former = theirs["id"]
        statements.delete(self._session, tables.PaperRow, pk=loser)
        if theirs["id_fixed"] and not ours["id_fixed"]:
            changes |= {"id": theirs["id"], "id_fixed": 1}
            former = ours["id"]
        self._set_paper(winner, changes)
        add_aliases(self._session, winner, [former])
        refresh_news(self._session, [winner])
        refresh_notes(self._session, winner)

    # ------------------------------------------------------------ splitting

    def split(self, merge_pk: int) -> Split:
        """See :func:`tracker.store.merges.split`."""
        row = self._session.get(tables.MergeRow, merge_pk)
        if row is None or row.undone_at is not None:
            raise UsageError(f"merge {merge_pk} is not there to be undone", cure="see: tracker duplicates")
        winner, loser, kept = row.winner_pk, row.loser_pk, row.snapshot
        before: dict[str, _Half] = {
            side: {name: custody.from_json(rows) for name, rows in kept[side].items()} for side in ("winner", "loser")
        }
        for half in before.values():
            half["duplicate"] = self._still_there(half["duplicate"], winner, loser)
        known = {found["pk"] for half in before.values() for found in half["mention"]}
        later = [m["pk"] for m in self._rows(tables.MentionRow, winner) if m["pk"] not in known]
        self._part_papers(winner, loser, before, same_winner=winner == kept["winner_pk"])
        for model, key, owner in _OWNED:
            if model is not tables.PaperAliasRow:
                keys = [{name: found[name] for name in key} for found in before["loser"][_name(model)]]
                custody.hand_over(self._session, model, keys, winner, loser, owner)
        self._part_answers(winner, loser, before)
        for joined in _JOINED:
            self._part_joined(joined, winner, loser, before, same_winner=winner == kept["winner_pk"])
        for pk in (winner, loser):
            refresh_notes(self._session, pk)
        refresh_news(self._session, [winner, loser])
        statements.update(self._session, tables.MergeRow, {"undone_at": self._now}, pk=merge_pk)
        keep_apart(self._session, winner, loser, self._now)
        self._put_pair(custody.from_json(kept["pair"]), winner, loser)
        return Split(winner_pk=winner, loser_pk=loser, later_mentions=tuple(later))

    def _part_papers(self, winner: int, loser: int, before: Mapping[str, _Half], *, same_winner: bool) -> None:
        ours, theirs = before["winner"]["paper"][0], before["loser"]["paper"][0]
        ((held, fixed, added),) = as_reader(self._session).rows(
            "SELECT id, id_fixed, added_at FROM paper WHERE pk = :pk", {"pk": winner}
        )
        changes: Plain = {"changed_at": stored(self._now)}
        if same_winner:
            changes |= {name: value for name, value in ours.items() if name not in _NOT_DERIVED}
        if added == min(ours["added_at"], theirs["added_at"]):
            changes["added_at"] = ours["added_at"] if same_winner else added
        if held == theirs["id"] or (same_winner and not fixed):
            # The winner may have moved up to the loser's id; that goes back with the loser.
            changes |= {"id": free_id(self._session, ours["id"], winner), "id_fixed": ours["id_fixed"]}
        self._set_paper(winner, changes)
        if changes.get("id", held) != held:
            statements.delete(self._session, tables.PaperAliasRow, id=changes["id"])
            if held != theirs["id"]:
                add_aliases(self._session, winner, [held])
        wanted = [*before["loser"]["paper_alias"], {"id": theirs["id"]}]
        statements.delete(self._session, tables.PaperAliasRow, id=[theirs["id"]], paper_pk=winner)
        own = {**theirs, "pk": loser, "id": free_id(self._session, theirs["id"], None)}
        custody.write(self._session, tables.PaperRow, [{k: v for k, v in own.items() if k != "pk"}], loser, "pk")
        custody.hand_over(self._session, tables.PaperAliasRow, wanted, winner, loser)
        for pk, side in ((winner, "winner"), (loser, "loser")):
            if side == "loser" or same_winner:
                self._rewrite(tables.PaperTextRow, before[side]["paper_text"], pk)

    def _part_joined(
        self, joined: _Joined, winner: int, loser: int, before: Mapping[str, _Half], *, same_winner: bool
    ) -> None:
        ours, theirs = (joined.sort(half[_name(joined.model)]) for half in before.values())
        merged = joint.join(ours, theirs, joined.choose)
        present = joined.sort(self._rows(joined.model, winner))
        stays, goes = joint.part(ours, theirs, merged, present)
        if not same_winner:
            stays = present  # the winner of then was merged away itself: who knows what its winner had before
        if stays != present:
            self._rewrite(joined.model, joined.unsort(stays), winner)
        taken = {row.get("pk") for row in joined.unsort(stays)} - {None}
        rows = [{k: v for k, v in row.items() if k != "pk" or v not in taken} for row in joined.unsort(goes)]
        self._rewrite(joined.model, rows, loser)

    def _part_answers(self, winner: int, loser: int, before: Mapping[str, _Half]) -> None:
        """The loser's answers go back; later ones go by the name that was asked for, and the names they brought too."""
        own_names = {f"{row['scheme']}:{row['value']}" for row in before["loser"]["identifier"]}
        for model in _ANSWERS:
            ours, theirs = (
                {tuple(row[q] for q in _QUESTION): row for row in half[_name(model)]} for half in before.values()
            )
            present = {tuple(row[q] for q in _QUESTION) for row in self._rows(model, winner)}
            goes = {key for key in present if key not in ours and (key in theirs or key[1] in own_names)}
            custody.hand_over(
                self._session, model, [dict(zip(_QUESTION, key, strict=True)) for key in goes], winner, loser
            )
            custody.write(self._session, model, [row for key, row in theirs.items() if key in ours], loser)
        names_then = {(row["scheme"], row["value"]) for row in before["winner"]["identifier"]}
        brought = self._names_in_answers(loser) - self._names_in_answers(winner) - names_then
        keys = [{"scheme": scheme, "value": value} for scheme, value in brought]
        custody.hand_over(self._session, tables.IdentifierRow, keys, winner, loser)

    def _names_in_answers(self, pk: int) -> set[tuple[str, str]]:
        rows = as_reader(self._session).rows("SELECT payload FROM metadata WHERE paper_pk = :pk", {"pk": pk})
        return {(scheme, value) for (text,) in rows for scheme, value in json.loads(text).get("identifiers", ())}

    # ------------------------------------------------------------ pairs

    def _take_pair(self, winner: int, loser: int) -> list[Plain]:
        pair = [row for row in self._rows(tables.DuplicateRow, winner) if row["other"] == loser]
        for row in pair:
            statements.delete(self._session, tables.DuplicateRow, pk=row["pk"])
        return pair

    def _put_pair(self, pair: Sequence[Plain], winner: int, loser: int) -> None:
        """The pair stands as a person decided by splitting it: different."""
        row = {**pair[0]} if pair else {"score": 0.0, "evidence": "[]", "found_at": stored(self._now)}
        row |= {"verdict": "different", "decided_by": "person", "decided_at": stored(self._now), "other": loser}
        self._rewrite(tables.DuplicateRow, [*self._rows(tables.DuplicateRow, winner), row], winner)

    def _still_there(self, pairs: Sequence[Plain], *not_with: int) -> list[Plain]:
        """Pairs with the papers that hold now what the other papers were."""
        reader = as_reader(self._session)
        went: dict[int, int] = dict(reader.rows("SELECT loser_pk, winner_pk FROM merge WHERE undone_at IS NULL"))
        there = {
            row[0]
            for row in reader.rows_in(
                "SELECT pk FROM paper WHERE pk IN :pks", "pks", [*(row["other"] for row in pairs), *went.values()]
            )
        }
        found: dict[int, Plain] = {}
        for row in pairs:
            other = row["other"] if row["other"] in there else went.get(row["other"])
            if other is not None and other not in not_with:
                found.setdefault(other, {**row, "other": other})
        return list(found.values())

    # ------------------------------------------------------------ rows

    def _half(self, pk: int) -> _Half:
        """All rows of a paper; of those that only change hands, the keys."""
        paper = custody.rows_of(self._session, tables.PaperRow, pk, "pk")
        if not paper:
            raise UsageError(f"paper {pk} is gone", cure="it may have been merged meanwhile")
        half: _Half = {"paper": paper, "paper_text": custody.rows_of(self._session, tables.PaperTextRow, pk)}
        for model, key, owner in _OWNED:
            rows = custody.rows_of(self._session, model, pk, owner)
            half[_name(model)] = [{name: row[name] for name in key} for row in rows]
        for model in _ANSWERS:
            half[_name(model)] = [
                {k: v for k, v in row.items() if not (model is tables.MetadataRow and k == "pk")}
                for row in custody.rows_of(self._session, model, pk)
            ]
        for joined in _JOINED:
            half[_name(joined.model)] = self._rows(joined.model, pk)
        return half

    def _rows(self, model: type[SQLModel], pk: int) -> list[Plain]:
        if model is not tables.DuplicateRow:
            return custody.rows_of(self._session, model, pk)
        first = custody.rows_of(self._session, model, pk, "first_pk")
        second = custody.rows_of(self._session, model, pk, "second_pk")
        rows = [{**row, "other": row["second_pk"]} for row in first] + [
            {**row, "other": row["first_pk"]} for row in second
        ]
        return [{k: v for k, v in row.items() if k not in ("first_pk", "second_pk")} for row in rows]

    def _erase(self, model: type[SQLModel], pk: int) -> None:
        for owner in ("first_pk", "second_pk") if model is tables.DuplicateRow else ("paper_pk",):
            custody.erase(self._session, model, pk, owner)

    def _rewrite(self, model: type[SQLModel], rows: Sequence[Plain], pk: int) -> None:
        self._erase(model, pk)
        if model is not tables.DuplicateRow:
            custody.write(self._session, model, rows, pk)
            return
        for row in rows:
            values: dict[str, Any] = {k: v for k, v in row.items() if k != "other"}
            custody.write(
                self._session,
                model,
                [{**values, "second_pk": max(pk, row["other"])}],
                min(pk, row["other"]),
                "first_pk",
            )

    def _set_paper(self, pk: int, changes: Plain) -> None:
        paper = custody.untyped(tables.PaperRow)
        known = {name: value for name, value in changes.items() if name in paper.c}
        self._session.connection().execute(paper.update().where(paper.c.pk == pk).values(known))
