"""Once a week, at a time of the wall clock: when the digest goes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tracker.errors import SettingsError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: What is meant where nothing is set.
USUAL = "monday 07:00"
#: How long after an attempt that failed the next one is made.
AGAIN = timedelta(hours=1)
_FORM = re.compile(r"([a-z]{3,9})\s+(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every ``day`` (0 is Monday) at ``at`` on the wall clock of ``zone``."""

    day: int
    at: time
    zone: tzinfo

    def before(self, moment: datetime) -> datetime:
        """The last turn not after ``moment``, in UTC."""
        local = moment.astimezone(self.zone)
        date = local.date() - timedelta(days=(local.weekday() - self.day) % 7)
        turn = datetime.combine(date, self.at, self.zone).astimezone(UTC)
        if turn <= moment:
            return turn
        return datetime.combine(date - timedelta(days=7), self.at, self.zone).astimezone(UTC)

    def due(self, moment: datetime, *, settled: datetime, failed: datetime | None) -> bool:
        """Whether there is a turn to take now.

        Any number of turns that were missed is one.

        Args:
            moment: the present.
            settled: when a turn was last taken, or when counting began.
            failed: when an attempt last failed, if one did since then.
        """
        if failed is not None and settled < failed <= moment < failed + AGAIN:
            return False
        return settled < self.before(moment)


def parse_weekly(text: str, zone: tzinfo) -> Weekly:
    """A turn from ``monday 07:00``; three letters of the day are enough.

    Raises:
        SettingsError: it does not read so.
    """
    found = _FORM.fullmatch(text.strip().lower())
    days = [number for number, name in enumerate(DAYS) if found and name.startswith(found[1])]
    try:
        if found is None or not days:
            raise ValueError(text)
        return Weekly(days[0], time(int(found[2]), int(found[3])), zone)
    except ValueError as error:
        raise SettingsError(
            f"TRACKER_DIGEST_DAY is {text!r}", cure="give a day and a time such as monday 07:00"
        ) from error
