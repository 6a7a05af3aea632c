"""Text of strangers in a page: it stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app.widgets import text, words

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![pixel](https://example.org/x.png)",
    "$$\\frac{1}{0}$$ and $5",
    "# heading",
    "- bullet",
    "| a | b |\n| --- | --- |",
    ":red[red] :material/delete: :smile:",
    "**bold** _it_ `code` ~~gone~~",
    "<https://example.org>",
    "&lt;b&gt; &amp;",
    "1. one",
    "> quote",
    "\\escaped\\",
    "https://example.org/autolink",
    "https://x.org",
    "see HTTP://x.org, www.x.org and WWW.x.org/a?b",
    "write to a@b.org or mailto:a@b.org",
]


#: How the browser's Markdown finds addresses in a text that is unescaped already (mdast-util-gfm-autolink-literal).
AUTOLINKS = (r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)", r"([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_label_reads_as_it_was_written(hostile: str) -> None:
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text.label(hostile))
    tree = HTMLParser(rendered)
    assert [node.tag for node in tree.css("body *")] == ["p"]
    assert tree.body is not None
    assert tree.body.text(strip=True).replace("\u200b", "") == " ".join(hostile.split())


def test_a_label_has_no_icon_or_emoji_code() -> None:
    assert ":material/delete:" not in text.label("x :material/delete: y").replace("\\", "")
    assert ":smile:" not in text.label(":smile:").replace("\\", "")
    assert text.label("GPT-4: a report") == r"GPT\-4\: a report"


@pytest.mark.parametrize("address", ["https://x.org", "http://www.x.org", "www.x.org", "Www.x.org", "a@b.org"])
def test_a_label_makes_no_link_of_an_address(address: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", text.label(f"It said {address} once"))
    assert not any(re.search(pattern, shown, re.IGNORECASE | re.ASCII) for pattern in AUTOLINKS)
    assert shown.replace("\u200b", "") == f"It said {address} once"


@given(st.text(max_size=200))
def test_html_is_nothing_but_text(raw: str) -> None:
    for made in (text.html(raw), text.paragraphs(raw), text.marked(raw, ["a", "b c"])):
        tags = {node.tag for node in HTMLParser(f"<div>{made}</div>").css("div *")}
        assert tags <= {"p", "mark"}


@given(st.text(max_size=100), st.lists(st.text(max_size=10), max_size=5))
def test_marking_changes_no_character(raw: str, words: list[str]) -> None:
    assert text.marked(raw, words).replace("<mark>", "").replace("</mark>", "") == text.html(raw)


def test_marking_finds_words_by_their_beginning_in_any_case() -> None:
    assert text.marked("Transformers transform <b>", ["transform"]) == (
        "<mark>Transformers</mark> <mark>transform</mark> &lt;b&gt;"
    )
    assert text.marked("C++ and a.b", ["c++", "a.b", ""]) == "<mark>C++</mark> and <mark>a.b</mark>"
    assert text.marked("reform", ["form"]) == "reform"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "vbscript:x",
        "//example.org/x",
        "/relative",
        "",
        None,
        "https://",
        "https://user@example.org/",
        "https://exa mple.org/",
        'https://example.org/"onclick="x',
        "https://example.org/\u202egpj",
        "http://[::1",
        "https://example.org/" + "x" * 3_000,
    ],
)
def test_an_address_not_to_follow(url: str | None) -> None:
    assert text.address(url) is None
    assert "<a" not in text.link("name", url)


def test_a_link() -> None:
    assert text.link("a <b>", "https://example.org/?a=1&b=2") == (
        '<a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">a &lt;b&gt;</a>'
    )
    assert text.host("https://www.example.org/x") == "example.org"


@pytest.mark.parametrize(
    ("body", "present", "absent"),
    [
        ("**bold** and\n\n- one", ["<strong>bold</strong>", "<li>one</li>"], []),
        ("<script>alert(1)</script>", ["&lt;script&gt;"], ["<script"]),
        ("[x](javascript:alert(1))", [], ["href"]),
        ("![x](https://example.org/x.png)", [], ["<img"]),
        ("[x](https://example.org)", ['href="https://example.org"', 'target="_blank"', "nofollow"], []),
        ("```\n<b>\n```", ["<pre>", "&lt;b&gt;"], []),
        ("x\u202ey", ["xy"], ["\u202e"]),
    ],
)
def test_a_note_is_clean(body: str, present: list[str], absent: list[str]) -> None:
    made = text.note(body)
    assert all(part in made for part in present)
    assert not any(part in made for part in absent)


def test_a_very_long_title_is_cut() -> None:
    assert len(text.label("word " * 2_000)) <= text.TITLE_LIMIT
    assert text.label("") == "Untitled"


def test_a_folder_at_home_is_written_as_people_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert words.folder(str(tmp_path / "a" / "library")) == "~/a/library"
    assert words.folder("/srv/library") == "/srv/library"
