"""A month of the service over changing lists, faults, an outage, sleep and restarts: all is told, and told once."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.month import MINUTE, Clock, Month, strangers, told_of_outages
from tests.end_to_end.test_small_world import APRIL, MAY, RAW, pages, week
from tests.world import Answer, SmallWorld, shared_world, small_world

pytestmark = pytest.mark.timeout(3600)

WEEKLY, LEARNING, ANTHOLOGY, ARXIV = "ai-papers-of-the-week", "learning-papers", "anthology-of-modern-ml", "arxiv-new"
FAULTS = "429:*:0.15,503:*:0.1,cut:*:0.05,garbage:*:0.03"
DAY = timedelta(days=1)


class World:
    """The stand-in for the web on an address that stays, in any state."""

    def __init__(self, shared: Path, stack: ExitStack) -> None:
        self._shared = shared
        self._stack = stack.enter_context(ExitStack())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    def turn(self, as_of: str, faults: str = "", seed: int = 1) -> None:
        """From now on it is this day, and this goes wrong."""
        self._stack.close()
        options = ["--port", str(self._port), "--as-of", as_of, "--seed", str(seed)]
        self._stack.enter_context(shared_world(self._shared, *options, *(["--faults", faults] if faults else [])))


@pytest.fixture
def world(shared: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(shared, stack)


@pytest.mark.shared
def test_a_month_of_real_lists(world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    start = datetime(2026, 4, 21, 3, tzinfo=UTC)

    def turned(as_of: str, faults: str = "", seed: int = 1) -> Callable[[Month], None]:
        return lambda month: world.turn(as_of, faults, seed)

    def slept(month: Month) -> None:
        month.clock.now += 2 * DAY

    world.turn("2026-04-20")
    month = Month(home=tmp_path, mirror=world.address, sources=(WEEKLY, LEARNING), clock=Clock(start))
    month.events = {
        start + 3 * DAY: turned("2026-04-20", "503:raw.githubusercontent.com:1"),
        start + 5 * DAY: turned("2026-04-20"),
        start + 6 * DAY: turned("2026-04-27", FAULTS, 1),
        start + 10 * DAY: slept,
        start + 13 * DAY: turned("2026-05-04", FAULTS, 2),
        start + 20 * DAY: turned("2026-05-04"),
    }
    with caplog.at_level(logging.INFO, "tracker.api.clockwork"):
        month.live(start + DAY)
        first = month.clock.now
        month.refusals = [503, 404]
        month.live(start + 30 * DAY)
    new = month.new_papers(first)

    # Two weeks came, of ten papers each, and every one that was new was told once by each way.
    with month.open() as library:
        weeks = [library.papers(f"list:{WEEKLY}", limit=None)]
        rows = [m for paper in weeks[0] for m in paper.mentions if m.source == WEEKLY and m.gone_at is None]
        states = {s.spec.slug: s for s in library.sources()}
        runs = library.runs(500)
    latest = [m for m in rows if str(m.week_start) in ("2026-04-19", "2026-04-26")]
    assert len(latest) == 20
    assert len({(m.week_start, m.rank) for m in rows}) == len(rows), "nothing twice"
    assert 10 <= len(new) <= 20
    told = month.hook_told()
    assert {name: told[name] for name in new} == dict.fromkeys(new, 1)
    assert set(told.values()) == {1}
    assert month.digests_told(new) == dict.fromkeys(new, 1)
    assert set(month.read.values()) == {1}, "no entry of the feed was shown twice"

    # Every outage, the long one and what the faults made, is told once when it begins and once when it ends.
    expected = {slug: month.outages(slug) for slug in (WEEKLY, LEARNING)}
    assert min(expected.values()) >= 1
    said = told_of_outages(caplog.records)
    for slug, number in expected.items():
        logged = [text for text in said if text.startswith(slug)]
        hooked = [m["event"] for m in month.hooked if m.get("source") == slug]
        assert ["works again" in text for text in logged] == [False, True] * number
        assert hooked == ["outage.begun", "outage.ended"] * number

    # Failures are in the record, with their reason, and healed.
    failed = [s for run in runs for s in run.report.get("sources", ()) if s.get("error")]
    assert len(failed) >= 6
    assert sum("503" in s["error"] for s in failed) >= 6
    assert all("github" in s["error"] for s in failed), "each says which address it was"
    assert {slug: states[slug].failures for slug in (WEEKLY, LEARNING)} == {WEEKLY: 0, LEARNING: 0}

    # No drift: in the last calm days the sources are asked at the times of day of the first ones.
    for slug in (WEEKLY, LEARNING):
        asked = month.asked(slug)
        calm = [m for m in asked if first - DAY / 2 < m < start + 3 * DAY]
        end = [m for m in asked if m > start + 25 * DAY]
        # A turn is taken at the first look after it, within a minute and what the run before it waited.
        assert strangers(end, calm, 3 * MINUTE) == strangers(calm, end, 3 * MINUTE) == []
        # One more or less where a turn falls on the very minute at which these days begin or end.
        assert abs(len(end) - (10 if slug == WEEKLY else 5)) <= 1


JUNE = week("April 27 - May 3", (1, "Driftwood", "A graph of currents.", "2604.00004"))


def feed(*names: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://arxiv.org/abs/{ident}</link><guid>oai:arXiv.org:{ident}v1</guid>"
        f"<description>arXiv:{ident}v1 Announce Type: new\nAbstract: Of {title}.</description>"
        "<arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ada Example</dc:creator>"
        "<category>cs.CL</category></item>"
        for ident, title in (name.split(" ", 1) for name in names)
    )
    spaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = "<title>cs.CL updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CL</link><description>x</description>"
    skip = "<skipDays><day>Sunday</day><day>Saturday</day></skipDays>"
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{head}{skip}{items}</channel></rss>'.encode()


def services() -> dict[str, Callable[[dict[str, str], bytes], Answer]]:
    """Services that know nothing, and say so in their way."""

    def told(value: object) -> Answer:
        return 200, "application/json", json.dumps(value).encode()

    return {
        "/api.semanticscholar.org/graph/v1/paper/batch": lambda _, body: told([None] * len(json.loads(body)["ids"])),
        "/api.openalex.org/works": lambda *_: told({"meta": {"count": 0}, "results": []}),
        "/api.crossref.org/works": lambda *_: told({"status": "ok", "message": {"total-results": 0, "items": []}}),
        "/paperswithcode.co/api/v1/evaluations/": lambda *_: told({"count": 0, "results": []}),
    }


def test_a_month_of_a_small_world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The same without the folder of snapshots, and with weekends on which arXiv announces nothing."""
    start = datetime(2026, 4, 20, 3, tzinfo=UTC)
    clock = Clock(start)
    down: set[str] = set()

    def announced(form: dict[str, str], body: bytes) -> Answer:
        day = clock.now.date()
        if "arxiv" in down:
            return 503, "text/plain", b"busy"
        names = [f"2604.1{day:%m%d} A Paper of Day {day:%j}"] if day.weekday() < 5 else []
        return 200, "application/rss+xml", feed(*names)

    with small_world({**pages(APRIL), **services()}) as world:  # type: ignore[arg-type]
        world.pages["/rss.arxiv.org/rss/"] = announced
        usual = world.answer

        def answer(method: str, target: str, body: bytes) -> Answer:
            return announced({}, b"") if target.startswith("/rss.arxiv.org/") else usual(method, target, body)

        world.answer = answer  # type: ignore[method-assign]
        month = Month(home=tmp_path, mirror=world.address, sources=(WEEKLY, ANTHOLOGY, ARXIV), clock=clock)
        month.events = {
            start + 7 * DAY: lambda _: world.pages.update(pages(MAY + APRIL)),  # type: ignore[arg-type]
            start + 9 * DAY: lambda _: down.add("arxiv"),
            start + 12 * DAY: lambda _: down.clear(),
            start + 14 * DAY: lambda _: world.pages.update(pages(JUNE + MAY + APRIL)),  # type: ignore[arg-type]
            start + 20 * DAY: lambda _: lost(world),
            start + 23 * DAY: lambda _: world.pages.update(pages(JUNE + MAY + APRIL)),  # type: ignore[arg-type]
        }
        with caplog.at_level(logging.INFO, "tracker.api.clockwork"):
            month.live(start + DAY)
            first = month.clock.now
            month.live(start + 30 * DAY)
        new = month.new_papers(first)
    assert {"arxiv:2604.00003", "arxiv:2604.00004"} <= set(new)
    told = month.hook_told()
    assert set(told.values()) == {1}
    assert set(new) <= set(told)
    weeks = {name: paper for name, paper in new.items() if paper.added and paper.added < start + 27 * DAY}
    assert month.digests_told(weeks) == dict.fromkeys(weeks, 1)
    assert set(month.read.values()) == {1}
    said = [text.split()[0].rstrip(":") for text in told_of_outages(caplog.records)]
    assert said == [ARXIV, ARXIV, ANTHOLOGY, ANTHOLOGY], "four weekends without a paper are no outage"


def lost(world: SmallWorld) -> None:
    del world.pages[f"{RAW}/dmarx/anthology-of-modern-ml/HEAD/README.md"]
