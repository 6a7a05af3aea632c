"""From JSON columns to records, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.records import SCHEMES, BenchmarkResult, Identifier, Link, Origin
from tracker.store.times import loaded_at, stored

_RANK = {scheme: rank for rank, scheme in enumerate(SCHEMES)}
#: What most lists hold; to say so costs a tenth of parsing it.
_NONE = "[]"


def strings(text: str) -> tuple[str, ...]:
    """A JSON list of strings."""
    return () if text == _NONE else tuple(json.loads(text))


def links(text: str) -> tuple[Link, ...]:
    """A JSON list of pairs of label and address."""
    return () if text == _NONE else tuple(Link(label, url) for label, url in json.loads(text))


def plain_links(found: Iterable[Link]) -> list[list[str]]:
    """Links as a JSON column holds them."""
    return [[link.label, link.url] for link in found]


def results(text: str) -> tuple[BenchmarkResult, ...]:
    """A JSON list of leaderboard rows."""
    return () if text == _NONE else tuple(BenchmarkResult(**row) for row in json.loads(text))


def plain_results(found: Iterable[BenchmarkResult]) -> list[dict[str, Any]]:
    """Leaderboard rows as a JSON column holds them."""
    return [dataclasses.asdict(row) for row in found]


def provenance(text: str) -> dict[str, Origin]:
    """A JSON object of pairs of source and moment, by field."""
    return {name: Origin(source=source, at=loaded_at(at)) for name, (source, at) in json.loads(text).items()}


def plain_provenance(found: Mapping[str, Origin]) -> dict[str, list[str]]:
    """Provenance as a JSON column holds it, fields in order, so that equal is equal."""
    return {name: [origin.source, stored(origin.at)] for name, origin in sorted(found.items())}


def by_strength(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Identifiers, strongest scheme first."""
    return tuple(sorted(identifiers, key=lambda i: (_RANK.get(i.scheme, len(_RANK)), i.scheme, i.value)))
