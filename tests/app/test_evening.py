"""A first run, a list added, and two windows while an update is at work, in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.shots import FLAGS
from tests.app.browsing import PATIENCE, at_rest, fits
from tests.app.desk_library import PAPERS, fill, id_of
from tests.app.test_journey import CHROMIUM, ROOT, _free_port
from tests.world import Answer, SmallWorld, small_world
from tracker.progressfile import read_progress
from tracker.service import Tracker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]

LIST = """# Harbour papers

- [Tides Learned from Buoys](https://arxiv.org/abs/2605.00001) - Ada Example, 2026
- [Lighthouses as Attention](https://arxiv.org/abs/2605.00002) - Bo Muster, 2026
- [Quays and Queues](https://arxiv.org/abs/2605.00003) - Cy Beispiel, 2026
"""
README = "/raw.githubusercontent.com/example/harbour/HEAD/README.md"


@pytest.fixture(scope="module")
def gate() -> threading.Event:
    """While it is not set, the list answers nobody: an update that reads it stays at work."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture(scope="module")
def world(gate: threading.Event) -> Iterator[SmallWorld]:
    def slow(form: dict[str, str], body: bytes) -> Answer:
        gate.wait(PATIENCE / 1000)
        return 200, "text/plain; charset=utf-8", LIST.encode()

    with small_world({README: slow}) as running:
        yield running
    gate.set()


@contextmanager
def up(home: Path, world: SmallWorld, *flags: str) -> Iterator[str]:
    """``tracker up`` over a library, with the small world for a web."""
    environ = {**os.environ, "TRACKER_HOME": str(home), "TRACKER_MIRROR": world.address, "PYTHONPATH": str(ROOT)}
    environ["TRACKER_REQUEST_INTERVAL"] = "0"
    command = [sys.executable, "-m", "tracker.cli", "--home", str(home), "up", "--no-browser", *flags]
    process = subprocess.Popen(
        [*command, "--port", str(_free_port())], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        address = next(found[0] for said in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", said)))
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
        now = read_progress(home)
        if now is not None and now.running():  # an update that a page started goes on by itself
            with contextlib.suppress(ProcessLookupError):
                os.kill(now.pid, signal.SIGTERM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


def window(browser: Any, width: int = 1280) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE)
    return page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evening")
    fill(folder)
    with Tracker.open(folder) as tracker:
        for source in tracker.sources():  # only what this test adds is read
            tracker.enable_source(source.spec.slug, False)
    return folder


@pytest.fixture(scope="module")
def dashboard(home: Path, world: SmallWorld) -> Iterator[str]:
    with up(home, world, "--no-update") as address:
        yield address


def choose(page: Any, number: int, name: str) -> None:
    """Click a reading status on a card of the library."""
    key = f"card-library-{id_of(number)}".replace(":", "-").replace(".", "-")
    page.locator(f".st-key-{key}").get_by_role("radio", name=name, exact=True).or_(
        page.locator(f".st-key-{key}").get_by_role("button", name=name, exact=True)
    ).first.click()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_run_shows_the_shelf_at_once(browser: Any, world: SmallWorld, tmp_path: Path, width: int) -> None:
    with up(tmp_path, world) as address:
        page = window(browser, width)
        page.goto(address)
        page.locator("[class*=st-key-card-new]").first.wait_for()  # the shelf, whatever the update does
        assert int(re.sub(r"\D", "", page.locator(".tr-quiet").inner_text().split(" new")[0])) > 50
        page.locator("[class*=st-key-queued-new] button").first.click()
        page.locator(".st-key-undo-bar-new").wait_for()
        page.goto(f"{address}/search?q=attention&mode=Words")
        page.locator("[class*=st-key-card-search]").first.wait_for()
        page.goto(f"{address}/sources")
        page.get_by_text("There is nothing at its address any more").first.wait_for()  # of lists this web lacks
        assert fits(page)
        page.context.close()


def test_a_list_is_added_while_two_windows_click(
    browser: Any, dashboard: str, home: Path, gate: threading.Event
) -> None:
    one, two = window(browser), window(browser, 390)
    one.goto(f"{dashboard}/sources")
    address = one.get_by_placeholder("https://github.com/OWNER/REPO")
    address.fill("nonsense")
    one.get_by_role("button", name="Add", exact=True).click()
    one.locator("[data-testid=stAlert]").first.wait_for()
    gate.clear()  # from here on the update stays at work
    address.fill("https://github.com/example/harbour")
    one.get_by_role("button", name="Add", exact=True).click()
    one.get_by_text("Your library is being brought up to date").wait_for()
    one.get_by_role("button", name="Show what has come").click()
    for page in (one, two):
        page.goto(f"{dashboard}/library?filter=list:weekly&sort=Title")
        page.get_by_role("link", name=PAPERS[0][0]).wait_for()
        at_rest(page)  # it draws itself once more when it sees the update
    choose(one, 0, "Queue")
    choose(two, 3, "Read")
    choose(one, 1, "Skip")
    one.get_by_text("Skipped", exact=True).first.wait_for()
    at_rest(one)  # from here on only the other window's clicks are news to it
    # by a toast, where a click of its own had brought the change onto the page, else by the notice
    told = two.locator("[data-testid=stToast], .st-key-elsewhere")
    told.filter(has_text=f"“{PAPERS[0][0]}” (queued)").first.wait_for()
    choose(two, 0, "Reading")  # the last click wins, and the first window learns of it
    told = one.locator(".st-key-elsewhere")
    told.get_by_text(f"“{PAPERS[0][0]}” (reading)").wait_for()
    assert decided(home) == ["reading", "skipped", "read"]
    told.get_by_role("button", name="Refresh").click()
    told.wait_for(state="detached")
    gate.set()
    one.goto(f"{dashboard}/sources")
    one.get_by_text("3 entries").wait_for()  # at once, or when the page sees that the update has ended
    two.goto(f"{dashboard}/library?filter=lighthouses")
    two.get_by_role("link", name="Lighthouses as Attention").wait_for()
    assert decided(home) == ["reading", "skipped", "read"]
    for page in (one, two):
        page.context.close()


def decided(home: Path) -> list[str]:
    with Tracker.open(home) as tracker:
        return [tracker.paper(id_of(n)).status for n in (0, 1, 3)]
