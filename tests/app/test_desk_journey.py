"""Evenings at the desk in a real browser: a week triaged by clicks and keys."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.shots import FLAGS
from tests.app.browsing import PATIENCE, at_rest, fits
from tests.app.desk_library import PAPERS, fill, id_of
from tests.app.test_journey import CHROMIUM, ROOT, _free_port
from tracker.service import Tracker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    fill(folder)
    with Tracker.open(folder) as tracker:
        tracker.draw_map()
    return folder


@pytest.fixture(scope="module")
def dashboard(home: Path) -> Iterator[str]:
    """The pages over that library, without a network and without the starter shelf."""
    address = f"http://127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={address.rsplit(':', 1)[1]}"]
    command += ["--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TRACKER_OFFLINE": "1", "TRACKER_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert any("http://" in said for said in process.stdout), f"streamlit ended with {process.wait()}"
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    process.stdout.close()


@pytest.fixture(params=[1280, 390])
def page(request: pytest.FixtureRequest, dashboard: str, home: Path) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with Tracker.open(home) as tracker:
        tracker.act([id_of(n) for n in range(len(PAPERS))], "inbox")
    with sync_api.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        opened = chromium.new_context(viewport={"width": request.param, "height": 1000}).new_page()
        opened.set_default_timeout(PATIENCE)
        yield opened
        chromium.close()


def statuses(home: Path) -> dict[str, str]:
    with Tracker.open(home) as tracker:
        return {paper.id: paper.status for paper in tracker.papers()}


def test_a_week_is_triaged_by_clicks_and_keys(page: Any, dashboard: str, home: Path) -> None:
    page.goto(dashboard)
    page.get_by_role("link", name=PAPERS[5][0]).wait_for()
    page.locator(f".st-key-queued-new-{id_of(0).replace(':', '-').replace('.', '-')} button").click()
    page.get_by_text("queued", exact=False).first.wait_for()
    page.get_by_role("link", name=PAPERS[0][0]).wait_for(state="detached")
    at_rest(page)  # the keys belong to the card that is first now
    page.keyboard.press("s")
    page.get_by_role("link", name=PAPERS[5][0]).wait_for(state="detached")
    assert statuses(home)[id_of(0)] == "queued"
    assert statuses(home)[id_of(5)] == "skipped"
    at_rest(page)
    page.keyboard.press("z")
    page.get_by_role("link", name=PAPERS[5][0]).wait_for()
    assert statuses(home)[id_of(5)] == "inbox"
    page.goto(f"{dashboard}/reading")
    page.get_by_text("Start reading").first.click()
    page.locator(".st-key-undo-bar-reading").wait_for()
    assert statuses(home)[id_of(0)] == "reading"
    assert fits(page)


def test_a_list_is_chosen_from_what_opens_and_it_closes(page: Any, dashboard: str) -> None:
    page.goto(dashboard)
    page.get_by_role("button", name="All lists").click()
    page.locator(".st-key-list-chosen [role=combobox]").click()
    page.get_by_role("option", name="Monthly").click()
    page.get_by_role("button", name="Mark this list seen").wait_for()
    at_rest(page)
    assert page.url.endswith("list=monthly")
    assert page.locator(".st-key-list-chosen").count() == 0, "what was opened is closed again"
    assert page.locator("[class*=st-key-card-new]").count() == 2
    assert fits(page)
