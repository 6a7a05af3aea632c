"""Evenings over the map in a real browser: a ring drawn round papers, a point followed to its paper, years gone by."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import at_rest, fits, two_frames, until
from tests.app.desk_library import PAPERS, id_of
from tests.app.test_desk_journey import dashboard, home, page, statuses  # noqa: F401  # fixtures
from tests.app.test_journey import CHROMIUM
from tracker.service import Tracker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]
#: The places on the canvas where dots lie: middles of what is coloured, and not the ink of a label.
_DOTS = """
(canvas) => {
  const ratio = devicePixelRatio, found = [];
  const { width, height } = canvas, pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  for (let y = 4; y < height - 4; y += 2) for (let x = 4; x < width - 4; x += 2) {
    const at = 4 * (y * width + x), [r, g, b, a] = pixels.slice(at, at + 4);
    if (a > 60 && Math.max(r, g, b) > 120 && Math.min(r, g, b) < 190) found.push([x / ratio, y / ratio]);
  }
  return found;
}
"""


def opened(page: Any, address: str) -> tuple[Any, dict[str, float]]:  # noqa: F811
    """The map, drawn, with the ring as its tool; the canvas and where it lies."""
    page.goto(address)
    canvas = page.locator("canvas.plane")
    canvas.wait_for()
    page.locator("canvas.plane[data-drawn]").wait_for()
    canvas.scroll_into_view_if_needed()
    page.locator(".tools button[value=lasso]").click()
    at_rest(page)  # nothing above the canvas moves it any more
    return canvas, canvas.bounding_box()


def ring(page: Any, box: dict[str, float]) -> None:  # noqa: F811
    """Draw a ring round everything with the mouse held down."""
    left, top = box["x"] + 3, box["y"] + 3
    right, bottom = box["x"] + box["width"] - 3, box["y"] + box["height"] - 3
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 5)):
        page.mouse.move(x, y, steps=12)
    page.mouse.up()


def test_a_ring_queues_what_is_in_it(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    _, box = opened(page, f"{dashboard}/map")
    ring(page, box)
    page.get_by_text(f"{len(PAPERS)} papers chosen").wait_for()
    page.get_by_role("button", name="Queue all").click()
    page.get_by_text(f"{len(PAPERS)} papers queued").first.wait_for()
    assert set(statuses(home).values()) == {"queued"}
    page.locator(".by button[value=status]").click()
    page.locator(".legend").get_by_text("Queued").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back").wait_for()
    assert set(statuses(home).values()) == {"inbox"}
    assert fits(page)


def test_a_point_is_followed_to_its_paper(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    canvas, box = opened(page, f"{dashboard}/map")
    titles = [title for title, *_ in PAPERS]
    tip = page.locator(".tip b")
    for x, y in canvas.evaluate(_DOTS):
        page.mouse.move(box["x"] + x, box["y"] + y)
        two_frames(page)
        if tip.is_visible():
            break
    title = tip.inner_text()
    assert title in titles
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("link", name=title).click()
    page.locator("h1", has_text=title).wait_for()
    with Tracker.open(home) as tracker:
        assert tracker.paper(id_of(titles.index(title))).title == title


def test_a_ring_after_a_click_shows_what_is_in_the_ring(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    canvas, box = opened(page, f"{dashboard}/map")
    top = canvas.bounding_box()["y"]
    x, y = canvas.evaluate(_DOTS)[0]
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.locator("canvas.plane[data-chosen='1']").wait_for()
    page.locator(".st-key-map-chosen-bar a").wait_for()
    at_rest(page)
    if page.viewport_size["width"] > 1000:
        assert abs(canvas.bounding_box()["y"] - top) < 40, "the map hardly moves"
    ring(page, canvas.bounding_box())
    page.get_by_text(f"{len(PAPERS)} papers chosen").wait_for()
    at_rest(page)
    assert canvas.get_attribute("data-chosen") == str(len(PAPERS))
    bar, plane = page.locator(".st-key-lassoed").bounding_box(), canvas.bounding_box()
    assert bar["y"] + bar["height"] <= plane["y"], "what to do with them is above the map"


def test_an_address_may_begin_before_all_papers(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    canvas, _ = opened(page, f"{dashboard}/map?years=1990-2023")
    page.locator("canvas.plane[data-drawn='concept 2020-2023 6']").wait_for()
    ring(page, canvas.bounding_box())
    page.get_by_text("4 papers chosen").wait_for()


def test_years_hide_the_others_and_are_in_the_address(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    canvas, _ = opened(page, f"{dashboard}/map?years=2021-2023&colour=year")
    page.locator("canvas.plane[data-drawn='year 2021-2023 6']").wait_for()
    ring(page, canvas.bounding_box())
    page.get_by_text("3 papers chosen").wait_for()
    page.locator("input.high").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("years=2021-2022"))
    canvas.focus()
    page.keyboard.press("Escape")
    page.get_by_text("papers chosen").wait_for(state="detached")


def test_a_map_hides_no_way_of_its_own(page: Any, dashboard: str, home: Path) -> None:  # noqa: F811
    """Zoomed in and moved by keys, the whole comes back by one; dragging moves where the ring is put away."""
    canvas, box = opened(page, f"{dashboard}/map")
    before = canvas.evaluate(_DOTS)
    canvas.focus()
    for key in ("+", "+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    until(page, lambda: canvas.evaluate(_DOTS) != before)
    page.locator(".tools button[value=move]").click()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 130, steps=5)
    page.mouse.up()
    page.locator(".tools button[value=home]").click()
    until(page, lambda: canvas.evaluate(_DOTS) == before)
