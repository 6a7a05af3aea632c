"""What the benchmark of the dashboard clicks, and by what it sees that the page has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Pages that a session looks at, and what is there once one is drawn.
VISITS = (
    ("", "[class*=st-key-card-new] > :first-child a"),
    ("library", "[class*=st-key-card-library] > :first-child a"),
    ("reading", ".st-key-board"),
    ("search?q=contrastive+learning", "[class*=st-key-card-search] > :first-child a"),
    ("map", "canvas.plane"),
    ("concepts", ".tr-head"),
    ("sources", ".tr-head"),
)
_TITLES = "[...document.querySelectorAll('[class*=\"st-key-card-\"] > :first-child a')].map(a => a.href)"
_HEAD = "document.querySelector('h1.tr-head')?.innerText ?? ''"
_MAP = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('canvas.plane')).find(Boolean)"
_DRAWN = f"({_MAP})?.dataset.drawn ?? ''"
#: How many are chosen and the first of them by name: two areas may hold equally many.
_CHOSEN = (
    "['lassoed', 'lassoed-papers'].map(name => document.querySelector('.st-key-' + name)?.innerText ?? '').join('')"
)
#: Empty while neither is there: the table's part of the page comes a moment after the page's script has ended.
_SHOWN = (
    "document.querySelector('.st-key-board') ? 'board' :"
    " document.querySelector('[data-testid=stDataFrame]') ? 'table' : ''"
)
WORDS = (
    "sentence embeddings", "graph attention", "speech recognition", "reinforcement learning exploration",
    "image segmentation", "variational inference", "machine translation", "adversarial examples",
    "question answering", "recurrent networks memory", "kernel methods", "causal discovery",
    "face recognition", "topic models", "video prediction", "convex optimisation",
    "metric learning", "bandits regret", "dialogue systems", "hashing retrieval",
    "object detection", "clustering", "few shot learning", "time series", "word vectors",
)  # fmt: skip
_TABS = ("Library", "Reading list", "Map", "Concepts", "Search", "Sources", "New")


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a reader does.

    Attributes:
        path: where it is done.
        there: a selector of what must be there first.
        act: does it; told the page and which turn it is.
        sign: a JavaScript expression that becomes another text once the click is answered.
        before: done before each turn and not timed.
    """

    name: str
    path: str
    there: str
    act: Callable[[Any, int], None]
    sign: str
    before: Callable[[Any, int], None] | None = None


def _button(name: str) -> Callable[[Any, int], None]:
    return lambda page, turn: page.locator("[class*=st-key-card-]").get_by_role("button", name=name).first.click()


def _status(page: Any, turn: int) -> None:
    group = page.locator("[class*=st-key-status-library-]").nth(turn % 10)
    group.get_by_role("radio").nth(turn % 2).or_(group.get_by_role("button").nth(turn % 2)).first.click()


def _filter(page: Any, turn: int) -> None:
    page.get_by_placeholder("Filter: words").fill(("year:2016..", "learning", "network", "year:..2013")[turn % 4])
    page.keyboard.press("Enter")


def _search(page: Any, turn: int) -> None:
    page.get_by_placeholder("What are you looking for?").fill(WORDS[turn % len(WORDS)])
    page.keyboard.press("Enter")


def _next(page: Any, _turn: int) -> None:
    page.get_by_test_id("stPaginationNext").click()


def _open(page: Any, turn: int) -> None:
    page.locator("[class*=st-key-card-library] > :first-child a").nth(turn % 8).click()


def _back(page: Any, turn: int) -> None:
    if turn:
        page.get_by_role("link", name="Library", exact=True).first.click()
    page.locator("[class*=st-key-card-library] > :first-child a").nth(9).wait_for()
    page.wait_for_timeout(200)


def _tab(page: Any, turn: int) -> None:
    page.get_by_role("link", name=_TABS[turn % len(_TABS)], exact=True).first.click()


def _view(page: Any, turn: int) -> None:
    """The other one than is there, by what is there and not by the turn: a session may be a fresh one."""
    other = "Table" if page.locator(".st-key-board").count() else "Board"
    page.locator(".st-key-layout").get_by_text(other, exact=True).click()


def _settle(page: Any, turn: int) -> None:
    """The map's dots lie on the canvas some frames after its script ended."""
    page.wait_for_timeout(300)


def _colour(page: Any, turn: int) -> None:
    page.locator(".by button").nth((turn + 1) % 4).click()


def _lasso(page: Any, turn: int) -> None:
    box = page.locator("canvas.plane").bounding_box()
    x, y = box["x"] + box["width"] * (0.3 + 0.04 * (turn % 10)), box["y"] + box["height"] * 0.45
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((60, 0), (60, 60), (0, 60)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


INTERACTIONS = (
    Interaction("queue a paper", "", "[class*=st-key-card-new] > :first-child a", _button("Queue"), _TITLES),
    Interaction("mark as read", "", "[class*=st-key-card-new] > :first-child a", _button("Read"), _TITLES),
    Interaction("filter", "library", "[class*=st-key-card-library] > :first-child a", _filter, _TITLES),
    Interaction("next page", "library", "[class*=st-key-card-library] > :first-child a", _next, _TITLES),
    Interaction(
        "change a status", "library", "[class*=st-key-card-library] > :first-child a", _status,
        "[...document.querySelectorAll('[class*=\"st-key-status-library-\"] button')].map(b =>"
        " b.getAttribute('aria-checked') + b.getAttribute('kind')) + document.querySelectorAll('.stToast').length",
    ),
    Interaction("search", "search?q=neural+networks", "[class*=st-key-card-search] > :first-child a", _search, _TITLES),
    Interaction("open a paper", "library", "[class*=st-key-card-library] > :first-child a", _open, _HEAD, _back),
    Interaction("change the tab", "", "[class*=st-key-card-new] > :first-child a", _tab, _HEAD),
    Interaction("map: colour", "map", "canvas.plane", _colour, _DRAWN, _settle),
    Interaction("map: lasso", "map", "canvas.plane", _lasso, _CHOSEN, _settle),
    Interaction("board and table", "reading", ".st-key-board", _view, _SHOWN),
)  # fmt: skip
