"""Dates, counts and names as a page says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from tracker.records import Mention, Paper
from tracker.safetext import cut

#: Four names are seldom longer; a list that was not taken apart can have thousands of characters.
_NAMES_LIMIT = 200

STATUS_NAMES: Mapping[str, str] = {
    "inbox": "Inbox",
    "queued": "Queued",
    "reading": "Reading",
    "read": "Read",
    "skipped": "Skipped",
}


def count(number: int, one: str, many: str | None = None) -> str:
    """``3 papers``, ``1 paper``, ``1,200 papers``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def names(authors: Sequence[str], most: int = 4) -> str:
    """Authors, the first ones by name and the rest counted; cut where a name fills a card."""
    shown = cut(", ".join(authors[:most]), _NAMES_LIMIT)
    return f"{shown} and {len(authors) - most} more" if len(authors) > most else shown


def day(value: date | None) -> str:
    """``4 May 2026``."""
    return f"{value.day} {value:%b %Y}" if value else ""


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long ago, roughly; a date when it is more than a week."""
    if at is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    if seconds < 90:
        return "just now"
    for size, unit in ((60, "minute"), (3600, "hour"), (86_400, "day")):
        number = int(seconds // size)
        if number < {"minute": 60, "hour": 24, "day": 8}[unit]:
            return f"{count(number, unit)} ago"
    return f"on {day(at.astimezone().date())}"


def soon(at: datetime | None, now: datetime | None = None) -> str:
    """When something is tried again."""
    if at is None or at <= (now or datetime.now(UTC)):
        return "with the next update"
    local = at.astimezone()
    today = (now or datetime.now(UTC)).astimezone().date()
    return f"at {local:%H:%M}" if local.date() == today else f"on {day(local.date())} at {local:%H:%M}"


def week(mention: Mention) -> str:
    """The week of a weekly list, or the month and year that a list gives."""
    if mention.week_start:
        return f"week of {day(mention.week_start)}"
    if mention.year and mention.month and 1 <= mention.month <= 12:
        return f"{date(mention.year, mention.month, 1):%b %Y}"
    return str(mention.year or "")


def when(paper: Paper) -> str:
    """When a paper came out, as exactly as is known."""
    return day(paper.published) or str(paper.year or "")


def folder(path: str) -> str:
    """A folder as people write it: ``~/library`` for one at home."""
    home = Path.home()
    return f"~/{Path(path).relative_to(home)}" if Path(path).is_relative_to(home) else path


def joined(*parts: str | None) -> str:
    """The parts that say something, with dots between."""
    return " · ".join(part for part in parts if part)
