"""An evening without a mouse, in a real browser: the order of stops, where one is, keys that act only when meant."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import at_rest, until
from tests.app.desk_library import PAPERS, id_of
from tests.app.test_desk_journey import dashboard, home, page, statuses
from tests.app.test_journey import CHROMIUM

__all__ = ["dashboard", "home", "page"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]
TABS = ("New", "Reading list", "Library", "Search", "Map", "Concepts", "Labs", "Sources")
#: What has the keyboard's attention: its name, and how it looks; with a flag that it shall be let go.
_STOP = r"""
() => {
  const one = document.activeElement;
  // what only scrolls is a stop, too: it is the page itself
  if (!one || one === document.body || one.matches('section, [data-testid=stMain]')) return null;
  const look = (node) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(node);
    return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor].join('|');
  };
  const nodes = [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean);
  const held = nodes.map(look).join();
  const lines = (one.getAttribute('aria-label') || one.innerText || one.placeholder || one.tagName).trim().split('\n');
  // a sign is written as its name, above or below the words
  const name = lines.find((line) => line && !/^[a-z]+(_[a-z]+)*$/.test(line)) ?? lines[0];
  const box = one.getBoundingClientRect();
  one.blur();
  const left = nodes.map(look).join();
  one.focus({ preventScroll: true });
  const inside = one.closest('[data-testid=stMainBlockContainer]') !== null;
  const top = box.top + (document.querySelector('[data-testid=stMain]')?.scrollTop ?? 0);
  return { name, inside, seen: held !== left, top, tag: one.tagName };
}
"""


def stops(page: Any, most: int) -> list[dict[str, Any]]:
    """The first stops of the Tab key."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(_STOP)) is not None:
            found.append(stop)
    return found


@pytest.mark.parametrize("view", ["", "library", "search?q=herds", "reading", "sources"])
def test_the_tab_key_goes_down_the_page_and_shows_where_it_is(page: Any, dashboard: str, view: str) -> None:
    page.goto(f"{dashboard}/{view}")
    page.locator(".tr-head").first.wait_for()
    at_rest(page)
    found = stops(page, 26)
    assert len(found) > 15
    # in a field the caret shows where one is
    assert [stop["name"] for stop in found if not stop["seen"] and stop["tag"] not in ("INPUT", "TEXTAREA")] == []
    names = [stop["name"] for stop in found]
    first = names.index(TABS[0])
    assert names[first : first + len(TABS)] == list(TABS)
    tops = [stop["top"] for stop in found[first + len(TABS) :] if stop["inside"]]
    if view != "reading":  # whose columns stand beside each other
        assert all(later >= earlier - 60 for earlier, later in pairwise(tops)), "down, not up"
    if view == "":
        title = next(place for place, name in enumerate(names) if name in {title for title, *_ in PAPERS})
        assert names.index("Queue") > title, "a paper's title comes before what can be done with it"


def test_keys_act_only_where_nobody_writes(page: Any, dashboard: str, home: Path) -> None:
    page.goto(dashboard)
    page.get_by_role("link", name=PAPERS[5][0]).wait_for()
    at_rest(page)
    page.locator("[class*=st-key-noting-new] button").first.click()
    box = page.get_by_placeholder("Markdown").first
    box.wait_for()
    box.click()
    page.keyboard.type("squeezed dogs zigzag", delay=5)
    assert box.input_value() == "squeezed dogs zigzag"
    at_rest(page)
    assert set(statuses(home).values()) == {"inbox"}
    page.goto(f"{dashboard}/search")
    field = page.get_by_placeholder("What are you looking for?")
    field.click()
    page.keyboard.type("dogs squeezing", delay=5)
    assert field.input_value() == "dogs squeezing"
    assert set(statuses(home).values()) == {"inbox"}


def test_a_paper_is_found_and_queued_by_keys_alone(page: Any, dashboard: str, home: Path) -> None:
    page.goto(f"{dashboard}/search")
    at_rest(page)
    page.get_by_placeholder("What are you looking for?").focus()
    page.keyboard.type(PAPERS[0][0])
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=PAPERS[0][0])
    link.wait_for()
    at_rest(page)
    link.focus()
    page.keyboard.press("Enter")
    page.locator("h1", has_text=PAPERS[0][0]).wait_for()
    at_rest(page)
    group = page.locator("[class*=st-key-status-paper]")
    first = group.get_by_role("radio").or_(group.get_by_role("button")).first
    first.focus()
    page.keyboard.press("Space")
    until(page, lambda: statuses(home)[id_of(0)] == "queued")
