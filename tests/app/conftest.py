"""The dashboard over a library in memory, page by page, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.cli.fake_library import FakeTracker
from tracker.service import Tracker

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeTracker:
    """What every page finds behind the facade."""
    fake = FakeTracker()
    monkeypatch.setattr(Tracker, "open", classmethod(lambda cls, home=None, *, settings=None: fake))
    return fake


@pytest.fixture
def visit() -> Callable[..., Any]:
    """``visit("search", q="herds")`` opens a page as its address would."""

    def go(view: str = "new", **params: str) -> AppTest:
        test = AppTest.from_file(str(MAIN), default_timeout=120)
        test.query_params.update(params)
        test.run()
        if view != "new":
            test.switch_page(f"views/{view}.py")
            test.query_params.update(params)
            test.run()
        return test

    return go


def text_of(test: AppTest) -> str:
    """All that the page says in HTML, Markdown, captions and boxes."""
    kinds = ("html", "markdown", "caption", "info", "warning", "error", "success", "subheader")
    parts: list[str] = []
    for kind in kinds:
        parts += [str(getattr(e, "value", None) or getattr(e.proto, "body", "")) for e in test.get(kind)]
    return "\n".join(parts)
