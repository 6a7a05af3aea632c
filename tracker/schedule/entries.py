"""Entries for cron, systemd and launchd that run ``tracker update``: texts, nothing is installed here."""

from __future__ import annotations

import plistlib
import shlex
from dataclasses import dataclass
from datetime import timedelta

from tracker.errors import UsageError
from tracker.schedule.planning import offset_of

#: Names the entry wherever it is put, so that it is found again and replaced, never doubled.
NAME = "paper-tracker-update"
LABEL = "org.paper-tracker.update"
#: Divisors of a day: cron and launchd know hours of the day only.
HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
#: What the command may end with and still have done its part: 3 is "partly, the rest is kept".
PARTLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run, and how often.

    ``command`` is the program with its arguments, absolute; ``environment``
    what it needs beyond what the system gives; ``log`` is where launchd and
    cron, which have no journal, write what it says.
    """

    command: tuple[str, ...]
    hours: int = 12
    environment: tuple[tuple[str, str], ...] = ()
    log: str = ""

    def __post_init__(self) -> None:
        if self.hours not in HOURS:
            raise UsageError(
                f"every {self.hours} hours is no part of a day", cure=f"one of {', '.join(map(str, HOURS))}"
            )
        words = (*self.command, *(f"{name}={value}" for name, value in self.environment), self.log)
        if any(character in word for word in words for character in "\n\r\0"):
            raise UsageError("a command with a line break cannot be scheduled", cure="choose another data folder")

    @property
    def minute(self) -> int:
        """When in the hour: differs from library to library, so that not all ask at once; the same every time."""
        return int(offset_of("minute", timedelta(hours=1), " ".join(self.command)).total_seconds() // 60) % 60

    @property
    def first_hour(self) -> int:
        """The first hour of the day, for the same reason."""
        return int(offset_of("hour", timedelta(hours=self.hours), " ".join(self.command)).total_seconds() // 3600) % (
            self.hours
        )

    @property
    def hours_of_day(self) -> tuple[int, ...]:
        """All hours of the day at which it runs."""
        return tuple(range(self.first_hour, 24, self.hours))


def cron(job: Job) -> str:
    """One line for ``crontab -e``.  cron ends a command at ``%`` and gives it to ``sh``; both are quoted."""
    words = [f"{name}={shlex.quote(value)}" for name, value in job.environment]
    words += [shlex.quote(word) for word in job.command]
    if job.log:
        words += [">>", shlex.quote(job.log), "2>&1"]
    hours = "*" if job.hours == 1 else ",".join(map(str, job.hours_of_day))
    return f"{job.minute} {hours} * * * " + " ".join(words).replace("%", "\\%") + f" # {NAME}\n"


def systemd_service(job: Job) -> str:
    """The unit ``paper-tracker-update.service``."""
    lines = [
        "[Unit]",
        "Description=Bring the paper library up to date",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=oneshot",
        *(f"Environment={_systemd_quoted(f'{name}={value}')}" for name, value in job.environment),
        "ExecStart=" + " ".join(_systemd_quoted(word, command=True) for word in job.command),
        f"SuccessExitStatus={PARTLY}",
        "Nice=10",
        "TimeoutStartSec=6h",
    ]
    return "\n".join(lines) + "\n"


def systemd_timer(job: Job) -> str:
    """The unit ``paper-tracker-update.timer``; what was missed while the machine slept is caught up with once."""
    hours = "*" if job.hours == 1 else ",".join(f"{hour:02d}" for hour in job.hours_of_day)
    lines = [
        "[Unit]",
        "Description=Bring the paper library up to date, again and again",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {hours}:{job.minute:02d}:00",
        "RandomizedDelaySec=5min",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def launchd(job: Job) -> str:
    """The property list ``org.paper-tracker.update.plist``; launchd runs a missed turn once on waking."""
    entry: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": list(job.command),
        "StartCalendarInterval": [{"Hour": hour, "Minute": job.minute} for hour in job.hours_of_day],
        "ProcessType": "Background",
        "LowPriorityIO": True,
    }
    if job.environment:
        entry["EnvironmentVariables"] = dict(job.environment)
    if job.log:
        entry |= {"StandardOutPath": job.log, "StandardErrorPath": job.log}
    return plistlib.dumps(entry, sort_keys=False).decode()


def without_entry(crontab: str) -> str:
    """A crontab without our line; every other line as it was."""
    return "".join(line for line in crontab.splitlines(keepends=True) if not line.rstrip().endswith(f"# {NAME}"))


def with_entry(crontab: str, job: Job) -> str:
    """A crontab with our line once, at its end."""
    kept = without_entry(crontab)
    return kept + ("\n" if kept and not kept.endswith("\n") else "") + cron(job)


def _systemd_quoted(word: str, *, command: bool = False) -> str:
    """As systemd.syntax(7) and systemd.service(5) say: quotes, backslashes, ``%`` and, in commands, ``$``."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    if command:
        text = text.replace("$", "$$")
    return f'"{text}"'
