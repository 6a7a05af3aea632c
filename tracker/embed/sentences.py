"""Cuts an abstract into sentences, with their places, by rules that know the abbreviations of papers."""

from __future__ import annotations

import re

Span = tuple[int, int]

#: A mark that may end a sentence, what may close behind it, then white space and something that may begin one.
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s+[^\sa-z])|\n\s*\n")
_ABBREVIATIONS = frozenset(
    """
    e.g i.e cf vs al etc resp approx fig figs eq eqs eqn sec ref refs no vol dr prof mr ms st w.r.t a.k.a w.l.o.g i.i.d
    """.split()  # noqa: SIM905 - one line reads better than twenty
)
#: How abbreviations and initials end: all that has to be looked at again before a full stop counts.
_ENDINGS = frozenset(word[-2:] for word in _ABBREVIATIONS)
_MIN = 15
_LONGEST = max(map(len, _ABBREVIATIONS)) + 2


def sentences(text: str) -> tuple[Span, ...]:
    """Start and end of each sentence, in order; together they hold all that is not white space.

    A fragment shorter than a few words stays with the sentence before it.
    """
    spans: list[Span] = []
    start = 0
    for found in _END.finditer(text):
        mark, end = found.span()
        if text[mark] == "." and _abbreviated(text, start, mark):
            continue
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return tuple(spans)


def _abbreviated(text: str, start: int, mark: int) -> bool:
    """Whether the full stop at ``mark`` belongs to an abbreviation or an initial."""
    before = text[max(start, mark - 2) : mark]
    if before.lower() not in _ENDINGS and not before[-1:].isupper():
        return False
    word = text[max(start, mark - _LONGEST) : mark].rpartition(" ")[2].lstrip("([\"'")
    return (len(word) == 1 and word.isupper()) or word.lower() in _ABBREVIATIONS


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start, end = end - len(piece.lstrip()), start + len(piece.rstrip())
    if start >= end:
        return
    if spans and end - start < _MIN:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))
