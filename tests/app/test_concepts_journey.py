"""An evening with the concepts in a real browser: the map, a concept, its lab, the way there, a paper queued."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import fits
from tests.app.test_journey import browser, dashboard, page
from tracker.service import Tracker

__all__ = ["browser", "dashboard", "page"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        reason="no Chromium on this machine: the browser journeys need it",
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter shelf."""
    folder = tmp_path_factory.mktemp("concepts-journey") / "home"
    with Tracker.open(folder) as tracker:
        tracker.load_shelf()
    return folder


def test_from_the_map_to_a_queued_paper(page: Any, dashboard: str, home: Path) -> None:
    page.goto(f"{dashboard}/concepts")
    page.locator("a.tr-box", has_text="Attention").first.click()
    page.get_by_role("heading", name="Attention", exact=True).wait_for()
    assert "concept=attention" in page.url
    page.get_by_text("One piece's sum, step by step").wait_for()
    key = page.locator("[class*='st-key-card-key-concept-arxiv-1409-0473']")
    key.get_by_role("radio", name="Queue").or_(key.get_by_role("button", name="Queue", exact=True)).first.click()
    page.get_by_text("In your queue").wait_for()
    with Tracker.open(home) as tracker:
        assert tracker.paper("arxiv:1409.0473").status == "queued"
        tracker.mark("arxiv:1409.0473", "inbox")


def test_ones_own_words_in_a_lab(page: Any, dashboard: str) -> None:
    page.goto(f"{dashboard}/labs?lab=word-arithmetic")
    page.get_by_text("queen").first.wait_for()
    box = page.get_by_label("Words with + and −", exact=True)
    box.fill("paris - france + germany")
    box.press("Enter")
    page.locator("strong", has_text="berlin").wait_for()
    box.fill("")
    box.press("Enter")
    page.get_by_text("There are no words to add").wait_for()


@pytest.mark.parametrize(
    "view",
    ["concepts", "concepts?concept=self-attention"]
    + [f"labs?lab={name}" for name in ("bias", "input", "meanings", "attention", "memories", "story", "lens")],
)
def test_no_page_is_wider_than_the_window(page: Any, dashboard: str, view: str) -> None:
    page.goto(f"{dashboard}/{view}")
    page.locator(".tr-head").wait_for()
    assert fits(page)
    assert page.locator("[data-testid=stException]").count() == 0
