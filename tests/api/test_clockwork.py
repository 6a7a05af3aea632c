"""The schedule in the service, and the service as a process."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.api.conftest import POLICY, running
from tests.end_to_end.test_small_world import APRIL, pages
from tests.schedule.test_planning import START, state
from tests.world import small_world
from tracker.api.apart import update_apart
from tracker.api.app import create_app
from tracker.api.clockwork import Clockwork
from tracker.errors import AlreadyRunning, FetchError, StoreBusy, TrackerError
from tracker.library.watching import OutageNews, Watch, in_words
from tracker.records import Progress, SourceState, UpdateReport
from tracker.schedule.planning import Past, Plan, due
from tracker.service import Tracker
from tracker.settings import Settings, load_settings
from tracker.store import lock

#: Seconds until something that has to happen counts as never happening, on the slowest machine.
PATIENCE = 240.0


class Scripted:
    """Plans over given sources; an update notes what it was asked and does what the test says."""

    def __init__(self, home: Path, *sources: SourceState) -> None:
        self.home = home
        self.sources, self.asked, self.fault = sources, [], None
        self.running, self.go_on = threading.Event(), threading.Event()
        self.hold = False
        self.interrupted = False

    asked: list[tuple[str, ...]]
    fault: Exception | None
    hooked = weekly = 0

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, database_url="", service={"webhook": "https://hook.example.org"})

    def outage_news(self) -> OutageNews:
        watch = Watch(self.home, "log")
        news = watch.news(self.plan())
        watch.note(self.plan())
        return news

    def send_weekly_digest(self) -> str | None:
        self.weekly += 1
        raise FetchError("the mail server is away")

    def call_webhook(self) -> int:
        self.hooked += 1
        raise FetchError("503")

    def plan(self) -> Plan:
        return due(self.sources, START)

    def update(self, *, sources: Sequence[str] | None = None, progress: Any = None) -> UpdateReport:
        self.asked.append(tuple(sources or ()))
        if self.fault:
            raise self.fault
        self.running.set()
        try:
            while self.hold and not self.go_on.wait(0.01):
                progress(Progress(stage="lists", done=0, total=1))
        except KeyboardInterrupt:
            self.interrupted = True
            raise
        return UpdateReport(started=START, seconds=1.0, own_seconds=1.0)


def test_what_is_due_is_asked_and_faults_are_survived(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = Scripted(tmp_path, state("a"), state("b"))
    clockwork = Clockwork(library)
    with caplog.at_level(logging.INFO, "tracker"):
        for fault in (None, AlreadyRunning("held"), StoreBusy("busy")):
            library.fault = fault
            clockwork.tick()
    assert library.asked == [("a", "b")] * 3
    assert "put off: held" in caplog.text
    assert library.hooked == 2, "not after one that never began"
    assert library.weekly == 3
    assert "the digest could not be sent, and is tried again in an hour: the mail server is away" in caplog.text
    assert "the webhook failed" in caplog.text
    assert "the update failed: busy" in caplog.text


def test_an_outage_is_told_once_and_so_is_its_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    down = state("a", failures=3, error="503", last_fetch=START, next_fetch=START.replace(year=2027))
    library = Scripted(tmp_path, down)
    with caplog.at_level(logging.INFO, "tracker.api.clockwork"):
        for _ in range(3):
            Clockwork(library).tick()  # the service was started anew, which is no reason to tell it again
        library.sources = (state("a", last_fetch=START),)
        for _ in range(2):
            Clockwork(library).tick()
    told = [r.getMessage() for r in caplog.records if "digest" not in r.getMessage()]
    assert told == ["a failed 3 times in a row, it never answered: 503", "a: works again"]


def test_a_source_that_is_switched_off_has_not_come_back(tmp_path: Path) -> None:
    down = state("a", failures=3, error="503", last_fetch=START, next_fetch=START.replace(year=2027))
    library = Scripted(tmp_path, down)
    assert [o.slug for o in library.outage_news().begun] == ["a"]
    library.sources = (replace(down, spec=replace(down.spec, enabled=False)),)
    assert library.outage_news() == OutageNews((), {})


def test_runs_that_break_as_a_whole_are_told_too(tmp_path: Path) -> None:
    broken = [Past(START - timedelta(hours=n), ok=False) for n in range(3)]
    plan = due((state("a", last_fetch=START),), START, runs=broken)
    (outage,) = Watch(tmp_path, "log").news(plan).begun
    assert in_words(outage) == "the last 3 updates broke off; see: tracker status"


def test_the_first_look_is_at_once_and_stopping_ends_a_run_in_order(tmp_path: Path) -> None:
    library = Scripted(tmp_path, state("a"))
    library.hold = True
    clockwork = Clockwork(library)
    clockwork.start()
    assert library.running.wait(PATIENCE)
    clockwork.wake(["b"])
    clockwork.stop()
    assert library.interrupted
    assert library.asked == [("a",)], "what waited behind it was not begun"


def test_a_wish_is_done_after_the_run_under_way(tmp_path: Path) -> None:
    library = Scripted(tmp_path, state("a", enabled=False))
    clockwork = Clockwork(library)
    clockwork.start()
    clockwork.wake(["b"])
    assert until(lambda: bool(library.asked))
    clockwork.stop()
    assert library.asked == [("b",)]


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_a_wish_made_while_the_same_wish_runs_is_done_after_it(tmp_path: Path) -> None:
    library = Scripted(tmp_path, state("a", enabled=False))
    library.hold = True
    clockwork = Clockwork(library)
    clockwork.start()
    clockwork.wake(["b"])
    assert library.running.wait(PATIENCE)
    for _ in range(3):
        clockwork.wake(["b"])  # the lists may have changed since the run began; one more run will do for all three
    library.go_on.set()
    assert until(lambda: len(library.asked) >= 2)
    clockwork.stop()
    assert library.asked == [("b",), ("b",)]


def test_a_wish_that_another_process_kept_from_beginning_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.api.clockwork.TICK", 0.1)
    library = Scripted(tmp_path, state("a", enabled=False))
    library.fault = AlreadyRunning("held")
    clockwork = Clockwork(library)
    clockwork.start()
    clockwork.wake(["b"])
    assert until(lambda: bool(library.asked))
    library.fault = None
    assert until(library.running.is_set)
    clockwork.stop()
    assert set(library.asked) == {("b",)}


def started(home: Path, *options: str, **environ: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "--home", str(home), "serve", "--port", "0", *options],
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **environ},
    )
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(r"at (http://\S+?);", line):
            return process, found[1]
    raise AssertionError(f"the service did not start: {lines}")


def test_the_service_updates_serves_and_stops_in_order(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        process, address = started(
            tmp_path, TRACKER_MIRROR=world.address, TRACKER_REQUEST_INTERVAL="0", TRACKER_EMBEDDING_MODEL="/nowhere"
        )
        try:
            with httpx.Client(base_url=address, timeout=PATIENCE) as reader:

                def listed() -> int:
                    return reader.get("/api/papers", params={"q": "list:ai-papers-of-the-week"}).json()["total"]

                assert until(lambda: listed() == 2), "the schedule brought the list in by itself"
            feed = urllib.request.urlopen(f"{address}/feeds/new.atom").read()  # noqa: S310 - our own loopback address
            assert b"Tidal" in feed
        finally:
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    assert "Traceback" not in told


@pytest.mark.parametrize("address", ["https://example.org/a%20b%5C(c).pdf?x=1#y", "https://example.org/é/ü?q=a+b"])
def test_ids_with_escapes_are_found_over_a_real_socket(library: Tracker, address: str) -> None:
    (name,) = library.import_ids([address], embed=False).ids
    with running(create_app(library, POLICY)) as server:
        found = httpx.get(f"{server}/api/papers/{quote(name, safe='')}", timeout=PATIENCE)
    assert (found.status_code, found.json()["id"]) == (200, name)


def test_an_open_address_without_a_token_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker.cli", "--home", str(tmp_path), "serve", "--host", "0.0.0.0"],  # noqa: S104
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, "TRACKER_API_TOKEN" in done.stderr) == (2, True)


def test_an_update_in_a_process_of_its_own(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        environ = {"TRACKER_MIRROR": world.address, "TRACKER_REQUEST_INTERVAL": "0"}
        settings = load_settings(tmp_path, {**environ, "TRACKER_EMBEDDING_MODEL": "/nowhere"})
        report = update_apart(settings, ["ai-papers-of-the-week"], lambda: False, labs=0.0)
        assert [(s.slug, s.added) for s in report.sources] == [("ai-papers-of-the-week", 2)]
        with pytest.raises(KeyboardInterrupt):
            update_apart(settings, ["anthology-of-modern-ml"], lambda: True)
        with pytest.raises(TrackerError, match="no-such-list"):
            update_apart(settings, ["no-such-list"], lambda: False)
        with lock.updating(tmp_path, START), pytest.raises(AlreadyRunning):
            update_apart(settings, ["anthology-of-modern-ml"], lambda: False)
    with Tracker.open(settings=settings) as library:
        assert [run.outcome for run in library.runs()] == ["failed", "interrupted", "partly"]
