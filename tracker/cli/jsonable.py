"""Records as JSON: dataclasses by field name, dates in ISO 8601, identifiers as an object by scheme."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from tracker.records import Hit, Identifier, Match, SearchResult

#: Valid inside a JSON string, yet able to steer a terminal.
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def jsonable(value: Any) -> Any:
    """``value`` in plain JSON types.

    Raises:
        TypeError: for a type that has no place in a record.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        if value and all(isinstance(item, Identifier) for item in value):
            return _by_scheme(value)
        return [jsonable(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def search_record(result: SearchResult) -> dict[str, Any]:
    """A search result in the shape that ``tracker search --json`` promises."""
    return {
        "query": result.query,
        "took_ms": round(result.took_ms, 2),
        "model": result.model,
        "results": [_hit(hit) for hit in result.hits],
    }


def dump(value: Any) -> str:
    """``value`` as one line of JSON that any output encoding can carry."""
    text = json.dumps(jsonable(value), ensure_ascii=not _carries_unicode())
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(value: Any) -> None:
    """``value`` as one line of JSON on standard output, flushed, so that a reader of a stream gets it now."""
    sys.stdout.write(dump(value) + "\n")
    sys.stdout.flush()


def _record(value: Any) -> dict[str, Any]:
    record = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        record[field.name] = _by_scheme(item) if field.name == "identifiers" and item == () else jsonable(item)
    return record


def _by_scheme(identifiers: Any) -> dict[str, str]:
    """One value a scheme, the first named; a paper rarely has two and the first is the strongest."""
    record: dict[str, str] = {}
    for identifier in identifiers:
        record.setdefault(identifier.scheme, identifier.value)
    return record


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "title": hit.title,
        "score": _rounded(hit.score),
        "lexical": _rounded(hit.lexical),
        "semantic": _rounded(hit.semantic),
        "year": hit.year,
        "identifiers": dict(hit.identifiers),
        "matched": [_match(match) for match in hit.matched],
    }


def _match(match: Match) -> dict[str, Any]:
    return {"kind": match.kind, "field": match.field, "text": match.text, "score": _rounded(match.score)}


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 6)


def _carries_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
