"""Quiet hours: a part of every day, in local time, in which nobody is asked anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tracker.errors import SettingsError

_FORM = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` up to, not including, ``end`` on the wall clock of ``zone``; over midnight where end <= start."""

    start: time
    end: time
    zone: tzinfo

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet around ``moment`` ends, in UTC; None when it is not quiet then."""
        local = moment.astimezone(self.zone)
        wall = local.time()
        over_midnight = self.end <= self.start
        inside = wall >= self.start or wall < self.end if over_midnight else self.start <= wall < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if over_midnight and wall >= self.start else 0)
        ends = datetime.combine(day, self.end, self.zone).astimezone(UTC)
        # An end that a change of the clocks puts before the moment (the hour that comes twice) is over.
        return ends if ends > moment else None


def parse_quiet(text: str, zone: tzinfo) -> QuietHours:
    """Quiet hours from ``23:00-07:00``.

    Raises:
        SettingsError: it does not read so, or start and end are the same.
    """
    found = _FORM.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        start = time(int(found[1]), int(found[2]))
        end = time(int(found[3]), int(found[4]))
        if start == end:
            raise ValueError(text)
    except ValueError as error:
        raise SettingsError(f"TRACKER_QUIET_HOURS is {text!r}", cure="give two times such as 23:00-07:00") from error
    return QuietHours(start, end, zone)
