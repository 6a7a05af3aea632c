from __future__ import annotations

from datetime import date

import pytest

from tests.sources.wire_files import document, spec, wire
from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed
from tracker.sources.weekly import Weekly
from tracker.sources.weeks import week_dates

SPEC = spec("weekly")
TREE = "https://api.github.com/repos/someone/list/git/trees/HEAD"


def new_layout() -> list[Document]:
    return [wire("weekly/README.md"), *(wire(f"weekly/years/{y}.md", f"years/{y}.md") for y in (2023, 2024))]


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return Weekly().parse(SPEC, new_layout())


def named(parsed: Parsed, title: str) -> Entry:
    return next(entry for entry in parsed.entries if entry.title == title)


def test_every_row_of_every_page_once(parsed: Parsed) -> None:
    assert [(e.document, e.rank, e.title) for e in parsed.entries] == [
        ("years/2024.md", 1, "A Week the Index Forgot"),
        ("years/2024.md", 1, "Quokka-7B"),
        ("years/2024.md", 2, "Pipes in Prose"),
        ("years/2024.md", 3, "Fourfold"),
        ("years/2024.md", 4, "Only Talk"),
        ("years/2024.md", 5, "Card Game"),
        ("years/2024.md", 6, "Mislabelled"),
        ("years/2024.md", 7, "Report Inside"),
        ("years/2024.md", 8, "Page Only"),
        ("years/2024.md", 9, "Cut Off"),
        ("years/2023.md", 1, "Month to Month"),
        ("years/2023.md", 1, "Short Months"),
        ("years/2023.md", 1, "8Stray"),
        ("years/2023.md", 2, "Without a Blurb"),
        ("years/2023.md", 1, "First of All"),
    ]


def test_a_row_that_names_nothing_is_a_problem_at_its_line(parsed: Parsed) -> None:
    assert [problem.where for problem in parsed.problems] == ["years/2023.md:23"]


def test_weeks_have_dates_with_and_without_a_year(parsed: Parsed) -> None:
    weeks = {e.title: (e.week_start, e.week_end) for e in parsed.entries}
    assert weeks["A Week the Index Forgot"] == (date(2024, 12, 30), date(2025, 1, 5))
    assert weeks["Quokka-7B"] == (date(2024, 1, 1), date(2024, 1, 7))
    assert weeks["Month to Month"] == (date(2023, 5, 29), date(2023, 6, 4))
    assert weeks["Short Months"] == (date(2023, 3, 20), date(2023, 3, 26))
    assert weeks["8Stray"] == (date(2023, 2, 20), date(2023, 2, 26))
    assert weeks["First of All"] == (date(2023, 1, 1), date(2023, 1, 8))


def test_text_is_plain_and_keeps_its_points(parsed: Parsed) -> None:
    quokka = named(parsed, "Quokka-7B")
    assert quokka.text == ("a small model that hums.\n• Data: trained on <IS> tokens; see our page.\n• Speed: fast.")
    assert quokka.line == 15
    assert quokka.section == ("Week of 2024-01-01",)
    assert named(parsed, "Pipes in Prose").text == "correlation up to |r|≈0.9 (median |r|≈0.4)."
    assert named(parsed, "Fourfold").text == "starred twice."
    assert named(parsed, "Without a Blurb").text == ""


def test_all_links_are_kept_with_their_labels(parsed: Parsed) -> None:
    quokka = named(parsed, "Quokka-7B")
    assert quokka.links == (
        Link("Paper", "https://arxiv.org/abs/2401.00001v2"),
        Link("Tweet", "https://x.com/a/status/2"),
        Link("Code", "https://github.com/a/quokka"),
        Link("our page", "https://quokka.example.org/"),
    )
    assert quokka.code == ("https://github.com/a/quokka",)
    assert [link.label for link in named(parsed, "Pipes in Prose").links] == ["Paper", "Tweet"]
    assert named(parsed, "Mislabelled").code == ("https://github.com/a/m",)


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Quokka-7B", "https://arxiv.org/abs/2401.00001v2"),
        ("Fourfold", "https://example.org/one.pdf"),
        ("Only Talk", None),
        ("Card Game", "https://example.org/card.pdf"),
        ("Mislabelled", "https://arxiv.org/abs/2401.00006"),
        ("Report Inside", "https://example.org/arena"),
        ("Page Only", "https://page.example.org/"),
    ],
)
def test_url_is_the_paper_not_what_is_said_of_it(parsed: Parsed, title: str, url: str | None) -> None:
    assert named(parsed, title).url == url
    assert named(parsed, title).same_as == ()


def test_the_old_layout_in_one_file() -> None:
    parsed = Weekly().parse(SPEC, [wire("weekly/old.md")])
    assert [(e.title, e.text, e.rank) for e in parsed.entries] == [
        ("Two Spaces End Me", "This paper introduces a thing - with a dash later.", 1),
        ("A Dash Ends Me", "argues that dashes do.", 2),
        ("An Operating System for Sums", "Introduces a unified system that adds.", 3),
        ("In the Index", "", 1),
        ("Not in the Index", "dated by its neighbours.", 1),
    ]
    assert [e.week_start for e in parsed.entries[2:]] == [date(2024, 1, 1), date(2023, 12, 25), date(2023, 12, 11)]
    assert parsed.problems == ()


def test_a_week_on_two_pages_counts_once() -> None:
    page = "## Top AI Papers of the Week (May 1-7) - 2023\n|P|L|\n|-|-|\n|1) **A** - b|[Paper](https://a.org/1.pdf)|\n"
    parsed = Weekly().parse(SPEC, [document(page), document(page, "years/2023.md")])
    assert [entry.document for entry in parsed.entries] == ["years/2023.md"]


def test_year_pages_come_from_the_index_and_from_the_files() -> None:
    tree = document('{"tree": [{"path": "years/2022.md", "type": "blob"}, {"path": "years/2023.md"}]}', TREE)
    asked = Weekly().requests(SPEC)
    assert [(r.url, r.optional) for r in asked] == [
        ("https://raw.githubusercontent.com/someone/list/HEAD/README.md", False),
        (TREE, True),
    ]
    assert asked[1].params == (("recursive", "1"),)
    index = wire("weekly/README.md")

    def paths(*documents: Document) -> list[tuple[str, bool]]:
        return [(r.url.split("HEAD/")[1], r.optional) for r in Weekly().follow(SPEC, documents)]

    assert paths(index) == [("years/2023.md", True), ("years/2024.md", True)]
    assert paths(index, tree) == [("years/2022.md", False), ("years/2023.md", False)]
    assert paths(index, tree, wire("weekly/years/2023.md", "years/2023.md")) == [("years/2022.md", False)]


@pytest.mark.parametrize("body", ["not json", '{"message": "no"}', '{"tree": 3}', "[]"])
def test_a_garbled_list_of_files_is_an_error(body: str) -> None:
    with pytest.raises(ParseError, match="list of a repository's files"):
        Weekly().follow(SPEC, [wire("weekly/README.md"), document(body, TREE)])


def test_pages_without_weeks_are_errors() -> None:
    with pytest.raises(ParseError, match="holds no week"):
        Weekly().parse(SPEC, [wire("weekly/README.md")])
    with pytest.raises(ParseError, match=r"2023\.md holds no week"):
        Weekly().parse(SPEC, [wire("weekly/old.md"), document("# Nothing\n", "years/2023.md")])


def test_an_impossible_date_is_told_and_the_rows_stay() -> None:
    page = (
        "## Top AI Papers of the Week (Feb 27 - Feb 31) - 2023\n|P|L|\n|-|-|\n|1) **A** - b|[Paper](https://a.org/1)|\n"
    )
    parsed = Weekly().parse(SPEC, [document(page)])
    assert [(e.title, e.week_start) for e in parsed.entries] == [("A", None)]
    assert [problem.where for problem in parsed.problems] == ["README.md:1"]


@pytest.mark.parametrize(
    ("label", "year", "newer", "expected"),
    [
        ("(Jan 1-8)", 2023, None, (date(2023, 1, 1), date(2023, 1, 8))),
        ("(Feb 13 - 19)", 2023, None, (date(2023, 2, 13), date(2023, 2, 19))),
        ("(March 26 – March 31)", 2024, None, (date(2024, 3, 26), date(2024, 3, 31))),
        ("(Sept. 4 to Sept. 10)", 2023, None, (date(2023, 9, 4), date(2023, 9, 10))),
        ("(December 30 - January 5)", 2025, None, (date(2024, 12, 30), date(2025, 1, 5))),
        ("(December 30 - January 5)", 2024, None, (date(2024, 12, 30), date(2025, 1, 5))),
        ("(December 31, 2029 - January 6, 2030)", None, None, (date(2029, 12, 31), date(2030, 1, 6))),
        ("(Dec 11-17)", None, date(2023, 12, 18), (date(2023, 12, 11), date(2023, 12, 17))),
        ("(Dec 25-31)", None, date(2024, 1, 1), (date(2023, 12, 25), date(2023, 12, 31))),
        ("(Dec 11-17)", None, None, None),
        ("(Foo 1-7)", 2023, None, None),
        ("2023", 2023, None, None),
    ],
)
def test_dates_of_a_week(label: str, year: int | None, newer: date | None, expected: tuple[date, date] | None) -> None:
    assert week_dates(label, year, newer) == expected
