"""Shapes of lists that were met late: addresses written out, citations as labels, authors and venue beside a title."""

from __future__ import annotations

import pytest

from tests.sources.wire_files import document, spec
from tracker.records import Entry
from tracker.sources.evidence import polarity
from tracker.sources.markdown import Markdown

ARXIV = "https://arxiv.org/abs/2001.0000"


def parse(text: str) -> tuple[Entry, ...]:
    return Markdown().parse(spec("markdown"), [document(f"# L\n\n{text}")]).entries


def titles(text: str) -> list[str]:
    return [entry.title for entry in parse(text)]


# ---------------------------------------------------------------- several papers are never one


@pytest.mark.parametrize("above", ["Stones we like:\n\n", "- Stones we like\n"])
def test_addresses_behind_titles_are_papers_of_their_own(above: str) -> None:
    indent = "  " if above.startswith("-") else ""
    found = parse(f"{above}{indent}- A Stone in the River {ARXIV}1\n{indent}- Swin Sand: {ARXIV}2\n")
    assert [(e.title, e.url, e.same_as) for e in found] == [
        ("A Stone in the River", f"{ARXIV}1", ()),
        ("Swin Sand", f"{ARXIV}2", ()),
    ]


def test_addresses_alone_are_not_pooled_under_what_stands_above_them() -> None:
    found = titles(f"- Stones we like\n  - {ARXIV}1\n  - https://openreview.net/forum?id=stone\n- A Stone {ARXIV}3\n")
    assert found == ["A Stone"]


def test_labelled_lines_below_a_title_are_one_paper() -> None:
    (entry,) = parse(f"- **A Stone in the River**\n  - arXiv: {ARXIV}1\n  - [pdf](https://openreview.net/pdf?id=s)\n")
    assert (entry.title, entry.url, len(entry.same_as)) == ("A Stone in the River", f"{ARXIV}1", 1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (f"[Stones Roll]({ARXIV}1)<br>[Open Sand]({ARXIV}2)", ["Stones Roll", "Open Sand"]),
        (f"<details><summary>StoneNet</summary>[paper]({ARXIV}1)</details>", ["StoneNet"]),
    ],
)
def test_a_cell_of_a_table(cell: str, expected: list[str]) -> None:
    assert titles(f"| Date | Paper |\n|---|---|\n| 22.12 | {cell} |\n") == expected


def test_definitions_of_one_term_are_papers_of_their_own() -> None:
    assert titles(f"Rivers\n: [A Stone in the River]({ARXIV}1)\n: [Swin Sand]({ARXIV}2)\n") == [
        "A Stone in the River",
        "Swin Sand",
    ]


# ---------------------------------------------------------------- what is the title


@pytest.mark.parametrize(
    ("line", "title", "authors", "year"),
    [
        (
            "[1] Weighing Wet Stones. I. Stone, F. Sand. _ICLR_, 2019.",
            "Weighing Wet Stones",
            ("I. Stone", "F. Sand"),
            2019,
        ),
        ("Ann Stone and Bob Sand. On Weighing Stones. 2019.", "On Weighing Stones", ("Ann Stone", "Bob Sand"), 2019),
        ("Stone Prompting Elicits Sand. *NeurIPS 2022*", "Stone Prompting Elicits Sand", (), 2022),
        ("Weighing Stones, <em>Stony Computation 1991</em>", "Weighing Stones", (), 1991),
        ("Weighing Stones Well, *Ann Stone, Bob Sand, et al.*, **ICLR 2017**", "Weighing Stones Well", None, 2017),
        ("On Stones and Beyond, ***Ann Stone**, Bob Sand*, **ICLR**, 2020", "On Stones and Beyond", None, 2020),
        ("From Most to Stone, Denny Stone, **ICLR 2023**", "From Most to Stone", None, 2023),
        (
            "Ann Stone, Bob Sand, **Deep Stone Sorting**, ICLR 2020",
            "Deep Stone Sorting",
            ("Ann Stone", "Bob Sand"),
            2020,
        ),
        ("*Deep Stone Sorting*, Ann Stone, Bob Sand, 2019", "Deep Stone Sorting", ("Ann Stone", "Bob Sand"), 2019),
        ("Sand Piles in *Deep Water* and Beyond", "Sand Piles in Deep Water and Beyond", (), None),
        ("Stones: Many of Them, Stone et al.", "Stones: Many of Them", ("Stone",), None),
    ],
)
def test_titles_beside_authors_and_venues(line: str, title: str, authors: tuple[str, ...] | None, year: int) -> None:
    (entry,) = parse(f"- {line} [[pdf]]({ARXIV}1)\n")
    assert (entry.title, entry.year) == (title, year)
    assert authors is None or entry.authors == authors


def test_a_citation_as_label_gives_authors_and_year() -> None:
    first, second = parse(
        f"- Stones encode river knowledge ([Stone et al., 2023]({ARXIV}1))\n"
        f"- StoneDoctor ([Sand and Gravel, 2022]({ARXIV}2), [code](https://github.com/a/b))\n"
    )
    assert (first.title, first.authors, first.year) == ("Stones encode river knowledge", ("Stone",), 2023)
    assert (second.title, second.authors, second.year) == ("StoneDoctor", ("Sand", "Gravel"), 2022)


def test_a_short_name_and_a_bar_before_the_title() -> None:
    (entry,) = parse(f"- 2024.03 | `StoneSAM2` | Segment any stone in pictures | [arXiv]({ARXIV}1)\n")
    assert (entry.title, entry.alias, entry.year) == ("Segment any stone in pictures", "StoneSAM2", 2024)


def test_a_venue_in_brackets_is_no_short_name() -> None:
    (entry,) = parse(f"- **[Stone Medicine]** Adapted stones can outperform sand. 2024. [paper]({ARXIV}1)\n")
    assert (entry.title, entry.alias) == ("Adapted stones can outperform sand", None)


# ---------------------------------------------------------------- lines below a title


def test_authors_and_venue_in_lines_below_an_item() -> None:
    (entry,) = parse(f"- __Weighing Wet Stones__\n  - Ann Stone, Bob Sand\n  - NeurIPS 2022\n  - [pdf]({ARXIV}1)\n")
    assert (entry.title, entry.authors, entry.year) == ("Weighing Wet Stones", ("Ann Stone", "Bob Sand"), 2022)


@pytest.mark.parametrize(
    "below",
    [
        f"*Ann Stone, Bob Sand*\n[Paper]({ARXIV}1) | [Code](https://github.com/a/b)\n",
        f"Ann Stone, Bob Sand, TMLR 2022\n[[Paper]]({ARXIV}1) [[Code]](https://github.com/a/b)\n",
        f"Ann Stone, Bob Sand · [PDF]({ARXIV}1)\n",
        f"- Ann Stone, Bob Sand, 2023\n- {ARXIV}1\n",
    ],
)
def test_a_heading_is_the_title_of_what_stands_under_it(below: str) -> None:
    (entry,) = parse(f"## Papers\n\n### Code as Stones\n{below}")
    assert (entry.title, entry.url) == ("Code as Stones", f"{ARXIV}1")
    assert entry.authors == ("Ann Stone", "Bob Sand")


def test_a_topic_is_not_the_title_of_a_link_under_it() -> None:
    more = f"- [Stones Under Water]({ARXIV}2)\n"
    assert titles(f"### Stone Classification\nStoneNet [Paper]({ARXIV}1)\n\n{more}") == ["Stones Under Water"]
    badge = f"[![paper](https://img.shields.io/badge/Paper-red)]({ARXIV}1)"
    assert titles(f"### Many Stones and Much Sand\n{badge}\n\n{more}") == ["Stones Under Water"]


def test_a_heading_that_is_a_title_says_nothing_of_what_follows() -> None:
    found = titles(
        f"### [Code as Stones]({ARXIV}1)\n\n- StoneKit ([paper]({ARXIV}2))\n\n### Code\n- Kit [x]({ARXIV}3)\n"
    )
    assert found[0] == "Code as Stones"
    assert polarity(("Code",)) == "other"
    assert polarity(("Stones That Write the Code They Need to Roll",)) == "neutral"


# ---------------------------------------------------------------- smaller matters


def test_a_row_whose_link_is_missing_stays_among_its_neighbours() -> None:
    rows = "".join(f"2018 | The Stones Number {n} | [arxiv]({ARXIV}{n})\n" for n in (1, 2, 3))
    (*_, last) = parse(f"Year | Title | Link\n--- | --- | ---\n{rows}2021 | Do Stones Really Roll? | N/A\n")
    assert (last.title, last.url, last.year) == ("Do Stones Really Roll?", None, 2021)


def test_a_survey_spoken_of_is_no_entry() -> None:
    assert titles(f"> **Note**: see [our survey]({ARXIV}1).\n\n- [A Stone in the River]({ARXIV}2)\n") == [
        "A Stone in the River"
    ]
