"""What services said about papers, and how asking them ended."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from tracker.records import BenchmarkResult, Identifier, Link, Metadata
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded, loaded_at

if TYPE_CHECKING:
    from sqlmodel import Session

LookupState = Literal["found", "unknown", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMetadata:
    """One answer about one paper, and when it came."""

    paper_pk: int
    metadata: Metadata
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How asking a service about a paper by one key ended last.  ``retry_at`` None: for good."""

    paper_pk: int
    service: str
    asked: str
    state: LookupState
    asked_at: datetime
    retry_at: datetime | None
    attempts: int
    detail: str | None


def put(session: Session, paper_pk: int, metadata: Metadata, now: datetime) -> None:
    """Keep an answer; a newer one of the same service to the same question takes its place."""
    from tracker.store import statements
    from tracker.store.tables import MetadataRow

    row = {
        "paper_pk": paper_pk,
        "service": metadata.service,
        "asked": metadata.asked,
        "payload": encode(metadata),
        "fetched_at": now,
    }
    statements.upsert(session, MetadataRow, [row], ("paper_pk", "service", "asked"))


def of_papers(source: Queryable, pks: Iterable[int]) -> dict[int, list[StoredMetadata]]:
    """All answers about each paper, ordered by service and question; every paper asked about is in the answer."""
    pks = list(pks)
    found: dict[int, list[StoredMetadata]] = {pk: [] for pk in pks}
    sql = (
        "SELECT paper_pk, service, asked, payload, fetched_at FROM metadata"
        " WHERE paper_pk IN :pks ORDER BY service, asked"
    )
    for pk, service, asked, payload, fetched_at in as_reader(source).rows_in(sql, "pks", pks):
        metadata = decode(service, asked, json.loads(payload))
        found[pk].append(StoredMetadata(paper_pk=pk, metadata=metadata, fetched_at=loaded_at(fetched_at)))
    return found


def record_lookup(
    session: Session,
    paper_pk: int,
    service: str,
    asked: str,
    state: LookupState,
    now: datetime,
    *,
    retry_at: datetime | None = None,
    detail: str | None = None,
) -> None:
    """Remember how asking ended; ``attempts`` counts failures in a row."""
    from tracker.store import statements
    from tracker.store.tables import LookupRow

    sql = "SELECT state, attempts FROM lookup WHERE paper_pk = :paper_pk AND service = :service AND asked = :asked"
    key: dict[str, Any] = {"paper_pk": paper_pk, "service": service, "asked": asked}
    before = as_reader(session).rows(sql, key)
    again = bool(before) and before[0][0] == state == "failed"
    row = {
        **key,
        "state": state,
        "asked_at": now,
        "retry_at": retry_at,
        "attempts": before[0][1] + 1 if again else 1,
        "detail": detail,
    }
    statements.upsert(session, LookupRow, [row], ("paper_pk", "service", "asked"))


def lookups(
    source: Queryable, pks: Iterable[int] | None = None, *, service: str | None = None
) -> dict[int, list[Lookup]]:
    """How asking ended, by paper: of the papers given (or all), of one service (or all)."""
    sql = "SELECT paper_pk, service, asked, state, asked_at, retry_at, attempts, detail FROM lookup WHERE "
    which = "(:service IS NULL OR service = :service)"
    order = " ORDER BY paper_pk, service, asked"
    params = {"service": service}
    reader = as_reader(source)
    if pks is None:
        rows = reader.rows(sql + which + order, params)
    else:
        rows = reader.rows_in(sql + which + " AND paper_pk IN :pks" + order, "pks", pks, params)
    found: dict[int, list[Lookup]] = {}
    for pk, name, asked, state, asked_at, retry_at, attempts, detail in rows:
        lookup = Lookup(
            paper_pk=pk,
            service=name,
            asked=asked,
            state=state,
            asked_at=loaded_at(asked_at),
            retry_at=loaded(retry_at),
            attempts=attempts,
            detail=detail,
        )
        found.setdefault(pk, []).append(lookup)
    return found


def lookup_counts(source: Queryable) -> dict[str, dict[str, int]]:
    """How many papers stand in each state, by service; reads every look-up."""
    found: dict[str, dict[str, int]] = {}
    sql = "SELECT service, state, count(DISTINCT paper_pk) FROM lookup GROUP BY service, state"
    for service, state, count in as_reader(source).rows(sql):
        found.setdefault(service, {})[state] = count
    return found


def failed_counts(source: Queryable) -> dict[str, int]:
    """How many papers each service still owes an answer, where there are any; reads those look-ups alone."""
    sql = "SELECT service, count(DISTINCT paper_pk) FROM lookup WHERE state = 'failed' GROUP BY service"
    return dict(as_reader(source).rows(sql))


def encode(metadata: Metadata) -> dict[str, Any]:
    """The payload column: all fields that say something, but service and question, which have columns."""
    values = dataclasses.asdict(metadata)
    del values["service"], values["asked"]
    values["published"] = metadata.published.isoformat() if metadata.published else None
    values["identifiers"] = [[i.scheme, i.value] for i in metadata.identifiers]
    values["urls"] = [[link.label, link.url] for link in metadata.urls]
    return {name: value for name, value in values.items() if value not in (None, (), [])}


def decode(service: str, asked: str, payload: Mapping[str, Any]) -> Metadata:
    """The inverse of :func:`encode`."""
    published = payload.get("published")
    return Metadata(
        service=service,
        asked=asked,
        title=payload.get("title"),
        abstract=payload.get("abstract"),
        authors=tuple(payload.get("authors", ())),
        published=date.fromisoformat(published) if published else None,
        year=payload.get("year"),
        venue=payload.get("venue"),
        identifiers=tuple(Identifier(scheme, value) for scheme, value in payload.get("identifiers", ())),
        urls=tuple(Link(label, url) for label, url in payload.get("urls", ())),
        code=tuple(payload.get("code", ())),
        results=tuple(BenchmarkResult(**row) for row in payload.get("results", ())),
    )


def forget(session: Session, paper_pk: int, asked: Iterable[str]) -> None:
    """Drop what services said when they were asked by these keys: the paper never went by them."""
    from tracker.store import statements
    from tracker.store.tables import LookupRow, MetadataRow

    keys = list(asked)
    for model in (MetadataRow, LookupRow):
        statements.delete(session, model, paper_pk=paper_pk, asked=keys)


def put_lookups(session: Session, lookups: Iterable[Lookup]) -> None:
    """Remember how asking ended, as the caller counted it."""
    from tracker.store import statements
    from tracker.store.tables import LookupRow

    rows = [dataclasses.asdict(lookup) for lookup in lookups]
    statements.upsert(session, LookupRow, rows, ("paper_pk", "service", "asked"))
