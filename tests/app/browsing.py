"""Waiting in a real browser: for what is there, never for a time, so that a slow machine is only slower."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Milliseconds after which something that a page should show will not come any more; far beyond what any machine needs.
PATIENCE = 150_000
_AT_REST = """
() => document.querySelector('[data-test-script-state="notRunning"]') !== null &&
  document.querySelector('[data-testid=stSkeleton], [data-stale="true"]') === null
"""
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def at_rest(page: Any) -> None:
    """Until the page's script has ended and all that it made is drawn."""
    page.wait_for_function(_AT_REST)
    two_frames(page)


def two_frames(page: Any) -> None:
    """Until what the last event changed is on the screen."""
    page.evaluate(_TWO_FRAMES)


def until(page: Any, true: Callable[[], bool]) -> None:
    """Until something that only Python can see is so."""
    for _ in range(PATIENCE // 50):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


def fits(page: Any) -> bool:
    """Whether nothing on the page, at rest, is wider than its window; charts follow a new width a moment later."""
    at_rest(page)
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
    return True
