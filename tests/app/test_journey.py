"""A reader's evening in a real browser: search, open, queue, note; and the whole of ``tracker up`` around it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import PATIENCE, at_rest, fits
from tracker.service import Tracker

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HOSTILE = "<script>document.title='owned'</script> [x](javascript:alert(1)) $$"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with three papers of our own beside the shelf."""
    folder = tmp_path_factory.mktemp("journey")
    rows = [
        {
            "id": "mine:herd",
            "title": "Herding Small Vectors",
            "abstract": "We herd vectors with patient dogs. " * 8,
            "year": 2024,
        },
        {
            "id": "mine:hostile",
            "title": HOSTILE,
            "abstract": "The zebrafish is <b>not</b> a fish of stripes. " * 8,
            "year": 2023,
        },
        {
            "id": "mine:sheep",
            "title": "Counting Sheep in Latent Space",
            "abstract": "Sheep are counted at night. " * 8,
            "year": 2022,
        },
    ]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.import_file(file, embed=False)
    return folder / "home"


@pytest.fixture(scope="module")
def dashboard(home: Path) -> Iterator[str]:
    """The address of ``tracker up`` over that library, without a network."""
    command = [sys.executable, "-m", "tracker.cli", "--home", str(home), "up", "--no-browser", "--no-update"]
    process = subprocess.Popen(
        [*command, "--port", str(_free_port())],
        cwd=ROOT,
        env={**os.environ, "TRACKER_OFFLINE": "1", "TRACKER_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = ""
    for said in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", said):
            address = found[0]
            break
    assert address, f"tracker up ended with {process.wait()}"
    yield address
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    process.stdout.close()
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), 1),
    ):
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with (
        playwright.sync_playwright() as running,
        contextlib.closing(running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)) as chromium,
    ):
        yield chromium


@pytest.fixture(params=[1280, 390])
def page(request: pytest.FixtureRequest, browser: Any, dashboard: str) -> Iterator[Any]:
    """A page at a desk's and at a telephone's width; it must ask nobody but our server."""
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.set_default_timeout(PATIENCE)
    yield opened
    context.close()
    assert [
        url for url in asked if not url.startswith((dashboard, dashboard.replace("http", "ws"), "data:", "blob:"))
    ] == []


def test_search_open_queue_note(page: Any, dashboard: str, home: Path) -> None:
    page.goto(f"{dashboard}/search")
    box = page.get_by_placeholder("What are you looking for?")
    box.fill("patient dogs herding")
    box.press("Enter")
    page.get_by_role("link", name="Herding Small Vectors").click()
    page.get_by_role("heading", name="Herding Small Vectors").wait_for()
    page.wait_for_url("**/paper?id=mine*")
    page.get_by_role("radio", name="Queue").or_(page.get_by_role("button", name="Queue", exact=True)).first.click()
    page.get_by_text("In your queue").wait_for()
    body = f"Read **again** at {page.viewport_size['width']}."
    page.get_by_placeholder("Markdown").fill(body)
    page.get_by_role("button", name="Save note").click()
    page.get_by_text(f"Read again at {page.viewport_size['width']}.").wait_for()
    with Tracker.open(home) as tracker:
        paper = tracker.paper("mine:herd")
        assert paper.status == "queued"
        assert body in [note.body for note in paper.notes]
        tracker.mark("mine:herd", "inbox")


def test_a_search_is_a_link(page: Any, dashboard: str) -> None:
    page.goto(f"{dashboard}/search?q=sheep")
    page.get_by_role("link", name="Counting Sheep in Latent Space").wait_for()
    page.wait_for_function(
        "document.querySelector('input[placeholder=\"What are you looking for?\"]').value === 'sheep'"
    )


def test_a_search_is_narrowed_by_a_click(page: Any, dashboard: str) -> None:
    page.goto(f"{dashboard}/search?q=sheep")
    page.get_by_role("link", name="Counting Sheep in Latent Space").wait_for()
    at_rest(page)
    page.locator(".st-key-facets").get_by_role("button", name="Year").click()
    page.get_by_role("button", name="2022 · 1").click()
    page.wait_for_url("**/search?q=sheep+year*2022*")
    page.locator(".st-key-clauses").get_by_role("button", name="2022").click()
    page.locator(".st-key-clauses").wait_for(state="detached")
    page.get_by_role("link", name="Counting Sheep in Latent Space").wait_for()


def test_hostile_text_stays_text(page: Any, dashboard: str) -> None:
    page.goto(f"{dashboard}/search?q=zebrafish")
    page.get_by_role("link", name="<script>document").wait_for()
    page.goto(f"{dashboard}/paper?id=mine:hostile")
    page.get_by_role("heading", name="<script>document").wait_for()
    assert page.title() != "owned"
    assert page.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("view", ["", "library", "search?q=attention", "sources", "paper?id=mine:herd"])
def test_no_page_is_wider_than_the_window(page: Any, dashboard: str, view: str) -> None:
    page.goto(f"{dashboard}/{view}")
    page.locator(".tr-head").wait_for()
    assert fits(page)
    assert page.locator("[data-testid=stException]").count() == 0
