from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich.agree import authors_agree, same_paper
from tracker.enrich.subject import Subject
from tracker.enrich.text import clean, day_and_year, doi_of, folded, people, plain, repositories
from tracker.enrich.venues import venue_of_comment, venue_of_reference
from tracker.records import Metadata


@given(st.text())
def test_clean_text_is_one_harmless_line(text: str) -> None:
    cleaned = clean(text)
    if cleaned is not None:
        cleaned.encode()
        assert cleaned == " ".join(cleaned.split())
        assert "\0" not in cleaned
        assert clean(cleaned) == cleaned


@given(st.text())
def test_any_markup_becomes_text(text: str) -> None:
    found = plain(text)
    assert found is None or found.strip()


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_people() -> None:
    names = [
        "Author Unknown",
        "unknown",
        "N/A",
        "Anonymous Authors",
        "",
        None,
        3,
        "et al.",
        "Marie  Curie",
        "Curie, Marie",
        "-",
    ]
    assert people(names) == ("Marie Curie", "Marie Curie")
    assert people(["King, Jr.", "Ann Author", "Noname Jones"]) == ("King, Jr.", "Ann Author", "Noname Jones")


@pytest.mark.parametrize(
    ("text", "day", "year"),
    [
        ("2017-06-12", date(2017, 6, 12), 2017),
        ("2017/6/2", date(2017, 6, 2), 2017),
        ("2017-06-12T17:57:34Z", date(2017, 6, 12), 2017),
        ("2017-13-40", None, 2017),
        ("June 2017", None, 2017),
        ("2017", None, 2017),
        ("12017", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_day_and_year(text: str | None, day: date | None, year: int | None) -> None:
    assert day_and_year(text) == (day, year)


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1234/ABC", "10.1234/abc"),
        ("https://doi.org/10.1234/Abc", "10.1234/abc"),
        ("doi: 10.1234/x", "10.1234/x"),
        ("10.48550/arXiv.2401.00001", None),
        ("11.1/x", None),
        ("", None),
        (7, None),
    ],
)
def test_doi(text: object, doi: str | None) -> None:
    assert doi_of(text) == doi


def test_repositories_are_found_once() -> None:
    text = (
        "See https://github.com/a/b. Also http://www.github.com/a/b.git, https://github.com/c/d/tree/main and github."
    )
    assert repositories(text, None) == ("https://github.com/a/b", "https://github.com/c/d")


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted at ICLR 2024", "ICLR 2024"),
        ("15 pages. NeurIPS'23 camera-ready", "NeurIPS 2023"),
        ("To appear in TMLR", "TMLR"),
        ("ICML 2023", "ICML 2023"),
        ("Findings of EMNLP 2021; 12 pages", "EMNLP 2021"),
        ("Submitted to ICLR 2024", None),
        ("Under review at ACL", None),
        ("ICML 2023 workshop on lamps", None),
        ("ICLR style file, 12 pages", None),
        ("Uses ACL", None),
        ("12 pages, 3 figures", None),
        ("We won CHILD 2020", None),
        (None, None),
    ],
)
def test_a_comment_names_a_venue_only_where_it_is_clear(comment: str | None, venue: str | None) -> None:
    assert venue_of_comment(comment) == venue


def test_a_reference_is_a_venue() -> None:
    assert venue_of_reference("Proceedings of ICML 2019, PMLR 97") == "ICML 2019"
    assert venue_of_reference("J. Stones 3 (2002) 1-12") == "J. Stones 3 (2002) 1-12"
    assert venue_of_reference(None) is None


LONG = "Counting Pebbles with a Short Ruler"


def known(title: str | None, year: int | None = None, *authors: str) -> dict[str, object]:
    return {"title": title, "year": year, "authors": authors}


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        # title and year or author
        (known(LONG, 2002), known(LONG.upper() + ".", 2003), True),
        (known(LONG, None, "Ada Förster"), known(LONG, None, "A. Forster", "Bo Lee"), True),
        (known(LONG, None, "Förster, Ada"), known(LONG, 1999, "Ada Förster"), True),
        (known(LONG), known(LONG, 2002), False),
        (known(LONG, 2002), known(LONG), False),
        (known(LONG, 2002), known(LONG, 2010), False),
        # authors that contradict each other outweigh the year
        (known(LONG, 2002, "Cy Ng"), known(LONG, 2002, "Bo Lee"), False),
        # nearly is not enough
        (known("Counting Pebbles, Part 1: the Beach", 2002), known("Counting Pebbles, Part 2: the Beach", 2002), False),
        (known(LONG, 2002), known("Counting Pebbles with a Long Ruler", 2002), False),
        (known("Why " + LONG + " Is All That You Will Ever Need and More of It for Stones", 2002),
         known("Why " + LONG + " Is Not All That You Will Ever Need and More of It for Stones", 2002), False),
        # but a slip, an article or a hyphen is no other title
        (known("Counting Few-Shot Pebbles with the Short Ruler", 2002),
         known("Counting Fewshot Pebbles with the Short Ruler", 2002), True),
        (known("Counting Pebbles with the Short and Transparent Ruler of Mine", 2002),
         known("Counting Pebbles with the Short and Transparant Ruler of Mine", 2002), True),
        # aliases and other titles
        (known(LONG + " (PebNet)", 2002), known(LONG, 2002), True),
        (known("PebNet", 2002) | {"titles": (LONG,)}, known(LONG, 2002), True),
        # a part of a title, or a short one, needs year and author
        (known("PebNet: " + LONG, 2002), known(LONG, 2002), False),
        (known("PebNet: " + LONG, 2002, "Bo Lee"), known(LONG, 2002, "B. Lee"), True),
        (known(LONG, 2002, "Bo Lee"), known(LONG + ": A Reply", 2002, "Cy Ng"), False),
        (known("PebNet", 2002), known("PebNet", 2002), False),
        (known("PebNet", 2002, "Bo Lee"), known("PebNet", 2002, "Bo Lee"), True),
        (known(LONG, 2002), known(None, 2002), False),
        (known("???", 2002), known("!!!", 2002), False),
    ],
)  # fmt: skip
def test_only_an_overwhelming_yes_counts(ours: dict[str, object], theirs: dict[str, object], same: bool) -> None:
    subject = Subject(pk=1, **ours)  # type: ignore[arg-type]
    found = Metadata(service="x", asked="title:x", **theirs)  # type: ignore[arg-type]
    assert same_paper(subject, found) is same


@given(st.text(max_size=30), st.text(max_size=30))
def test_agreeing_never_fails(one: str, other: str) -> None:
    subject = Subject(pk=1, title=one, titles=(other,), year=2000, authors=(one,))
    same_paper(subject, Metadata(service="x", asked="y", title=other, authors=(other,), year=2000))
    assert authors_agree((one,), (other,)) == authors_agree((other,), (one,))
