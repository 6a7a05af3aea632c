"""The dates of a week as its heading words them: with and without year, across months and across New Year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from tracker.sources.dates import MONTHS
from tracker.sources.inline import plain, squeezed
from tracker.sources.structure import Block

#: A heading or link of the series; what follows names the days.
WEEK = re.compile(r"papers\s+of\s+(?:the\s+)?week\b(.*)", re.I | re.S)
_DAY = r"([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*(\d{4}))?"
_SPAN = re.compile(
    _DAY + r"\s*[-–—~to]+\s*(?:([A-Za-z]{3,9})\.?\s*)?(\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*(\d{4}))?", re.I
)


def label_key(label: str) -> str:
    """``label`` without punctuation, by which a link of the index and its heading are matched."""
    return re.sub(r"[^a-z0-9]+", " ", label.casefold()).strip()


def index_years(blocks: Sequence[Block]) -> Iterator[tuple[str, int]]:
    """Week labels of the index with the year of the heading above them; a label of two years is left out."""
    years: dict[str, set[int]] = {}
    for block in blocks:
        year = next((int(part) for part in reversed(block.section) if re.fullmatch(r"\d{4}", part)), None)
        if block.kind != "item" or year is None:
            continue
        if match := WEEK.search(squeezed(plain(block.spans))):
            years.setdefault(label_key(match[1]), set()).add(year)
    for label, found in years.items():
        if len(found) == 1:
            yield label, found.pop()


def _month(name: str) -> int | None:
    return MONTHS.index(name[:3].casefold()) + 1 if name[:3].casefold() in MONTHS else None


def week_dates(label: str, year: int | None, newer: date | None) -> tuple[date, date] | None:
    """First and last day named in ``label``; ``newer`` is the start of the week listed before (newest come first)."""
    match = _SPAN.search(label)
    if match is None:
        return None
    first, day1, year1, second, day2, year2 = match.groups()
    month1, month2 = _month(first), _month(second or first)
    if month1 is None or month2 is None:
        return None
    crosses = (month2, int(day2)) < (month1, int(day1))
    if year2 or year1:
        years = [(int(year1 or year2) - int(crosses and not year1), int(year2 or year1) + int(crosses and not year2))]
    elif year is not None:
        years = [(year - 1, year), (year, year + 1)] if crosses else [(year, year)]
    elif newer is not None:
        years = [(y, y + crosses) for y in (newer.year, newer.year - 1)]
    else:
        return None
    spans = [span for y1, y2 in years if (span := _span(y1, month1, int(day1), y2, month2, int(day2)))]
    if year is None and not (year1 or year2) and newer is not None:
        spans = [span for span in spans if span[0] < newer]
    return max(spans, key=lambda span: (span[0].weekday() == 0) + (span[1].weekday() == 6), default=None)


def _span(year1: int, month1: int, day1: int, year2: int, month2: int, day2: int) -> tuple[date, date] | None:
    try:
        return date(year1, month1, day1), date(year2, month2, day2)
    except ValueError:
        return None
