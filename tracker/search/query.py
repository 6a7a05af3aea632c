r"""The query language: what a person types, read into words to rank by and conditions that must hold.

::

    query     = clause*                       (white space between)
    clause    = ["-"] atom | atom ("OR" atom)+
    atom      = word | "a phrase" | field:value | field:"a value"

A plain word ranks and excludes nothing.  A phrase, a field and a leading minus
are conditions: every hit meets them.  ``OR`` between two atoms makes one
condition of them.  A prefix that is no field (``c:\x``, ``re:zero``) is words.
In a pasted sentence (``PROSE`` plain words or more) quotation marks only rank.
Nothing that can be typed is an error except a field whose value makes no sense.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracker.errors import QueryError
from tracker.records import READING_STATUSES

TextField: TypeAlias = Literal["title", "abstract", "authors"]
FilterField: TypeAlias = Literal["list", "year", "status", "tag", "concept", "has", "is"]

_TEXT_FIELDS: dict[str, TextField] = {"title": "title", "abstract": "abstract", "author": "authors"}
_FILTER_FIELDS: frozenset[str] = frozenset(("list", "year", "status", "tag", "concept", "has", "is"))
_HAS, _IS = ("code", "abstract", "notes"), ("new",)
FIELDS: tuple[str, ...] = (*_TEXT_FIELDS, *sorted(_FILTER_FIELDS))

#: More than this of a pasted text does not make a better query; the model reads 256 tokens anyway.
MAX_CHARS = 20_000
#: From so many plain words on a query is prose, and quotation marks in it are a writer's, not a condition.
PROSE = 8
_YEARS = re.compile(r"^(?:(?P<op>[<>]=?)\s*(?P<at>\d{1,4})|(?P<one>\d{4})|(?P<low>\d{4})?\.\.\.?(?P<high>\d{4})?)$")
_TOKEN = re.compile(
    r'(?P<minus>-(?=\S))?(?:(?P<field>[A-Za-z]+):(?=\S))?(?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<bare>\S+))', re.DOTALL
)
_YEAR_FORMS = "year:2023, year:2020..2023, year:>2022 or year:<=2019"


@dataclass(frozen=True, slots=True)
class Text:
    """Words that must stand together, in any field or in the one named."""

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A fact about the paper or its reader: ``list`` (source slug), ``year`` (low to high, both included), ..."""

    field: FilterField
    value: str = ""
    low: int | None = None
    high: int | None = None


Atom: TypeAlias = Text | Filter


@dataclass(frozen=True, slots=True)
class Condition:
    """One of ``any_of`` must hold; none of them when ``negated``."""

    any_of: tuple[Atom, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood.

    Attributes:
        text: as typed.
        ranked: what ranks, in the order typed: plain words, phrases, values of text fields.
        conditions: what every hit must meet.
    """

    text: str
    ranked: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def meaning(self) -> str:
        """The text to embed: everything that ranks, as typed, without fields and signs."""
        return " ".join(self.ranked)


@dataclass(frozen=True, slots=True)
class _Piece:
    atom: Atom | None  # None for a plain word
    ranked: str
    negated: bool


def parse(text: str) -> Query:
    """Reads a query.

    Raises:
        QueryError: a field's value makes no sense (``year:soon``), or the text is too long.
    """
    if len(text) > MAX_CHARS:
        raise QueryError(f"the query has {len(text):,} characters", cure=f"use at most {MAX_CHARS:,}")
    tokens = _tokens(_cleaned(text))
    ranked: list[str] = []
    conditions: list[Condition] = []
    prose = sum(isinstance(token, _Piece) and token.atom is None for token in tokens) >= PROSE
    place = 0
    while place < len(tokens):
        alternatives, place = _alternatives(tokens, place)
        ranked += [piece.ranked for piece in alternatives if piece.ranked]
        if len(alternatives) > 1:
            conditions.append(Condition(tuple(dict.fromkeys(_as_condition(piece) for piece in alternatives))))
        elif (atom := alternatives[0].atom) is not None and not (prose and _quotation(alternatives[0])):
            conditions.append(Condition((atom,), negated=alternatives[0].negated))
    return Query(text=text, ranked=tuple(ranked), conditions=tuple(dict.fromkeys(conditions)))


def has_word(text: str) -> bool:
    """Whether a full-text index would find a word in it: a letter or a digit of any script."""
    return any(
        character.isalnum() if character.isascii() else unicodedata.category(character)[0] in "LN" for character in text
    )


def _cleaned(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = text.translate({ord("“"): '"', ord("”"): '"', ord("„"): '"', ord("«"): '"', ord("»"): '"'})
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cs", "Cn") else character for character in text)


def _tokens(text: str) -> list[_Piece | str]:
    """Pieces, and the bare string ``OR`` where it stands between two of them."""
    found: list[_Piece | str] = []
    for match in _TOKEN.finditer(text):
        if match.group() == "OR":
            found.append("OR")
        elif (piece := _piece(match)) is not None:
            found.append(piece)
    return found


def _piece(match: re.Match[str]) -> _Piece | None:
    negated, quoted = match["minus"] is not None, match["quoted"] is not None
    value: str = match["quoted"] if quoted else match["bare"]
    field = (match["field"] or "").lower()
    if field in _TEXT_FIELDS:
        value = value.strip('"')
        if has_word(value):
            return _Piece(Text(value, _TEXT_FIELDS[field]), "" if negated else value, negated)
        if field == "author":  # a pasted text may well go on behind "Title:" or "Abstract:" with a dash
            raise QueryError(f"author:{value} is no name", cure="for example author:hinton")
        return None
    if field in _FILTER_FIELDS:
        return _Piece(_filter(field, value.strip('"').strip()), "", negated)
    if field:
        value = f"{match['field']}:{value}"
    if not has_word(value):
        return None
    if quoted or negated:
        return _Piece(Text(value.strip('"')), "" if negated else value, negated)
    return _Piece(None, value.strip('"'), negated=False)


def _alternatives(tokens: list[_Piece | str], place: int) -> tuple[list[_Piece], int]:
    """The pieces joined by OR from here on, and the place after them; a stray OR is a word."""
    first = tokens[place]
    if isinstance(first, str):
        return [_Piece(None, "OR", negated=False)], place + 1
    found = [first]
    place += 1
    while (
        place + 1 < len(tokens)
        and tokens[place] == "OR"
        and isinstance(following := tokens[place + 1], _Piece)
        and not following.negated
        and not first.negated
    ):
        found.append(following)
        place += 2
    return found, place


def _quotation(piece: _Piece) -> bool:
    return isinstance(piece.atom, Text) and piece.atom.field is None and not piece.negated


def _as_condition(piece: _Piece) -> Atom:
    return piece.atom if piece.atom is not None else Text(piece.ranked)


def _filter(field: str, value: str) -> Filter:
    if field == "year":
        return _years(value)
    folded = value.casefold()
    if not folded:
        raise QueryError(f"{field}: needs a value", cure=f"for example {_example(field)}")
    if field == "status":
        return Filter("status", _one_of(field, folded, READING_STATUSES))
    if field == "has":
        return Filter("has", _one_of(field, "notes" if folded == "note" else folded, _HAS))
    if field == "is":
        return Filter("is", _one_of(field, folded, _IS))
    if field == "list":
        return Filter("list", folded)
    return Filter("tag", value) if field == "tag" else Filter("concept", folded)


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise QueryError(
            f"{field}:{value} is unknown", cure=f"use {' or '.join(f'{field}:{name}' for name in allowed)}"
        )
    return value


def _years(value: str) -> Filter:
    found = _YEARS.match(value)
    if found is None or value.strip(".") == "":
        raise QueryError(f"year:{value} is not a year", cure=f"use {_YEAR_FORMS}")
    if found["one"]:
        return Filter("year", low=int(found["one"]), high=int(found["one"]))
    if found["op"]:
        at, strict = int(found["at"]), len(found["op"]) == 1
        if found["op"].startswith(">"):
            return Filter("year", low=at + strict)
        return Filter("year", high=at - strict)
    low = int(found["low"]) if found["low"] else None
    high = int(found["high"]) if found["high"] else None
    if low is not None and high is not None and low > high:
        raise QueryError(f"year:{value} runs backwards", cure=f"use year:{high}..{low}")
    return Filter("year", low=low, high=high)


def _example(field: str) -> str:
    examples = {"status": "status:reading", "has": "has:code", "is": "is:new", "list": "list:learning-papers"}
    return examples.get(field, f"{field}:attention")
