"""Do two records speak of one paper?  Only an overwhelming yes counts: a false abstract is worse than none.

Titles must agree after folding, whole or by their main part; beside them the
year or an author must agree, and authors that both sides know must not
contradict each other.  A short title, or one of which only a part agrees,
needs both: many papers are called "Attention".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

from rapidfuzz import fuzz

from tracker.enrich.subject import Subject
from tracker.enrich.text import folded
from tracker.records import Metadata

#: Least ratio of two folded titles and of two words in them, in percent; fewest words of a title that says something
#: alone, and of a part of one.
RATIO = 96.0
SLIP = 75.0
LONG = 3
PART = 4

_ALIAS = re.compile(r"\s*[(\[][^()\[\]]{1,40}[)\]]\s*$")
_CUT = re.compile(r":\s+|\s+[\u2013\u2014-]\s+|\?\s+")
_ARTICLES = frozenset({"a", "an", "the"})
_PARTICLES = frozenset({"jr", "sr", "ii", "iii", "iv", "al", "et"})

Strength = Literal["whole", "part"]


def same_paper(subject: Subject, found: Metadata) -> bool:
    """True when a record found by its title is certainly about the subject."""
    if not found.title:
        return False
    strengths = {_titles_agree(title, found.title) for title in (subject.title, *subject.titles)} - {None}
    if not strengths:
        return False
    year = _years_agree(subject.year, found.year)
    authors = authors_agree(subject.authors, found.authors)
    if authors is False:
        return False
    if "whole" in strengths and len(folded(found.title).split()) >= LONG:
        return year is True or authors is True
    return year is True and authors is True


def askable(title: str, subject: Subject) -> bool:
    """True when an answer to a question by this title could count at all."""
    words = len(folded(without_alias(title)).split())
    if words == 0:
        return False
    known = (subject.year is not None) + bool(subject.authors)
    return known == 2 if words < LONG else known >= 1


def without_alias(title: str) -> str:
    """The title without a short name in brackets behind it: "Attention Is All You Need (Transformer)"."""
    return _ALIAS.sub("", title) or title


def authors_agree(ours: Sequence[str], theirs: Sequence[str]) -> bool | None:
    """True when a family name occurs on both sides, False when none does, None when one side names nobody."""
    mine, others = _families(ours), _families(theirs)
    if not mine or not others:
        return None
    return bool(mine & others)


def _years_agree(ours: int | None, theirs: int | None) -> bool | None:
    return None if ours is None or theirs is None else abs(ours - theirs) <= 1


def _titles_agree(ours: str, theirs: str) -> Strength | None:
    mine, others = {folded(ours), folded(without_alias(ours))}, {folded(theirs), folded(without_alias(theirs))}
    if _any_alike(mine, others):
        return "whole"
    if _any_alike(_parts(ours), others) or _any_alike(mine, _parts(theirs)):
        return "part"
    return None


def _any_alike(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(a and b and _alike(a, b) for a in some for b in others)


def _alike(a: str, b: str) -> bool:
    """Alike but for spacing, articles and slips of the pen.

    The same number of words, each alike: one "not" more is another paper.  The
    same numbers: "Part 1" is not "Part 2".
    """
    if a.replace(" ", "") == b.replace(" ", ""):
        return True
    if fuzz.ratio(a, b) < RATIO or re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return False
    words, others = ([word for word in text.split() if word not in _ARTICLES] for text in (a, b))
    return len(words) == len(others) and all(
        fuzz.ratio(word, other) >= SLIP for word, other in zip(words, others, strict=True)
    )


def _parts(title: str) -> set[str]:
    """The parts before and after a colon or dash that are long enough to mean something."""
    found = {folded(part) for part in _CUT.split(without_alias(title))}
    return {part for part in found if len(part.split()) >= PART}


def _families(names: Sequence[str]) -> frozenset[str]:
    found = set()
    for name in names:
        family = name.partition(",")[0] if "," in name else name
        plain = unicodedata.normalize("NFKD", family)
        words = [word for word in folded(plain).split() if word not in _PARTICLES]
        if words and len(words[-1]) > 1:
            found.add(words[-1])
    return frozenset(found)
