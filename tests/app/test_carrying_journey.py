"""An evening of carrying things out and in, in a real browser: a file taken along, a page published, one brought in."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import PATIENCE, at_rest, fits
from tests.app.test_journey import CHROMIUM, browser, dashboard, home, page
from tracker.service import Tracker

__all__ = ["browser", "dashboard", "home", "page"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]


@pytest.fixture
def carrying(page: Any, dashboard: str) -> Any:
    """The part "In & out" of the page Sources, by its address."""
    page.goto(f"{dashboard}/sources?part=In+%26+out")
    page.get_by_role("heading", name="Bring it in").wait_for()
    at_rest(page)
    return page


def bring(page: Any, name: str, body: bytes) -> None:
    """Upload a file and ask for it to be brought in."""
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": body}]
    )
    page.get_by_text(name).first.wait_for()
    page.locator(".st-key-import button:not([disabled])").click()


def test_papers_are_taken_along_as_a_file(carrying: Any) -> None:
    carrying.get_by_role("combobox", name="Format").click()
    carrying.get_by_role("option", name="CSV").click()
    box = carrying.get_by_placeholder("Everything; or status:read")
    box.fill("year:2024..")
    box.press("Enter")
    carrying.get_by_role("button", name="Prepare the file").click()
    with carrying.expect_download() as waited:
        carrying.get_by_role("button", name="Download papers.csv").click()
    assert waited.value.suggested_filename == "papers.csv"
    rows = list(csv.DictReader(io.StringIO(Path(waited.value.path()).read_text("utf-8"))))
    titles = [row["title"] for row in rows]
    assert "Herding Small Vectors" in titles
    assert not any("Sheep" in title for title in titles), "of 2022"
    assert fits(carrying)


def test_an_empty_export_and_a_query_that_cannot_be_read_say_so(carrying: Any) -> None:
    box = carrying.get_by_placeholder("Everything; or status:read")
    for query, words in (("year:1900", "No paper fits"), ("year:soon", "year")):
        box.fill(query)
        box.press("Enter")
        at_rest(carrying)
        carrying.get_by_role("button", name="Prepare the file").click()
        carrying.locator("[data-testid=stAlert]", has_text=words).wait_for()
        assert carrying.get_by_role("button", name="Download").count() == 0


def test_the_reading_list_becomes_a_page_of_its_own(carrying: Any, browser: Any, home: Path) -> None:
    with Tracker.open(home) as tracker:
        tracker.act(["mine:sheep"], "queued")
        tracker.note("mine:sheep", "For me alone.")
    title = f"Read at {carrying.viewport_size['width']}"
    box = carrying.get_by_label("Title", exact=True)
    box.fill(title)
    box.press("Tab")
    carrying.get_by_role("button", name="Write the page").click()
    carrying.locator("[data-testid=stAlert]", has_text="index.html").wait_for()
    file = home / "export" / "site" / "index.html"
    context = browser.new_context()
    published = context.new_page()
    published.set_default_timeout(PATIENCE)
    published.goto(file.as_uri())
    published.get_by_text(title).first.wait_for()
    published.get_by_text("Counting Sheep in Latent Space").first.wait_for()
    assert published.get_by_text("For me alone.").count() == 0
    context.close()


def test_a_file_is_brought_in_and_a_broken_one_is_refused_in_words(carrying: Any, dashboard: str, home: Path) -> None:
    width = carrying.viewport_size["width"]
    bring(carrying, "mine.csv", f"title,year,doi\nShearing at {width},2024,10.5555/{width}\n".encode())
    carrying.locator("[data-testid=stAlert]", has_text="1 added").wait_for()
    with Tracker.open(home) as tracker:
        assert [paper.title for paper in tracker.papers("shearing title:" + str(width))] == [f"Shearing at {width}"]
    carrying.goto(f"{dashboard}/sources?part=In+%26+out")
    at_rest(carrying)
    bring(carrying, "broken.json", b"{" * 200)
    alert = carrying.locator("[data-testid=stAlert]").first
    alert.wait_for()
    said = alert.inner_text()
    assert "broken.json" in said
    assert "Traceback" not in said
    assert "tracker-import-" not in said, "our own folder's name says nothing to the reader"
    assert carrying.locator("[data-testid=stException]").count() == 0


def test_a_zotero_that_cannot_be_asked_is_told(carrying: Any) -> None:
    carrying.get_by_role("button", name="From Zotero on this computer").click()
    carrying.locator("[data-testid=stAlert]", has_text="switched off").wait_for()
    assert fits(carrying)
