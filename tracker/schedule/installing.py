"""Puts the entries where cron and systemd find them, through their own commands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import UsageError
from tracker.schedule import entries
from tracker.schedule.entries import NAME, Job

#: Runs a program with this on its standard input; gives exit status, output and errors.
Run = Callable[[Sequence[str], str], tuple[int, str, str]]


def run(command: Sequence[str], given: str) -> tuple[int, str, str]:
    """Run a program for real.

    Raises:
        UsageError: there is no such program on this machine.
    """
    try:
        done = subprocess.run([*command], input=given, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no {command[0]} on this machine", cure="print the entry and put it in by hand"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"{command[0]} did not answer within a minute") from error
    return done.returncode, done.stdout, done.stderr


@dataclass(frozen=True, slots=True)
class Cron:
    """The crontab of the person."""

    run: Run = run

    def install(self, job: Job) -> str:
        """Add our line, or replace it; says what was done.

        Raises:
            UsageError: cron is missing or refuses.
        """
        self._write(entries.with_entry(self._read(), job))
        return "added to your crontab; see: crontab -l"

    def remove(self) -> str:
        """Take our line out, if there is one."""
        before = self._read()
        after = entries.without_entry(before)
        if after == before:
            return "your crontab has no such entry"
        self._write(after)
        return "removed from your crontab"

    def _read(self) -> str:
        status, out, told = self.run(["crontab", "-l"], "")
        if status and "no crontab" not in told.casefold():
            raise UsageError(f"crontab cannot be read: {told.strip() or f'exit {status}'}")
        return out if not status else ""

    def _write(self, text: str) -> None:
        status, _, told = self.run(["crontab", "-"], text)
        if status:
            raise UsageError(f"crontab was not changed: {told.strip() or f'exit {status}'}")


@dataclass(frozen=True, slots=True)
class Systemd:
    """The timers of the person, not of the machine: no rights are needed."""

    folder: Path
    run: Run = run

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Systemd:
        """The folder that systemd reads a person's units from."""
        base = environ.get("XDG_CONFIG_HOME")
        return cls((Path(base) if base else Path.home() / ".config") / "systemd" / "user")

    def install(self, job: Job) -> str:
        """Write both units and start the timer.

        Raises:
            UsageError: systemd is missing or refuses; the units are removed again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{NAME}.service").write_text(entries.systemd_service(job), encoding="utf-8")
        (self.folder / f"{NAME}.timer").write_text(entries.systemd_timer(job), encoding="utf-8")
        try:
            self._systemctl("daemon-reload")
            self._systemctl("enable", "--now", f"{NAME}.timer")
        except UsageError:
            self._unlink()
            raise
        return f"started; see: systemctl --user list-timers {NAME}.timer"

    def remove(self) -> str:
        """Stop the timer and remove both units."""
        if not (self.folder / f"{NAME}.timer").exists():
            return f"{self.folder} has no such timer"
        self._systemctl("disable", "--now", f"{NAME}.timer")
        self._unlink()
        self._systemctl("daemon-reload")
        return "stopped and removed"

    def _unlink(self) -> None:
        for kind in ("service", "timer"):
            (self.folder / f"{NAME}.{kind}").unlink(missing_ok=True)

    def _systemctl(self, *words: str) -> None:
        status, _, told = self.run(["systemctl", "--user", *words], "")
        if status:
            raise UsageError(f"systemctl --user {words[0]}: {told.strip() or f'exit {status}'}")
