"""Merging loses nothing, splitting gives all of it back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from tests.store.conftest import NOON, Library, add_paper, after, derived, dump, unit
from tracker.errors import UsageError
from tracker.records import Entry, Identifier, Metadata
from tracker.store import custody, identifiers, mentions, merges, metadata, papers, tables
from tracker.store.database import Database
from tracker.store.reader import as_reader
from tracker.store.texts import refresh_notes

#: Rows that a merge and a split leave behind on purpose.
_TRACES = {"merge", "apart", "change"}


def _pictures(path: Path, *pairs: tuple[int, int]) -> dict[str, Any]:
    """The library without traces of merging, times of change, and decided pairs."""
    found = {name: rows for name, rows in dump(path).items() if name not in _TRACES}
    with sqlite3.connect(path) as connection:
        for table, hidden in (("paper", "changed_at"), ("metadata", "pk")):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != hidden]
            sql = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608  # the names are our own
            found[table] = sorted(connection.execute(sql), key=repr)
    connection.close()
    found["duplicate"] = [row for row in found["duplicate"] if (row[1], row[2]) not in pairs]
    return found


def _write(session: Session, table: Any, pk: int, /, **values: Any) -> None:
    session.add(table(paper_pk=pk, **values))
    session.flush()


# ---------------------------------------------------------------- the law

_minutes = st.one_of(st.none(), st.integers(0, 5).map(after))
_reading = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["inbox", "queued", "read"]),
        "status_at": _minutes,
        "rating": st.one_of(st.none(), st.integers(1, 5)),
        "rating_at": _minutes,
        "priority": st.integers(0, 3),
        "priority_at": _minutes,
        "seen_at": _minutes,
        "queued_at": _minutes,
    }
)
_few = st.sets(st.sampled_from("abcd"), max_size=3)
_own = st.fixed_dictionaries(
    {
        "tags": _few,
        "notes": st.lists(st.text(max_size=8), max_size=2),
        "reading": st.one_of(st.none(), _reading),
        "links": st.dictionaries(st.sampled_from("xyz"), st.floats(0, 1), max_size=2),
        "verdicts": st.dictionaries(st.sampled_from("xyz"), st.booleans(), max_size=2),
        "models": st.dictionaries(st.sampled_from(["m1", "m2"]), st.integers(1, 2), max_size=2),
        "titled": st.booleans(),
        "alias": st.booleans(),
        "fixed": st.booleans(),
        "added": st.integers(0, 9),
    }
)
_pairs = st.dictionaries(
    st.sampled_from([(0, 1), (0, 2), (1, 2), (2, 3), (1, 3)]),
    st.tuples(st.sampled_from(["unsure", "different"]), st.sampled_from(["tracker", "person"])),
    max_size=4,
)


def _fill(session: Session, number: int, own: dict[str, Any]) -> int:
    now = after(own["added"])
    pk = add_paper(session, f"2401.0000{number}", now=now)
    if own["fixed"]:
        papers.fix_id(session, pk, f"mine-{number}")
    if own["alias"]:
        papers.add_aliases(session, pk, [f"former-{number}"])
    if own["titled"]:
        metadata.put(session, pk, Metadata(service="crossref", asked="title", title=f"T{number}"), now)
        metadata.record_lookup(session, pk, "crossref", "title", "unknown", now)
    for tag in sorted(own["tags"]):
        _write(session, tables.TagRow, pk, name=tag, added_at=now)
    for place, body in enumerate(own["notes"]):
        _write(session, tables.NoteRow, pk, id=f"n{number}-{place}", body=body, created_at=now, updated_at=now)
    if own["reading"]:
        _write(session, tables.ReadingRow, pk, **own["reading"])
    for slug, score in own["links"].items():
        _write(session, tables.ConceptLinkRow, pk, slug=slug, score=score, linked_at=now)
    for slug, accepted in own["verdicts"].items():
        _write(session, tables.ConceptVerdictRow, pk, slug=slug, accepted=accepted, decided_at=now)
    for model, windows in own["models"].items():
        for window in range(windows):
            data = unit(number * 10 + window, 4).tobytes()
            _write(session, tables.VectorRow, pk, model=model, window=window, text_hash="h", dims=4, data=data)
    refresh_notes(session, pk)
    return pk


@contextmanager
def _library(template: Path) -> Iterator[Library]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.sqlite3"
        shutil.copy(template, path)
        with Database.open(f"sqlite:///{path}") as database:
            yield Library(database, path)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tracker.sqlite3"
    Database.open(f"sqlite:///{path}").close()
    return path


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    owns=st.lists(_own, min_size=4, max_size=4),
    pairs=_pairs,
    order=st.permutations([0, 1, 2]),
    derive=st.booleans(),
)
def test_merging_and_splitting_is_identity(
    template: Path, owns: list[dict[str, Any]], pairs: dict[Any, Any], order: list[int], derive: bool
) -> None:
    """A chain of merges undone in reverse leaves every table as it was."""
    with _library(template) as library:
        with library.database.write() as session:
            pks = [_fill(session, number, own) for number, own in enumerate(owns)]
            for (a, b), (verdict, by) in pairs.items():
                row = tables.DuplicateRow(
                    first_pk=pks[a], second_pk=pks[b], verdict=verdict, decided_by=by, found_at=NOON
                )
                session.add(row)
        first, second, third = (pks[place] for place in order)
        decided = [(min(a, b), max(a, b)) for a, b in ((first, second), (second, third))]
        before = _pictures(library.path, *decided)
        with library.database.write() as session:
            one = merges.merge(session, first, second, reason="test", now=after(20))
            if derive:
                papers.update(session, first, derived("2401.00009", title="Other"), after(20))
            two = merges.merge(session, third, first, reason="test", now=after(21))
            if derive:
                papers.update(session, third, derived("2401.00008", title="Another"), after(21))
        with library.database.write() as session:
            merges.split(session, two, after(30))
            merges.split(session, one, after(31))
        # What the second split learns of the pair of first and second is no news to third.
        decided = [(min(a, b), max(a, b)) for a, b in ((first, second), (first, third), (second, third))]
        assert _pictures(library.path, *decided) == {
            **before,
            "duplicate": [row for row in before["duplicate"] if (row[1], row[2]) not in decided],
            "paper_alias": _pictures(library.path)["paper_alias"] if derive else before["paper_alias"],
        }
        with sqlite3.connect(library.path) as connection:
            connection.execute("INSERT INTO paper_fts (paper_fts, rank) VALUES ('integrity-check', 1)")
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(owns=st.lists(_own, min_size=2, max_size=2))
def test_a_merge_loses_no_word_of_the_reader(template: Path, owns: list[dict[str, Any]]) -> None:
    with _library(template) as library:
        with library.database.write() as session:
            winner, loser = (_fill(session, number, own) for number, own in enumerate(owns))
            merges.merge(session, winner, loser, reason="test", now=after(20))
        with library.database.reader() as reader:
            tags = {row[0] for row in reader.rows("SELECT name FROM tag")}
            notes = [row[0] for row in reader.rows("SELECT body FROM note")]
            ratings = reader.rows("SELECT rating, rating_at FROM reading")
        assert tags == owns[0]["tags"] | owns[1]["tags"]
        assert sorted(notes) == sorted(owns[0]["notes"] + owns[1]["notes"])
        rated = [own["reading"] for own in owns if own["reading"] and own["reading"]["rating_at"]]
        if rated:
            newest = max(r["rating_at"] for r in rated)
            assert ratings[0][0] in [r["rating"] for r in rated if r["rating_at"] == newest]


# ---------------------------------------------------------------- what happened in between


def test_what_came_after_the_merge_stays_and_edited_notes_go_back(library: Library) -> None:
    with library.database.write() as session:
        winner, loser = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        _write(session, tables.NoteRow, loser, id="n", body="first", created_at=NOON, updated_at=NOON)
        _write(session, tables.TagRow, loser, name="theirs", added_at=NOON)
        _write(session, tables.TagRow, loser, name="dropped", added_at=NOON)
        merge = merges.merge(session, winner, loser, reason="test", now=after(1))
    with library.database.write() as session:
        _write(session, tables.TagRow, winner, name="later", added_at=after(2))
        note = session.get(tables.NoteRow, "n")
        assert note is not None
        note.body = "edited"
        dropped = session.get(tables.TagRow, (winner, "dropped"))
        session.delete(dropped)
        session.flush()
        entry = Entry(title="Again", url="https://arxiv.org/abs/2401.00002v2")
        mention = mentions.insert(session, source="weekly", key="new", paper_pk=winner, entry=entry, now=after(2))
        answer = Metadata(service="s2", asked="arxiv:2401.00002", identifiers=(Identifier("doi", "10.1/b"),))
        metadata.put(session, winner, answer, after(2))
        identifiers.claim(session, winner, [Identifier("doi", "10.1/b"), Identifier("doi", "10.1/w")], "s2", after(2))
    with library.database.write() as session:
        split = merges.split(session, merge, after(3))
    assert split == merges.Split(winner_pk=winner, loser_pk=loser, later_mentions=(mention,))
    with library.database.reader() as reader:
        assert reader.rows("SELECT paper_pk, name FROM tag ORDER BY name") == [(winner, "later"), (loser, "theirs")]
        assert reader.rows("SELECT paper_pk, body FROM note") == [(loser, "edited")]
        owners = identifiers.owners(reader, [Identifier("doi", "10.1/b"), Identifier("doi", "10.1/w")])
        assert owners == {Identifier("doi", "10.1/b"): loser, Identifier("doi", "10.1/w"): winner}
        assert [m.metadata.service for m in metadata.of_papers(reader, [loser])[loser]] == ["arxiv", "s2"]


def test_a_split_is_remembered_by_name(library: Library) -> None:
    with library.database.write() as session:
        winner, loser = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        assert not merges.are_apart(session, winner, loser)
        merges.split(session, merges.merge(session, winner, loser, reason="test", now=NOON), after(1))
        assert merges.are_apart(session, winner, loser)
        assert merges.are_apart(session, loser, winner)
        other = add_paper(session, "2401.00003")
        merges.merge(session, other, winner, reason="test", now=after(2))
        assert merges.are_apart(session, other, loser)
        merges.merge(session, other, loser, reason="they are after all", decided_by="person", now=after(3))
    with library.database.reader() as reader:
        assert reader.rows("SELECT count(*) FROM paper") == [(1,)]


def test_a_merge_inside_a_chain_can_be_undone_alone(library: Library) -> None:
    with library.database.write() as session:
        a, b, c = (add_paper(session, f"2401.0000{n}") for n in range(3))
        _write(session, tables.TagRow, c, name="of-c", added_at=NOON)
        inner = merges.merge(session, b, c, reason="test", now=NOON)
        outer = merges.merge(session, a, b, reason="test", now=NOON)
        assert [m.pk for m in merges.active(session, a)] == [outer, inner]
    with library.database.write() as session:
        assert merges.split(session, inner, after(1)).winner_pk == a
        assert papers.pk_of(session, "arxiv:2401.00002") == c
        assert papers.pk_of(session, "arxiv:2401.00001") == a
        merges.split(session, outer, after(2))
        assert papers.pk_of(session, "arxiv:2401.00001") == b
        assert len(mentions.of_papers(session, [c])[c]) == 1
        assert (c,) in as_reader(session).rows("SELECT paper_pk FROM tag WHERE name = 'of-c'")


def test_former_ids_resolve_after_a_merge_and_a_fixed_id_survives(library: Library) -> None:
    with library.database.write() as session:
        winner, loser = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        papers.fix_id(session, loser, "mine")
        merge = merges.merge(session, winner, loser, reason="test", now=NOON)
        for name in ("mine", "arxiv:2401.00001", "arxiv:2401.00002"):
            assert papers.pk_of(session, name) == winner
        assert papers.ids_of(session, [winner]) == {winner: "mine"}
        merges.split(session, merge, after(1))
        assert papers.ids_of(session, [winner, loser]) == {winner: "arxiv:2401.00001", loser: "mine"}
        assert papers.pk_of(session, "arxiv:2401.00002") == loser


def test_impossible_merges_and_splits_say_so(library: Library) -> None:
    with library.database.write() as session:
        winner, loser = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        with pytest.raises(UsageError, match="with itself"):
            merges.merge(session, winner, winner, reason="test", now=NOON)
        merge = merges.merge(session, winner, loser, reason="test", now=NOON)
        with pytest.raises(UsageError, match="is gone"):
            merges.merge(session, winner, loser, reason="test", now=NOON)
        merges.split(session, merge, NOON)
        with pytest.raises(UsageError, match="not there to be undone"):
            merges.split(session, merge, NOON)


def test_a_snapshot_is_json_and_outlives_columns(library: Library) -> None:
    """A column that is gone in a later version is left out when the snapshot is put back."""
    rows = [{"name": "a", "added_at": "2026-01-01 00:00:00.000000", "colour": "blue", "data": b"\x00\xff"}]
    assert custody.from_json(json.loads(json.dumps(custody.to_json(rows)))) == rows
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        custody.write(session, tables.TagRow, rows, pk)
        assert custody.rows_of(session, tables.TagRow, pk) == [{k: rows[0][k] for k in ("name", "added_at")}]
