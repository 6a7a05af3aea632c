"""Entries read back as the systems read them, and put in place through stand-ins for their commands."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import library, shell, tracker  # noqa: F401 - fixtures
from tracker.errors import UsageError
from tracker.schedule import entries
from tracker.schedule.entries import HOURS, NAME, Job
from tracker.schedule.installing import Cron, Systemd

JOB = Job(
    command=("/opt/my tools/python", "-m", "tracker.cli", "--home", "/data/100% $HOME 'q'", "update"),
    environment=(("TRACKER_MIRROR", "http://127.0.0.1:1/a b"),),
    log="/data/update.log",
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), min_size=1, max_size=12)


def after_cron(line: str) -> list[str]:
    """What cron hands to the shell: five fields off, an escaped ``%`` back; then the shell's own splitting."""
    return shlex.split(line.split(" ", 5)[5].replace("\\%", "%"), comments=True)


@settings(deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.sampled_from(HOURS))
def test_cron_runs_exactly_the_command(command: list[str], hours: int) -> None:
    line = entries.cron(Job(command=tuple(command), hours=hours))
    assert line.count("\n") == 1
    # a backslash before % is cron's; one that the person wrote stands quoted and stays
    assert after_cron(line) == command or "\\%" in "".join(command)
    assert 0 <= int(line.split()[0]) <= 59


@pytest.mark.parametrize("hours", HOURS)
def test_every_system_runs_it_as_often_as_asked(hours: int) -> None:
    job = Job(command=("x", "update"), hours=hours)
    plist = plistlib.loads(entries.launchd(job).encode())
    field = entries.cron(job).split()[1]
    assert len(plist["StartCalendarInterval"]) == 24 // hours
    assert (24 if field == "*" else len(field.split(","))) == 24 // hours


def test_launchd_gets_the_words_as_they_are() -> None:
    plist = plistlib.loads(entries.launchd(JOB).encode())
    assert tuple(plist["ProgramArguments"]) == JOB.command
    assert plist["EnvironmentVariables"] == dict(JOB.environment)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    job = Job(command=(shutil.which("true") or "/bin/true", "--home", "/data/100% $HOME"), hours=6)
    (tmp_path / f"{NAME}.service").write_text(entries.systemd_service(job))
    (tmp_path / f"{NAME}.timer").write_text(entries.systemd_timer(job))
    calendar = next(x for x in entries.systemd_timer(job).splitlines() if x.startswith("OnCalendar=")).split("=", 1)[1]
    done = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(tmp_path / f"{NAME}.timer")],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert NAME not in seen.stderr, "no complaint about our units"


def test_quoting_for_systemd() -> None:
    service = entries.systemd_service(JOB)
    assert "\"/data/100%% $$HOME 'q'\"" in service
    assert 'Environment="TRACKER_MIRROR=http://127.0.0.1:1/a b"' in service


@pytest.mark.parametrize("changes", [{"hours": 5}, {"hours": 0}, {"command": ("a\nb",)}])
def test_what_cannot_be_scheduled_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Job(**{"command": ("x",), **changes})


class FakeCrontab:
    def __init__(self, text: str | None = None, *, broken: bool = False) -> None:
        self.text, self.broken = text, broken

    def __call__(self, command: Sequence[str], given: str) -> tuple[int, str, str]:
        if self.broken:
            return 1, "", "crontab: you are not allowed"
        if command[1] == "-l":
            return (0, self.text, "") if self.text is not None else (1, "", "no crontab for ada")
        self.text = given
        return 0, "", ""


@pytest.mark.parametrize("before", [None, "", "MAILTO=ada\n5 4 * * * backup\n", "5 4 * * * backup"])
def test_crontab_gets_one_line_and_gives_it_back(before: str | None) -> None:
    table = FakeCrontab(before)
    Cron(table).install(JOB)
    Cron(table).install(JOB)
    assert table.text is not None
    assert table.text.count(NAME) == 1
    assert table.text.startswith((before or "").rstrip("\n"))
    Cron(table).remove()
    assert (table.text or "").rstrip("\n") == (before or "").rstrip("\n")
    assert "no such entry" in Cron(table).remove()


def test_a_crontab_that_cannot_be_read_is_not_overwritten() -> None:
    with pytest.raises(UsageError, match="not allowed"):
        Cron(FakeCrontab("x", broken=True)).install(JOB)


def test_systemd_units_are_written_started_and_removed(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    def systemctl(command: Sequence[str], given: str) -> tuple[int, str, str]:
        asked.append(tuple(command))
        return 0, "", ""

    timers = Systemd(tmp_path / "user", systemctl)
    timers.install(JOB)
    assert {p.name for p in (tmp_path / "user").iterdir()} == {f"{NAME}.service", f"{NAME}.timer"}
    assert ("systemctl", "--user", "enable", "--now", f"{NAME}.timer") in asked
    timers.remove()
    assert list((tmp_path / "user").iterdir()) == []
    assert "no such timer" in timers.remove()


def test_a_systemd_that_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    timers = Systemd(tmp_path, lambda command, given: (1, "", "Failed to connect to bus"))
    with pytest.raises(UsageError, match="bus"):
        timers.install(JOB)
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_an_entry(tracker: Callable[..., Any], tmp_path: Path) -> None:  # noqa: F811
    printed = tracker("--home", str(tmp_path), "schedule", "cron", "--every", "6")
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.endswith(f"# {NAME}\n")
    assert str(tmp_path) in printed.stdout
    assert tracker("schedule", "cron", "--every", "5").exit_code == 2
    assert tracker("schedule", "launchd", "--install").exit_code == 2
    assert tracker("schedule", "cron", "--install", "--remove").exit_code == 2
    assert "OnCalendar" in tracker("schedule", "systemd").stdout
