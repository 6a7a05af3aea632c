"""Dates, counts and names as a page says them."""

from __future__ import annotations

from app.widgets.words import names


def test_names_that_fill_a_card_are_cut() -> None:
    assert names(("Ada Moss", "Bo Fern")) == "Ada Moss, Bo Fern"
    assert names(("A", "B", "C"), 2) == "A, B and 1 more"
    assert len(names(("x" * 3_000,))) == 200
    assert names(("Ada Moss; " * 300, "B", "C", "D", "E")).endswith("… and 1 more")
