"""Papers: finding one by name, writing the derived row, the bulk view for matching and enriching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tracker.errors import UnknownPaper
from tracker.records import SCHEMES, BenchmarkResult, Identifier, Link, Origin
from tracker.store import identifiers as names
from tracker.store.decode import links, plain_links, plain_provenance, plain_results, strings
from tracker.store.reader import Queryable, Reader, as_reader
from tracker.store.texts import SearchText, put_text

if TYPE_CHECKING:
    from sqlmodel import Session

_AFTER_ALL_IDS = "\U0010ffff"
_PAPER_IDS = "SELECT id FROM paper WHERE (id = :id OR (id >= :low AND id < :high)) AND pk <> :pk"
_FORMER_IDS = "SELECT id FROM paper_alias WHERE (id = :id OR (id >= :low AND id < :high)) AND paper_pk <> :pk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A paper's row as it follows from all mentions and metadata; ``text`` is what it is found by."""

    id: str
    title: str
    title_key: str
    text: SearchText
    abstract: str | None = None
    abstract_source: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    year: int | None = None
    venue: str | None = None
    urls: tuple[Link, ...] = ()
    code: tuple[str, ...] = ()
    results: tuple[BenchmarkResult, ...] = ()
    aliases: tuple[str, ...] = ()
    provenance: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What matching and enriching need to know of a paper.

    ``titles`` are the paper's own, then those on lists and their aliases;
    ``urls`` are the papers' links and those of its mentions that bear identity.
    """

    pk: int
    id: str
    id_fixed: bool
    title: str
    title_key: str
    titles: tuple[str, ...]
    year: int | None
    authors: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    urls: tuple[str, ...]
    has_abstract: bool
    abstract_source: str | None = None


def insert(
    session: Session, derived: Derived, now: datetime, *, id_fixed: bool = False, added: datetime | None = None
) -> int:
    """Write a new paper and return its number.

    Where another paper has that id already (two works of one title, without
    identifiers), a number is appended to it.  ``added`` is for imports that
    know when the paper came; the default is ``now``.
    """
    from tracker.store import statements
    from tracker.store.tables import PaperRow

    added = added or now
    values = {**_columns(derived), "id_fixed": id_fixed, "added_at": added, "news_at": added, "changed_at": now}
    values["id"] = free_id(session, derived.id, None)
    pk = statements.insert(session, PaperRow, values)
    _drop_alias(session, values["id"])
    put_text(session, pk, derived.text)
    return pk


def update(session: Session, pk: int, derived: Derived, now: datetime) -> bool:
    """Bring a paper's row up to date; an id that it leaves keeps resolving.  Nothing is written when nothing differs.

    A fixed id stays, and so does the id where another paper goes by the new one.

    Returns:
        True when the row or its text changed.
    """
    from tracker.store import statements
    from tracker.store.tables import PaperRow

    values = _columns(derived)
    row = (
        session.connection()
        .execute(statements.table_of(PaperRow).select().where(statements.table_of(PaperRow).c.pk == pk))
        .one()
    )
    held = dict(row._mapping)
    if held["id_fixed"] or free_id(session, derived.id, pk) != derived.id:
        values["id"] = held["id"]
    text_changed = put_text(session, pk, derived.text)
    changes = {name: value for name, value in values.items() if held[name] != value}
    if changes:
        statements.update(session, PaperRow, {**changes, "changed_at": now}, pk=pk)
    if "id" in changes:
        _drop_alias(session, values["id"])
        add_aliases(session, pk, [held["id"]])
    return bool(changes) or text_changed


def fix_id(session: Session, pk: int, wanted: str) -> None:
    """Give a paper an id for good, as a person wishes; the id it had keeps resolving."""
    from tracker.store import statements
    from tracker.store.tables import PaperRow

    ((held,),) = as_reader(session).rows("SELECT id FROM paper WHERE pk = :pk", {"pk": pk})
    chosen = free_id(session, wanted, pk)
    statements.update(session, PaperRow, {"id": chosen, "id_fixed": True}, pk=pk)
    if chosen != held:
        _drop_alias(session, chosen)
        add_aliases(session, pk, [held])


def add_aliases(session: Session, pk: int, ids: Iterable[str]) -> None:
    """Ids that lead to a paper from now on; those that another paper goes by are left alone."""
    from tracker.store import statements

    statements.upsert(session, _alias_row(), [{"id": name, "paper_pk": pk} for name in ids], ("id",))


def delete(session: Session, pk: int) -> None:
    """Delete a paper with all that hangs on it.  For merges; a paper that no list names stays."""
    from tracker.store import statements
    from tracker.store.tables import PaperRow

    statements.delete(session, PaperRow, pk=pk)


# ---------------------------------------------------------------- finding one


def pk_of(source: Queryable, name: str, identifiers: Sequence[Identifier] = ()) -> int:
    """The paper that goes by ``name``.

    Args:
        source: where to look.
        name: an id, a former id, or the beginning of exactly one id.
        identifiers: what ``name`` reads as, if it reads as identifiers; tried before beginnings.

    Raises:
        UnknownPaper: none does, or several begin so; the message names some.
    """
    reader = as_reader(source)
    for sql in ("SELECT pk FROM paper WHERE id = :name", "SELECT paper_pk FROM paper_alias WHERE id = :name"):
        if rows := reader.rows(sql, {"name": name}):
            return int(rows[0][0])
    held = names.owners(reader, identifiers)
    for identifier in identifiers:
        if identifier in held:
            return held[identifier]
    sql = "SELECT pk, id FROM paper WHERE id >= :name AND id < :end ORDER BY id LIMIT 6"
    starts = reader.rows(sql, {"name": name, "end": name + _AFTER_ALL_IDS}) if name else []
    if len(starts) == 1:
        return int(starts[0][0])
    if starts:
        shown = ", ".join(row[1] for row in starts[:5])
        more = " and more" if len(starts) > 5 else ""
        raise UnknownPaper(f"several papers begin with {name!r}: {shown}{more}", cure="give more of the id")
    raise UnknownPaper(f"no paper goes by {name!r}", cure="look for it with: tracker search")


def ids_of(source: Queryable, pks: Iterable[int]) -> dict[int, str]:
    """The public id of each paper that exists."""
    return dict(as_reader(source).rows_in("SELECT pk, id FROM paper WHERE pk IN :pks", "pks", pks))


def pks_of_ids(source: Queryable, ids: Iterable[str]) -> dict[str, int]:
    """The paper of each id or former id that exists."""
    wanted = list(ids)
    reader = as_reader(source)
    found: dict[str, int] = dict(reader.rows_in("SELECT id, paper_pk FROM paper_alias WHERE id IN :ids", "ids", wanted))
    found.update(reader.rows_in("SELECT id, pk FROM paper WHERE id IN :ids", "ids", wanted))
    return found


def by_title_key(source: Queryable, keys: Iterable[str]) -> dict[str, list[int]]:
    """The papers whose own title has one of these keys, by key."""
    found: dict[str, list[int]] = {}
    wanted = [key for key in keys if key]
    sql = "SELECT title_key, pk FROM paper WHERE title_key IN :keys ORDER BY pk"
    for key, pk in as_reader(source).rows_in(sql, "keys", wanted):
        found.setdefault(key, []).append(pk)
    return found


# ---------------------------------------------------------------- all of them


def known(source: Queryable, pks: Iterable[int] | None = None, *, size: int = 500) -> Iterator[Known]:
    """What matching and enriching need, of the papers given (or all), in order of number, ``size`` at a time."""
    reader = as_reader(source)
    wanted = (
        sorted(set(pks)) if pks is not None else [row[0] for row in reader.rows("SELECT pk FROM paper ORDER BY pk")]
    )
    for start in range(0, len(wanted), size):
        yield from _known(reader, wanted[start : start + size])


def _known(reader: Reader, pks: list[int]) -> Iterator[Known]:
    owned = names.of_papers(reader, pks)
    titles: dict[int, list[str]] = {pk: [] for pk in pks}
    urls: dict[int, list[str]] = {pk: [] for pk in pks}
    mentioned = (
        "SELECT paper_pk, title, alias, url, same_as FROM mention WHERE paper_pk IN :pks ORDER BY source_slug, key"
    )
    for pk, title, alias, url, same_as in reader.rows_in(mentioned, "pks", pks):
        titles[pk] += [title, *([alias] if alias else [])]
        urls[pk] += [*([url] if url else []), *strings(same_as)]
    sql = (
        "SELECT pk, id, id_fixed, title, title_key, year, authors, urls, abstract IS NOT NULL, abstract_source"
        " FROM paper WHERE pk IN :pks ORDER BY pk"
    )
    for pk, public, fixed, title, key, year, authors, linked, has_abstract, said_by in reader.rows_in(sql, "pks", pks):
        yield Known(
            pk=pk,
            id=public,
            id_fixed=bool(fixed),
            title=title,
            title_key=key,
            titles=tuple(dict.fromkeys([title, *titles[pk]])),
            year=year,
            authors=strings(authors),
            identifiers=owned[pk],
            urls=tuple(dict.fromkeys([*urls[pk], *(link.url for link in links(linked))])),
            has_abstract=bool(has_abstract),
            abstract_source=said_by,
        )


def _drop_alias(session: Session, name: str) -> None:
    """A present id needs no alias, and leads to its own paper whoever went by it before."""
    as_reader(session).rows("DELETE FROM paper_alias WHERE id = :name", {"name": name})


def _alias_row() -> Any:
    from tracker.store.tables import PaperAliasRow

    return PaperAliasRow


def free_id(session: Session, wanted: str, pk: int | None) -> str:
    """``wanted``, or with the first number that no other paper goes by.

    A former id of another paper counts as taken, except where it is an
    identifier: that leads to the paper that has it now.
    """
    params = {"id": wanted, "low": f"{wanted}~", "high": f"{wanted}~{_AFTER_ALL_IDS}", "pk": pk or 0}
    reader = as_reader(session)
    taken = {row[0] for row in reader.rows(_PAPER_IDS, params)}
    if wanted.partition(":")[0] not in SCHEMES:
        taken |= {row[0] for row in reader.rows(_FORMER_IDS, params)}
    if wanted not in taken:
        return wanted
    return next(name for n in range(2, len(taken) + 3) if (name := f"{wanted}~{n}") not in taken)


def _columns(derived: Derived) -> dict[str, Any]:
    return {
        "id": derived.id,
        "title": derived.title,
        "title_key": derived.title_key,
        "abstract": derived.abstract,
        "abstract_source": derived.abstract_source,
        "authors": list(derived.authors),
        "published": derived.published,
        "year": derived.year,
        "venue": derived.venue,
        "urls": plain_links(derived.urls),
        "code": list(derived.code),
        "results": plain_results(derived.results),
        "aliases": list(derived.aliases),
        "provenance": plain_provenance(derived.provenance),
    }
