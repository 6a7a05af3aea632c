"""One JSON object to one row, value by value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from tracker.export.rows import (
    BadRowError,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_moment,
    as_priority,
    as_rating,
    as_status,
    as_year,
    clean,
    one_line,
    unique,
    words,
)
from tracker.records import BenchmarkResult, ConceptLink, Link, Mention, Problem

_T = TypeVar("_T")
#: All keys that are read.
_KNOWN = words(
    "id title abstract abstract_source authors published year identifiers other_identifiers url urls code venue results"
    " mentions concepts status rating priority tags notes added"
)


class JsonRow:
    """The values of one object; those of a wrong kind are noted and left out."""

    def __init__(self, line: int, problems: list[Problem], unkept: Unkept | None = None) -> None:
        self._line = line
        self._problems = problems
        self._unkept = unkept or Unkept()

    def row(self, value: Any) -> ImportRow:
        """The row that an object stands for.

        Raises:
            BadRowError: it stands for no paper.
        """
        if not isinstance(value, dict):
            raise BadRowError(f"an object is expected, not {_kind(value)}")
        title = self._text(value, "title", one_line) or ""
        identifiers = unique(
            [*self._identifiers(value.get("identifiers")), *self._identifiers(value.get("other_identifiers"))]
        )
        self._unkept.saw(key for key, said in value.items() if key not in _KNOWN and said not in (None, "", [], {}))
        url = self._text(value, "url", one_line)
        if not title and not identifiers and not url:
            raise BadRowError("a paper needs a title, an identifier or a url")
        published = value.get("published")
        return ImportRow(
            line=self._line,
            title=title,
            id=self._id(value.get("id")),
            abstract=self._text(value, "abstract", clean) or None,
            abstract_source=self._text(value, "abstract_source", one_line) or None,
            authors=self._names(value.get("authors")),
            year=self._made(value, "year", as_year) or (as_year(published) if isinstance(published, str) else None),
            published=self._made(value, "published", as_date, otherwise=as_year),
            venue=self._text(value, "venue", one_line) or None,
            identifiers=identifiers,
            url=url or None,
            urls=tuple(self._objects(value, "urls", _link)),
            code=unique(self._texts(value, "code")),
            results=tuple(self._objects(value, "results", _result)),
            mentions=tuple(self._objects(value, "mentions", _read_mention)),
            concepts=tuple(self._objects(value, "concepts", _concept)),
            status=self._made(value, "status", as_status),
            rating=self._made(value, "rating", as_rating),
            priority=self._made(value, "priority", as_priority),
            tags=unique(self._texts(value, "tags")),
            notes=tuple(self._objects(value, "notes", read_note)),
            added=self._made(value, "added", as_moment),
        )

    def _wrong(self, key: str, value: Any) -> None:
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        self._problems.append(Problem(f"line {self._line}", f'"{key}" cannot be {shown}; it was left out'))

    def _id(self, value: Any) -> str | None:
        if isinstance(value, str | int) and not isinstance(value, bool):
            return one_line(str(value)) or None
        if value is not None:
            self._wrong("id", value)
        return None

    def _text(self, record: dict[str, Any], key: str, tidy: Callable[[str], str]) -> str | None:
        value = record.get(key)
        if isinstance(value, str):
            return tidy(value)
        if value is not None:
            self._wrong(key, value)
        return None

    def _made(
        self,
        record: dict[str, Any],
        key: str,
        make: Callable[[str], _T | None],
        otherwise: Callable[[str], object] | None = None,
    ) -> _T | None:
        """A value made from text or number; ``otherwise`` knows texts that are no mistake although nothing is made."""
        value = record.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            made = make(str(value))
            if made is not None or (otherwise is not None and otherwise(str(value)) is not None):
                return made
        self._wrong(key, value)
        return None

    def _texts(self, record: dict[str, Any], key: str) -> list[str]:
        value = record.get(key)
        if value is None:
            return []
        if isinstance(value, str):
            value = re.split(r"\s*[;,]\s*", value) if key == "tags" else [value]
        if not isinstance(value, list):
            self._wrong(key, value)
            return []
        for item in value:
            if not isinstance(item, str):
                self._wrong(key, item)
        return [one_line(item) for item in value if isinstance(item, str)]

    def _names(self, value: Any) -> tuple[str, ...]:
        """Authors as texts, as objects with a name, or as one text with ``;`` or ``and`` between them."""
        if isinstance(value, str):
            value = re.split(r"\s*;\s*|\s+and\s+", value) if re.search(r";|\sand\s", value) else value.split(",")
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong("authors", value)
            return ()
        names = [item.get("name") if isinstance(item, dict) else item for item in value]
        for name in names:
            if not isinstance(name, str):
                self._wrong("authors", name)
        return tuple(tidy for name in names if isinstance(name, str) and (tidy := one_line(name)))

    def _identifiers(self, value: Any) -> tuple[str, ...]:
        """``{"doi": "10.1/x"}``, ``["doi:10.1/x"]`` or ``"doi:10.1/x"``."""
        if value is None:
            return ()
        if isinstance(value, dict):
            pairs = [
                (scheme, one)
                for scheme, given in value.items()
                for one in (given if isinstance(given, list) else [given])
            ]
            texts = [f"{scheme}:{one}" for scheme, one in pairs if isinstance(one, str | int) and str(one).strip()]
            for scheme, one in pairs:
                if one is not None and not isinstance(one, str | int):
                    self._wrong(f"identifiers.{scheme}", one)
            return unique(map(one_line, texts))
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return unique(map(one_line, value))
        self._wrong("identifiers", value)
        return ()

    def _objects(self, record: dict[str, Any], key: str, make: Callable[[Any], _T | None]) -> Iterator[_T]:
        value = record.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            value = [value]
        for item in value:
            made = make(item)
            if made is None:
                self._wrong(key, item)
            else:
                yield made


def _kind(value: Any) -> str:
    names = {"list": "a list", "str": "a text", "int": "a number", "float": "a number", "NoneType": "null"}
    return names.get(type(value).__name__, type(value).__name__)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31 else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _link(value: Any) -> Link | None:
    if isinstance(value, str) and value.strip():
        return Link("", one_line(value))
    if isinstance(value, dict) and (url := one_line(_string(value.get("url")))):
        return Link(one_line(_string(value.get("label"))), url)
    return None


def _concept(value: Any) -> ConceptLink | None:
    if not isinstance(value, dict) or not (slug := one_line(_string(value.get("slug")))):
        return None
    score = value.get("score")
    known = float(score) if isinstance(score, int | float) and 0 <= score <= 1 else 0.0
    return ConceptLink(slug=slug, score=known, evidence=clean(_string(value.get("evidence"))))


def read_note(value: Any) -> ImportNote | None:
    """A note from a text or from one of our objects; None where it is neither."""
    if isinstance(value, str) and clean(value):
        return ImportNote(body=clean(value))
    if not isinstance(value, dict) or not (body := clean(_string(value.get("body")))):
        return None
    return ImportNote(
        body=body,
        id=one_line(_string(value.get("id"))) or None,
        created=as_moment(_string(value.get("created"))),
        updated=as_moment(_string(value.get("updated"))),
    )


def _read_mention(value: Any) -> Mention | None:
    if not isinstance(value, dict) or not (source := one_line(_string(value.get("source")))):
        return None
    section = value.get("section")
    path = section if isinstance(section, list) else [section]
    return Mention(
        source=source,
        key="",
        title=one_line(_string(value.get("title"))),
        url=one_line(_string(value.get("url"))) or None,
        text=clean(_string(value.get("text"))),
        section=tuple(name for part in path if (name := one_line(_string(part)))),
        marker=one_line(_string(value.get("marker"))) or None,
        year=_whole(value.get("year")),
        week_start=as_date(_string(value.get("week_start"))),
        week_end=as_date(_string(value.get("week_end"))),
        rank=_whole(value.get("rank")),
        line=_whole(value.get("line")),
        alias=one_line(_string(value.get("alias"))) or None,
        links=tuple(link for one in _list(value.get("links")) if (link := _link(one)) is not None),
        authors=tuple(name for one in _list(value.get("authors")) if (name := one_line(_string(one)))),
        month=month if (month := _whole(value.get("month"))) in range(1, 13) else None,
        document=one_line(_string(value.get("document"))),
        first_seen=as_moment(_string(value.get("first_seen"))),
        gone_at=as_moment(_string(value.get("gone_at"))),
    )


def _result(value: Any) -> BenchmarkResult | None:
    if not isinstance(value, dict):
        return None
    task, dataset, model, metric, told = (
        one_line(_string(value.get(key))) for key in ("task", "dataset", "model", "metric", "value")
    )
    if not (metric and told):
        return None
    return BenchmarkResult(
        task=task,
        dataset=dataset,
        model=model,
        metric=metric,
        value=told,
        rank=_whole(value.get("rank")),
        url=one_line(_string(value.get("url"))) or None,
    )
