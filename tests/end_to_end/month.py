"""A month in a minute: the real schedule and real updates on a clock that jumps from turn to turn."""

from __future__ import annotations

import itertools
import json
import logging
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import httpx
from starlette.testclient import TestClient

from tracker.api.app import create_app
from tracker.api.clockwork import TICK, Clockwork
from tracker.api.gate import Policy
from tracker.export.digest import address
from tracker.http import Client
from tracker.records import Paper, UpdateReport
from tracker.service import Tracker
from tracker.settings import Settings, load_settings
from tracker.store.database import Database

HOOK = "https://hook.example.org/papers"
MINUTE = timedelta(seconds=TICK)
#: The longest that is passed over at once, so that digests go out and feeds are read at their time.
LONGEST = timedelta(hours=6)


@dataclass
class Clock:
    """Moves only when somebody waits, or the month goes on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def wall(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        # At least a millisecond: a wait for less than the clock can show would never end.
        self.now += timedelta(milliseconds=math.ceil(max(seconds, 0) * 1000) + 1)


class Hooked(httpx.BaseTransport):
    """The webhook's own end, in front of the network that everything else goes to."""

    def __init__(self, network: httpx.BaseTransport, take: Callable[[dict[str, Any]], int]) -> None:
        self._network, self._take = network, take

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "hook.example.org" in str(request.url):
            return httpx.Response(self._take(json.loads(request.read())), content=b"")
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


@dataclass
class Month:
    """One library, the service that looks after it, and all who are told.

    ``events`` happen at their moment: the world changes, the machine sleeps.
    """

    home: Path
    mirror: str
    sources: Sequence[str]
    clock: Clock
    events: dict[datetime, Callable[[Month], None]] = field(default_factory=dict)
    hooked: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    reports: list[UpdateReport] = field(default_factory=list)
    looks: int = 0
    _seen: set[str] = field(default_factory=set)
    _read_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def settings(self) -> Settings:
        ways = {"TRACKER_WEBHOOK": HOOK, "TRACKER_DIGEST_FILE": str(self.home / "digest-%Y-%m-%d.html")}
        network = {"TRACKER_MIRROR": self.mirror, "TRACKER_REQUEST_INTERVAL": "0"}
        return load_settings(self.home / "library", {**ways, **network})

    def open(self) -> Tracker:
        settings = self.settings()
        settings.home.mkdir(parents=True, exist_ok=True)
        return Tracker(settings, Database.open(settings.database_url), client=self._client, clock=self.clock)

    def live(self, until: datetime) -> None:
        """Go on until then, as ``tracker serve`` would: a service, that may be started anew by an event."""
        while self.clock.now < until:
            with self.open() as library:
                self._serve(library, min([*(m for m in self.events if m > self.clock.now), until]))
            if event := self.events.pop(self._reached(), None):
                event(self)

    def new_papers(self, since: datetime) -> dict[str, Paper]:
        with self.open() as library:
            found = library.papers(sort="added", limit=None)
        return {paper.id: paper for paper in found if paper.added and paper.added > since}

    def hook_told(self) -> Counter[str]:
        """How often the webhook was told of each paper, by the id that it has now."""
        with self.open() as library:
            return Counter(
                library.paper(paper["id"]).id
                for message in self.hooked
                if message["event"] == "papers.new"
                for paper in message["papers"]
            )

    def digests_told(self, papers: Mapping[str, Paper]) -> Counter[str]:
        """In how many digests each of these papers stands."""
        pages = [path.read_text() for path in sorted(self.home.glob("digest-*.txt"))]
        lines = Counter(line.strip().rpartition(" ")[2] for page in pages for line in page.splitlines())
        return Counter({name: lines[address(paper)] for name, paper in papers.items()})

    def asked(self, slug: str) -> list[datetime]:
        """When a source was asked, oldest first."""
        with self.open() as library:
            runs = library.runs(500)
        return sorted(run.started for run in runs if any(s["slug"] == slug for s in run.report.get("sources", ())))

    def outages(self, slug: str) -> int:
        """How often a source failed three times in a row or more, by the record of runs."""
        with self.open() as library:
            runs = sorted(library.runs(500), key=lambda run: run.started)
        asked = [s for run in runs for s in run.report.get("sources", ()) if s["slug"] == slug]
        streaks = itertools.groupby("error" in s for s in asked)
        return sum(failed and len(list(streak)) >= 3 for failed, streak in streaks)

    def _reached(self) -> datetime:
        return next(
            (moment for moment in sorted(self.events) if moment <= self.clock.now), datetime.min.replace(tzinfo=UTC)
        )

    def _serve(self, library: Tracker, until: datetime) -> None:
        def update(slugs: Sequence[str], stopping: Callable[[], bool]) -> UpdateReport:
            report = library.update(sources=list(slugs), embed=False)
            self.reports.append(report)
            return report

        for state in library.sources():
            library.enable_source(state.spec.slug, state.spec.slug in self.sources)
        clockwork = Clockwork(library, update)
        reader = TestClient(create_app(library, Policy(rate=1e6)), base_url="http://127.0.0.1")
        while self.clock.now < until:
            clockwork.tick()
            self.looks += 1
            if self.clock.now >= self._read_at + timedelta(days=1):
                self._read_at = self.clock.now
                self._read_feed(reader)
            wake = library.plan().wake or until
            self.clock.now = _next_look(self.clock.now, min(wake, until))

    def _read_feed(self, reader: TestClient) -> None:
        """As a feed reader does: what it has not seen by its id is shown to the person."""
        feed = feedparser.parse(reader.get("/feeds/new.atom", params={"limit": 60}).content)
        for entry in feed.entries:
            if entry.id not in self._seen:
                self._seen.add(entry.id)
                self.read[entry.link] += 1

    def _client(self, settings: Settings) -> Client:
        client = Client(settings, clock=self.clock.wall, wall=self.clock.wall, sleep=self.clock.sleep)
        client._transport = Hooked(client._transport, self._take)
        return client

    def _take(self, message: dict[str, Any]) -> int:
        if self.refusals:
            return self.refusals.pop(0)
        self.hooked.append(message)
        return 200


def _next_look(now: datetime, wake: datetime) -> datetime:
    """The service looks every minute; looks before ``wake`` find nothing due and are passed over."""
    ahead = min(max(wake - now, MINUTE), LONGEST)
    return now + MINUTE * math.ceil(ahead / MINUTE)


def told_of_outages(records: Sequence[logging.LogRecord]) -> list[str]:
    """What the log says of outages, in order."""
    words = [record.getMessage() for record in records if record.name == "tracker.api.clockwork"]
    return [text for text in words if "times in a row" in text or "works again" in text or "broke off" in text]


def strangers(moments: Sequence[datetime], usual: Sequence[datetime], tolerance: timedelta) -> list[datetime]:
    """Those moments that lie further than ``tolerance`` from the time of day of every usual one."""

    def apart(one: datetime, other: datetime) -> timedelta:
        around = abs(one - other) % timedelta(days=1)
        return min(around, timedelta(days=1) - around)

    return [one for one in moments if all(apart(one, other) > tolerance for other in usual)]
