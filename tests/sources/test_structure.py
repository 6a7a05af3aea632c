"""From Markdown to blocks: what is mended, tamed and counted on the way."""

from __future__ import annotations

import pytest

from tests.sources.wire_files import document
from tracker.errors import ParseError
from tracker.sources.inline import links, plain
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, descendants, read


def rows(text: str) -> list[list[str]]:
    return [[plain(cell) for cell in block.cells] for block in read(text) if block.kind == "row"]


def flat(text: str) -> list[Block]:
    return [inner for block in read(text) for inner in (block, *descendants(block))]


def test_a_row_with_a_pipe_too_many_loses_nothing() -> None:
    text = (
        "| a | b |\n|---|---|\n| |x| is | [l](https://e.org) |\n| one | two | three |\n"
        "| long text | cut | [l](https://e.org) |\n"
    )
    assert rows(text) == [["|x| is", "l"], ["one", "two | three"], ["long text | cut", "l"]]


def test_a_row_parted_from_its_table_still_counts() -> None:
    assert rows("| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n| 5 | 6 |\n\nprose | with a pipe\n") == [
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
    ]


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    text = markdown_text(document("\ufeff# A\r\n\r\n- one\r\n- two\r\n"))
    assert [(block.kind, block.line) for block in flat(text)] == [("heading", 1), ("item", 3), ("item", 4)]


def test_words_in_angle_brackets_stay_words() -> None:
    (block,) = read("the <IS> token, a <title>, <script>alert(1)</script> and <b>bold</b>\n")
    assert plain(block.spans) == "the <IS> token, a <title>, <script>alert(1)</script> and bold"


def test_sections_follow_headings_and_summaries() -> None:
    text = (
        "# List\n\n## A\n- a1\n\n<details><summary>Inner</summary>\n\n- a2\n\n</details>\n\n- a3\n\n### A.1\n- a4\n\n"
        "<details>\n<summary>Never closed</summary>\n\n- a5\n\n## B\n- b1\n"
    )
    found = {plain(block.spans): block.section for block in flat(text) if block.kind == "item"}
    assert found == {
        "a1": ("List", "A"),
        "a2": ("List", "A", "Inner"),
        "a3": ("List", "A"),
        "a4": ("List", "A", "A.1"),
        "a5": ("List", "A", "A.1", "Never closed"),
        "b1": ("List", "B"),
    }


def test_lines_are_those_of_the_file() -> None:
    text = (
        "# T\n\n<!-- two\nlines -->\n- a\n  - b\n\n    c\n\n<ul>\n<li>d</li>\n\n<li>e</li>\n</ul>\n\n"
        "| x |\n|---|\n| f |\n"
    )
    found = {plain(block.spans): block.line for block in flat(text) if block.kind != "heading"}
    assert found["a"] == 5
    assert found["b"] == 6
    assert found["d"] == 11
    assert found["e"] == 13
    assert found["f"] == 18


def test_links_are_whole_through_styles_and_pictures() -> None:
    (block,) = read(
        "[**A** *b* c](https://e.org/1) [![alt](https://img.org/i.svg)](https://e.org/2) [](https://e.org/3)\n"
    )
    assert [(link.label, link.url) for link in links(block.spans)] == [
        ("A b c", "https://e.org/1"),
        ("alt", "https://e.org/2"),
    ]


def test_spanning_cells_reach_down() -> None:
    html = "<table><tr><td rowspan=2>t</td><td>1</td></tr>\n<tr><td>2</td></tr><tr><td>u</td><td>3</td></tr></table>\n"
    assert rows(html) == [["t", "1"], ["t", "2"], ["u", "3"]]


def test_items_keep_their_paragraphs_and_children() -> None:
    (item,) = read("- one\n\n  two\n\n  - three\n    - four\n")
    assert plain(item.spans) == "one"
    assert [plain(spans) for spans in item.more] == ["two"]
    assert [plain(block.spans) for block in descendants(item)] == ["three", "four"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b"\n \t\n", "is empty"),
        (b"# caf\xe9", "not UTF-8"),
        (b"# a\x00", "NUL"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<html>", "web page"),
        (b"<?xml version='1.0'?><html lang=en>", "web page"),
        (b'{"message": "Not Found"}', "JSON"),
        (b"[1, 2]", "JSON"),
    ],
)
def test_what_is_not_markdown_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        markdown_text(document(body))


def test_a_link_at_the_beginning_is_not_json() -> None:
    assert markdown_text(document("[[pdf]](https://e.org) is a link")).startswith("[[pdf]]")
