"""What is set off beside a title rather than being it: authors and venues in italics or bold, citations as labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.sources.dates import VENUE, YEAR, date_in
from tracker.sources.inline import Spans, runs, squeezed
from tracker.sources.linked import ReadLink
from tracker.sources.people import names_in, people

_CITATION = re.compile(rf"^[(\[]?(?P<who>[^()\[\]\d]{{2,80}}?)[,.\s(\[]+(?P<year>{YEAR})[a-z]?[)\]]{{0,2}}$")
_SEVERAL = re.compile(r"\bet\.?\s+al\b|\band\b|&|,", re.I)
_ENDS_IN_YEAR = re.compile(rf"(?:{YEAR}|['’]\s?\d\d)\W*$")
_PAUSE = re.compile(r"[,.;|(\[–—\n-]\s*$")
#: Longer words than this in bold or italics are no venue.
_LONGEST_VENUE = 8


def is_aside(words: str, before: str) -> bool:
    """Whether ``words``, set off in bold or italics behind ``before``, are people or a venue and not a title."""
    count = len(words.split())
    venue = bool(VENUE.search(words))
    if venue and count <= _LONGEST_VENUE and date_in(words)[0]:
        return True
    ahead = before.split()
    if len(ahead) < 2 or names_in(before.strip(" ,.;|-–—(")):
        return False
    if names_in(words):
        return True
    if not _PAUSE.search(before):
        return False
    dated = count <= 6 and bool(_ENDS_IN_YEAR.search(words))
    return dated or (count <= 3 and venue) or bool(names_in(words, alone=True))


def without_asides(head: str, spans: Spans) -> str:
    """``head`` up to the first words in italics or bold that are people or a venue ("Title, *Authors*, **Venue**")."""
    cut, venue = len(head), False
    for words in _set_off(spans):
        at = head.find(words)
        if 0 < at < cut and is_aside(words, head[:at]):
            cut, venue = at, not people(words)
    return _without_names(head[:cut]) if venue else head[:cut]


def cited(found: Sequence[ReadLink], whole: str) -> tuple[tuple[ReadLink, ...], tuple[tuple[str, ...], int] | None]:
    """``found`` with a citation behind a title no longer a label of its own, and the people and year that it names.

    "Title ([Stone et al., 2023](…))" links the citation; the title is what stands before it.
    """
    for link in found:
        label = link.link.label
        match = _CITATION.match(label) if link.own else None
        at = whole.find(label)
        if match is None or at < 0 or not (who := people(match["who"])):
            continue
        before = whole[:at].rstrip()
        words = re.findall(r"[^\W\d_]{2,}", before)
        bracketed = before.endswith(("(", "[", "（"))
        if not words or names_in(before.strip(" ([（")) or not (bracketed or _SEVERAL.search(match["who"])):
            continue
        changed = tuple(replace(other, own=False) if other is link else other for other in found)
        return changed, (who, int(match["year"]))
    return tuple(found), None


def _set_off(spans: Spans) -> Iterator[str]:
    for style in ("italic", "bold"):
        yield from (words for _, _, words in runs(spans, style) if words)


def _without_names(head: str) -> str:
    """``head``, which a venue follows, without the names that it ends with ("Title, Ann Stone, ")."""
    parts = squeezed(head).rstrip(" ,.;").split(", ")
    while len(parts) > 1 and _is_person(parts[-1]):
        parts.pop()
    return ", ".join(parts)


def _is_person(part: str) -> bool:
    bare = re.sub(r"^(?:and|&)\s+", "", part)
    return bool(re.fullmatch(r"et\.? al\.?", bare)) or (
        2 <= len(bare.split()) <= 4 and bool(names_in(bare, alone=True))
    )
