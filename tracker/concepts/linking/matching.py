"""Finds the phrases of a lexicon in text: one pass over the words, whatever the number of phrases.

A phrase is a row of word patterns.  ``gener*`` matches any word that begins
so; a pattern with a capital letter must be written so in the text; otherwise
case and a plural -s do not matter.  ``a & b`` holds in a sentence that has
both ``a`` and ``b``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_WORD = re.compile(r"[A-Za-z0-9]+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_KEEP_S = ("ss", "us", "is")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, trimmed; an abbreviation may cut one in two, which costs little here."""
    return tuple(part.strip() for part in _SENTENCE.split(" ".join(text.split())) if part.strip())


def words(text: str) -> list[str]:
    """The words of a text as written, accents removed, plural -s removed; hyphens and signs separate."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return [_fold(word) for word in _WORD.findall(plain)]


def _fold(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(_KEEP_S):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Span:
    """Phrase number ``phrase`` found at words ``start`` to ``end`` (exclusive) of a sentence."""

    phrase: int
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    next: dict[int, _Node] = field(default_factory=dict)
    phrases: list[int] = field(default_factory=list)


class PhraseMatcher:
    """All phrases at once, as a trie over word patterns.

    Args:
        phrases: the phrases by number; a phrase with ``&`` has several parts, found separately.
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        self._root = _Node()
        self._exact: dict[str, int] = {}
        self._cased: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._cased_prefixes: dict[str, int] = {}
        self._memo: dict[str, tuple[int, ...]] = {}
        self._symbols = 0
        self.parts: list[tuple[int, ...]] = []
        self._owners: dict[int, list[int]] = {}
        self._part_number: dict[str, int] = {}
        for phrase in phrases:
            numbers = tuple(self._add(part.strip()) for part in phrase.split("&"))
            self.parts.append(numbers)

    def _add(self, part: str) -> int:
        if part in self._part_number:
            return self._part_number[part]
        number = self._part_number[part] = len(self._part_number)
        node = self._root
        for symbol in self._symbols_of(part):
            node = node.next.setdefault(symbol, _Node())
        node.phrases.append(number)
        return number

    def _symbols_of(self, part: str) -> Iterable[int]:
        for raw in re.findall(r"[A-Za-z0-9]+\*?", part):
            cased = raw.lower() != raw
            if raw.endswith("*"):
                table, key = (self._cased_prefixes if cased else self._prefixes), raw[:-1]
            else:
                table, key = (self._cased if cased else self._exact), _fold(raw)
            if key not in table:
                table[key] = self._symbols
                self._symbols += 1
            yield table[key]

    def _symbols_at(self, word: str) -> tuple[int, ...]:
        known = self._memo.get(word)
        if known is None:
            lower = word.lower()
            found = [table[key] for table, key in ((self._exact, lower), (self._cased, word)) if key in table]
            for size in range(2, len(word) + 1):
                found += [
                    t[k[:size]] for t, k in ((self._prefixes, lower), (self._cased_prefixes, word)) if k[:size] in t
                ]
            known = self._memo[word] = tuple(found)
        return known

    def parts_in(self, tokens: Sequence[str]) -> list[Span]:
        """Every part of a phrase in a row of words, overlaps included."""
        rows = [self._symbols_at(token) for token in tokens]
        spans: list[Span] = []
        for start, symbols in enumerate(rows):
            if not symbols:
                continue
            nodes = [self._root.next[s] for s in symbols if s in self._root.next]
            end = start + 1
            while nodes:
                spans += [Span(number, start, end) for node in nodes for number in node.phrases]
                if end == len(rows):
                    break
                nodes = [node.next[s] for node in nodes for s in rows[end] if s in node.next]
                end += 1
        return spans
