"""What holds for any bytes whatever."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.wire_files import WIRE, document, spec
from tracker.errors import ParseError, UsageError
from tracker.sources.people import people
from tracker.sources.registry import kind, kinds, spec_for_url
from tracker.sources.rendering import tree
from tracker.sources.structure import read

#: Pieces that lists are made of, so that random texts reach the readers' corners.
PIECES = st.sampled_from(
    [
        *(
            "# ",
            "## ",
            "- ",
            "* ",
            "  - ",
            "1. ",
            "| ",
            " |",
            "|---|---|",
            "\n",
            "\n\n",
            "  ",
            "\t",
            "> ",
            "```",
            "---",
        ),
        *("**", "*", "_", "`", '"', "“", "(", ")", "[", "]", "](", "](https://arxiv.org/abs/2001.00001)", "[[pdf]]("),
        *(
            "https://arxiv.org/abs/2001.00001",
            "https://github.com/a/b",
            "<a href='https://e.org/x.pdf'>",
            "</a>",
            "<td>",
        ),
        *("<table>", "<tr>", "</table>", "<details>", "<summary>", "</details>", "<li>", "<br>", "<!--", "-->", "<IS>"),
        *(
            "1999",
            "(2015)",
            "⭐ 01/2023: ",
            "1) **Title** - text",
            "[Paper](https://arxiv.org/abs/2001.00001)",
            "🔒",
            "●",
        ),
        *(
            "Top AI Papers of the Week (Jan 1-8) - 2023",
            "Papers",
            "Ann Stone, Bob Sand",
            "et al.",
            "NeurIPS'21",
            "&amp;",
        ),
        *(
            "Stones That Skip Far",
            "See also: ",
            "\\",
            "\\)",
            "\u200d",
            "\ufe0f",
            "文",
            "\r\n",
            "\x0b",
            "\u2028",
            "[x]: ",
        ),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=60).map("".join)
LIST_KINDS = ("weekly", "aimerou", "daturkel", "anthology", "markdown")
UNHURRIED = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(body=TEXTS.map(str.encode) | st.binary(max_size=200), name=st.sampled_from(kinds()))
def test_readers_raise_nothing_but_parse_errors(body: bytes, name: str) -> None:
    reader, where = kind(name), spec(name)
    page = document(body)
    try:
        parsed = reader.parse(where, [page])
    except ParseError:
        return
    for entry in parsed.entries:
        assert entry.title.strip()
        assert entry.url is None or entry.url.startswith(("http://", "https://"))
        assert entry.line is None or 1 <= entry.line <= body.count(b"\n") + body.count(b"\r") + 1
        assert entry.month is None or 1 <= entry.month <= 12


@UNHURRIED
@given(body=TEXTS.map(str.encode) | st.binary(max_size=200), name=st.sampled_from(LIST_KINDS))
def test_following_raises_nothing_but_parse_errors(body: bytes, name: str) -> None:
    tree_answer = document(body, "https://api.github.com/repos/someone/list/git/trees/HEAD")
    for documents in ([document(body)], [document("# L"), tree_answer]):
        try:
            asked = kind(name).follow(spec(name), documents)
        except ParseError:
            continue
        assert all(request.url.startswith("https://raw.githubusercontent.com/someone/list/") for request in asked)


@UNHURRIED
@given(text=TEXTS)
def test_any_text_is_read_and_lines_lie_in_it(text: str) -> None:
    for block in read(text):
        assert block.line is None or 1 <= block.line <= text.count("\n") + text.count("\r") + 1


@pytest.mark.parametrize(
    "opening", ["- ", "> ", "<div>", "<ul><li>", "**", "[", "<b>", "<details>\n\n", "(", "| ", "1. a\n   "]
)
def test_deep_nesting_does_not_break_the_reader(opening: str) -> None:
    text = opening * 3000 + "[A Stone Thrown Far](https://arxiv.org/abs/2001.00001)"
    assert tree(text) is not None
    list(read(text))
    for name in LIST_KINDS:
        try:
            kind(name).parse(spec(name), [document(text)])
        except ParseError:
            continue


@UNHURRIED
@given(
    url=st.text(max_size=40)
    | st.lists(st.sampled_from(["https://", "github.com", "/", "a", "blob", ".md", "?", "#", "["])).map("".join)
)
def test_any_address_is_a_source_or_a_usage_error(url: str) -> None:
    try:
        found = spec_for_url(url)
    except UsageError as error:
        told = str(error)
        if not told:
            raise
        return
    assert found.kind in kinds()
    assert kind(found.kind).requests(found)


@given(
    names=st.lists(
        st.sampled_from(["Ann Stone", "Bob de Sand", "C. Silt", "Jürgen Müller", "O'Neil Gravel"]), min_size=1
    )
)
def test_names_are_read_back_whatever_joins_them(names: list[str]) -> None:
    assert people(", ".join(names)) == tuple(names)
    assert people(" and ".join(names)) == tuple(names)
    assert people("; ".join(names)) == tuple(names)


def sections(text: str) -> tuple[str, list[str]]:
    """What stands before the first section, and the sections, each with its heading."""
    parts = text.split("\n## ")
    return parts[0], [f"\n## {part.strip()}\n" for part in parts[1:]]


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("aimerou", "aimerou.md"),
        ("markdown", "lists/linked_titles.md"),
        ("markdown", "lists/bold_and_pdf.md"),
        ("markdown", "lists/table_with_badges.md"),
        ("weekly", "weekly/years/2024.md"),
        ("weekly", "weekly/years/2023.md"),
    ],
)
def test_sections_in_another_order_give_the_same_entries(name: str, wire: str) -> None:
    path = "years/" + wire.rsplit("/", 1)[1] if name == "weekly" else "README.md"

    def found(text: str) -> list[tuple[object, ...]]:
        entries = kind(name).parse(spec(name), [document(text, path)]).entries
        return sorted((e.title, e.url or "", e.section, str(e.week_start), e.rank, e.authors, e.text) for e in entries)

    head, parts = sections((WIRE / wire).read_text(encoding="utf-8"))
    expected = found(head + "".join(parts))
    orders = list(itertools.islice(itertools.permutations(parts), 24)) if len(parts) < 6 else []
    shuffle = random.Random(7)  # noqa: S311 - an order, not a secret
    orders += [tuple(shuffle.sample(parts, len(parts))) for _ in range(6)]
    for order in orders:
        assert found(head + "".join(order)) == expected
