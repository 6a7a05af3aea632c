"""Titles as evidence: how two of them relate, and which words they can be found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

#: From the strongest to the weakest relation of two titles.
Relation = Literal["exact", "near", "subtitle", "alias", "alike", "none"]

_STOP = frozenset({"a", "an", "the"})
_EMPTY = frozenset(
    {
        "a",
        "an",
        "the",
        "of",
        "for",
        "and",
        "in",
        "on",
        "with",
        "to",
        "via",
        "from",
        "by",
        "at",
        "using",
        "is",
        "are",
        "as",
    }
)
#: Words that many different papers are titled with, alone or in a row.
_GENERIC = frozenset(
    {"survey", "review", "introduction", "overview", "tutorial", "report", "perspective", "comprehensive"}
)
_NUMBER = re.compile(r"[a-z]*\d+[a-z\d]*|[ivx]{1,4}|one|two|three|four")
_BRACKETED = re.compile(r"^(.*?\S)\s*[(\[]([^()\[\]]{2,40})[)\]]\s*$")
_HEAD = re.compile(r"^(.{2,120}?)\s*(?::|\s[-–—]|[–—])\s+(\S.*)$")
_COMMAND = re.compile(r"\\[A-Za-z]+|[$\\{}]")
#: Below this similarity (0 to 1) two titles have nothing to do with each other.
ALIKE = 0.88


@dataclass(frozen=True, slots=True)
class Title:
    """A folded title.  ``words`` without articles; ``numbers`` are the tokens that tell part 1 from part 2."""

    text: str
    words: tuple[str, ...]

    @property
    def squashed(self) -> str:
        """Without blanks: ``auto encoder`` is ``autoencoder``."""
        return "".join(self.words)

    @property
    def numbers(self) -> tuple[str, ...]:
        """``gpt4``, ``2``, ``ii``: what tells one of a series from the next."""
        return tuple(word for word in self.words if _NUMBER.fullmatch(word))

    @property
    def telling(self) -> bool:
        """Long enough that two papers seldom share it by chance."""
        return len(self.words) >= 4 and len(self.text) >= 24

    @property
    def long(self) -> bool:
        """So long that nobody comes upon it twice, and not made of the words every survey is called by."""
        return len(self.words) >= 6 and len(self.text) >= 42 and not _GENERIC & set(self.words)


@dataclass(frozen=True, slots=True)
class Titles:
    """All names of one paper: ``full`` titles, what stands before or after a colon, nicknames, and cut-off titles."""

    full: tuple[Title, ...]
    parts: tuple[Title, ...]
    nicknames: tuple[Title, ...]
    cut: tuple[Title, ...] = ()


@lru_cache(maxsize=4096)
def fold(text: str) -> Title:
    """Without case, accents, punctuation, LaTeX and articles."""
    decomposed = unicodedata.normalize("NFKD", _COMMAND.sub(" ", text)).casefold()
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) or c in "'’" else " " for c in decomposed)
    words = tuple("".join(kept).split())
    told = tuple(word for word in words if word not in _STOP) or words
    return Title(" ".join(told), told)


def names(titles: Sequence[str]) -> Titles:
    """Take titles apart: ``SDXL: Improving ... (SDXL)`` is a title, a nickname, and what follows the colon."""
    full: dict[Title, None] = {}
    parts: dict[Title, None] = {}
    nicknames: dict[Title, None] = {}
    cut: dict[Title, None] = {}
    for written in titles:
        title = " ".join(written.split())
        if bracketed := _BRACKETED.match(title):
            title = bracketed[1]
            nicknames[fold(bracketed[2])] = None
        if title.endswith(("...", "…")):
            cut[fold(title.rstrip(".… ").rpartition(" ")[0])] = None
            continue
        whole = fold(title)
        (full if len(whole.words) > 2 else nicknames)[whole] = None
        if split := _HEAD.match(title):
            head, tail = fold(split[1]), fold(split[2])
            (parts if len(head.words) > 2 else nicknames)[head] = None
            if len(tail.words) > 2:
                parts[tail] = None
    return Titles(*(tuple(t for t in some if t.text) for some in (full, parts, nicknames, cut)))


def relate(a: Titles, b: Titles) -> tuple[Relation, float, Title | None]:
    """The strongest relation between the names of two papers, how alike they are (0 to 1), and the shorter name.

    Symmetric.
    """
    best: tuple[Relation, float, Title | None] = ("none", 0.0, None)
    for one in a.full:
        for other in b.full:
            relation, likeness = _two(one, other)
            if _rank(relation, likeness) > _rank(best[0], best[1]):
                best = (relation, likeness, min(one, other, key=lambda t: (len(t.text), t.text)))
    if best[0] in ("exact", "near"):
        return best
    shared = (set(a.full) & set(b.parts)) | (set(b.full) & set(a.parts))
    shared |= _begun(a.cut, b.full) | _begun(b.cut, a.full) | (set(a.cut) & set(b.cut))
    if shared:
        return "subtitle", 0.9, max(shared, key=lambda t: (len(t.text), t.text))
    nicknames = set(a.nicknames) & set(b.nicknames)
    if nicknames:
        return "alias", max(0.8, best[1]), max(nicknames, key=lambda t: (len(t.text), t.text))
    return best


def keys(titles: Titles) -> Iterator[str]:
    """Block keys: two papers with titles worth comparing have at least one in common."""
    for title in (*titles.full, *titles.parts, *titles.cut):
        yield f"t:{title.squashed}"
        content = [word for word in title.words if word not in _EMPTY]
        if len(content) >= 3:
            yield "first:" + " ".join(content[:3])
            yield "last:" + " ".join(content[-3:])
            yield "longest:" + " ".join(sorted(sorted(content, key=lambda w: (-len(w), w))[:3]))
    for nickname in titles.nicknames:
        yield f"t:{nickname.squashed}"


def _two(a: Title, b: Title) -> tuple[Relation, float]:
    if a.words == b.words or a.squashed == b.squashed:
        return "exact", 1.0
    likeness = fuzz.ratio(a.text, b.text, score_cutoff=100 * ALIKE) / 100
    if not likeness:
        return "none", 0.0
    if a.numbers != b.numbers:
        return "none", likeness
    return ("near" if _misspelt(a, b) else "alike"), likeness


def _begun(cut: Sequence[Title], full: Sequence[Title]) -> set[Title]:
    return {part for part in cut for title in full if part.telling and title.text.startswith(part.text)}


def _misspelt(a: Title, b: Title) -> bool:
    """Word for word the same, but for a slip in at most two long words.

    A slip leaves the first letter alone and changes one other: *supervised*
    and *unsupervised* are two words, and so are *symmetric* and *asymmetric*.
    """
    if len(a.words) != len(b.words):
        return False
    pairs = [(one, other) for one, other in zip(a.words, b.words, strict=True) if one != other]
    return len(pairs) <= 2 and all(
        one[0] == other[0] and min(len(one), len(other)) >= 5 and Levenshtein.distance(one, other, score_cutoff=1) <= 1
        for one, other in pairs
    )


def _rank(relation: Relation, likeness: float) -> tuple[int, float]:
    order: tuple[Relation, ...] = ("none", "alike", "alias", "subtitle", "near", "exact")
    return order.index(relation), likeness
