"""Each lab in a real browser: a reader's own input, what it shows for it, its papers, no page wider than a phone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import PATIENCE, fits
from tests.app.test_journey import browser, dashboard
from tracker.service import Tracker

__all__ = ["browser", "dashboard"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        reason="no Chromium on this machine: the browser journeys need it",
    ),
]

TEXTS = (
    ("Herding Small Vectors", "Vectors of words are herded by dogs. The attention of a dog is all they need."),
    ("Rivers and Their Banks", "The bank of a river moves. Water carries sand along the bank."),
    ("Money in the Bank", "A bank lends money. Interest is paid every year."),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three papers of our own and the shelf, read by the labs."""
    folder = tmp_path_factory.mktemp("labs-journey")
    rows = [{"id": f"mine:{n}", "title": title, "abstract": text} for n, (title, text) in enumerate(TEXTS)]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.load_shelf()
        tracker.import_file(file, embed=False)
        tracker.build_lab_indexes()
    return folder / "home"


@pytest.fixture
def page(browser: Any) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    context.close()


def _typed(name: str, text: str) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        box = page.get_by_label(name, exact=True)
        box.fill(text)
        box.press("Enter")

    return act


def _bank(page: Any) -> None:
    _typed("A word", "bank")(page)
    page.get_by_role("button", name="Sentences from my library").click()


def _without_positions(page: Any) -> None:
    page.get_by_text("Without positions", exact=True).click()


#: The lab, more of its address, what the reader does, what is there then.
JOURNEYS: dict[str, tuple[str, Callable[[Any], None], tuple[str, ...]]] = {
    "word-arithmetic": ("", _typed("Words with + and −", "paris - france + germany"), ("→ berlin",)),
    "bias": ("", _typed("to", "woman"), ("must not be used to judge anyone",)),
    "input": ("", _typed("A sentence", "Unbelievable sheep."), ("sheep", "|position|", "of 384 numbers")),
    "meanings": ("", _bank, ("The bank of a river moves.", "part most: from")),
    "attention": (
        "",
        _typed("A sentence", "Dogs herd vectors."),
        ("÷ √32", "herd", "differs from the model's own pass"),
    ),
    "memories": ("", _typed("A sentence", "Dogs herd vectors."), ("what fires it in your", "Its value pushes towards")),
    "story": ("", _typed("A sentence", "Dogs herd vectors."), ("After block 6", "What each block adds to it")),
    "layers": ("", _typed("What you look for", "money in a bank"), ("papers ranked", "Money in the Bank")),
    "ablate": ("", _without_positions, ("of the first ten are still there", "reads the question only")),
    "lens": ("&query=money+in+a+bank&paper=mine:2", lambda _: None, ("The parts add up to", "lends money")),
}


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_lab_takes_ones_own_words(page: Any, dashboard: str, name: str) -> None:
    more, act, expected = JOURNEYS[name]
    page.goto(f"{dashboard}/labs?lab={name}{more}")
    page.get_by_text("Papers behind this").wait_for()
    act(page)
    for words in expected:
        page.get_by_text(words).first.wait_for()
    page.get_by_text("Papers behind this").wait_for()
    assert page.locator("[data-testid=stException]").count() == 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)


def test_a_sentence_from_a_paper_and_the_paper_behind_a_lab(page: Any, dashboard: str, home: Path) -> None:
    page.goto(f"{dashboard}/labs?lab=attention&paper=mine:0")
    page.wait_for_function("document.querySelector('[aria-label=\"A sentence\"]')?.value === 'Herding Small Vectors'")
    page.get_by_role("button", name="Take it from a paper").click()
    _typed("Which paper: words of it, or its id", "money interest")(page)
    page.get_by_role("button", name="Use it").click()
    page.wait_for_function("document.querySelector('[aria-label=\"A sentence\"]').value === 'Money in the Bank'")
    paper = page.locator("[class*='st-key-card-key-attention-arxiv-1706-03762']")
    paper.get_by_role("radio", name="Queue").or_(paper.get_by_role("button", name="Queue", exact=True)).first.click()
    page.get_by_text("In your queue").wait_for()
    with Tracker.open(home) as tracker:
        assert tracker.paper("arxiv:1706.03762").status == "queued"
