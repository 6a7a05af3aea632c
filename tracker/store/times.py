"""Moments: aware and in UTC outside, UTC text without an offset in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime

_FORMAT = "%Y-%m-%d %H:%M:%S.%f"  # SQLAlchemy's own for SQLite: fixed width, so text order is time order


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: the moment has no time zone, so nobody knows when it is.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def stored(moment: datetime) -> str:
    """How a moment stands in the database."""
    return to_utc(moment).replace(tzinfo=None).strftime(_FORMAT)


def loaded(text: str | None) -> datetime | None:
    """The aware moment that the database's text stands for; None stays None."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def loaded_at(text: str) -> datetime:
    """As :func:`loaded`, for columns that are never NULL."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def loaded_date(text: str | None) -> date | None:
    """The date that the database's text stands for; None stays None."""
    return None if text is None else date.fromisoformat(text)
