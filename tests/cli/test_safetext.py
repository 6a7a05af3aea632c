"""Text that strangers wrote, on its way to a terminal or a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.safetext import cut, line, multiline


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("plain title", "plain title"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x9b2Jx\x85y", "x y"),
        ("a\u202eb\u2066c\u200bd", "abcd"),
        ("tab\tand\nbreak", "tab and break"),
        ("família 👩‍🚀 नमस्ते", "família 👩‍🚀 नमस्ते"),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * 4),
    ],
)
def test_line(given_text: str, expected: str) -> None:
    assert line(given_text) == expected


@given(st.text(st.characters(codec=None), max_size=200))
def test_nothing_that_steers_remains_and_cleaning_twice_changes_nothing(text: str) -> None:
    clean = multiline(text)
    assert not any(
        (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in clean
    )
    assert multiline(clean) == clean
    clean.encode("utf-8")


@given(st.text(max_size=300), st.integers(0, 100))
def test_cut_keeps_the_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= max(limit, 0)
    assert len(line(text, limit)) <= max(limit, 0)
