"""The three lists with readers of their own."""

from __future__ import annotations

import pytest

from tests.sources.wire_files import document, spec, wire
from tracker.errors import ParseError
from tracker.records import Entry
from tracker.sources.aimerou import Aimerou
from tracker.sources.anthology import Anthology
from tracker.sources.daturkel import Daturkel
from tracker.sources.registry import SourceKind


def entries(kind: SourceKind, name: str) -> dict[str, Entry]:
    parsed = kind.parse(spec(kind.name), [wire(name)])
    assert len({entry.title for entry in parsed.entries}) == len(parsed.entries)
    return {entry.title: entry for entry in parsed.entries}


# ---------------------------------------------------------------- aimerou


def test_aimerou_takes_dated_items_only() -> None:
    parsed = Aimerou().parse(spec("aimerou"), [wire("aimerou.md")])
    assert [(e.title, e.alias, e.year, e.month, e.marker, e.section, e.line) for e in parsed.entries] == [
        ("Seeing Like a Quokka", "QuokkaNet", 2023, 1, "Fine Paper", ("2023 Papers", "Computer Vision"), 25),
        ("A Survey of Nothing in Particular", None, 2023, 12, "Fine Paper", ("2023 Papers", "Computer Vision"), 26),
        ("Humming (2023)", None, 2023, 3, "Fine Article", ("2023 Papers", "Computer Vision"), 27),
        ("An Icon Nobody Explained", None, 2023, 4, "🧪", ("2023 Papers", "Computer Vision"), 28),
        ("The Pebble: A device that waits", "Pebble", 1958, None, "Grand Paper", ("Historical Papers",), 32),
        ("Lost and Never Scanned", None, 1961, None, "Grand Paper", ("Historical Papers",), 33),
    ]
    assert [(problem.where, "no date" in problem.message) for problem in parsed.problems] == [("README.md:29", True)]
    assert [entry.url for entry in parsed.entries[-2:]] == ["https://psycnet.apa.org/record/1958-1", None]


# ---------------------------------------------------------------- daturkel


def test_daturkel_sorts_links_by_the_meaning_of_their_icons() -> None:
    found = entries(Daturkel(), "daturkel.md")
    assert list(found) == [
        "Sorting by Waiting",
        "Slower Sorting",
        "Waiting as Computation",
        "Notes from a Quarry",
        "Untitled Year",
    ]
    slow = found["Slower Sorting"]
    assert slow.url == "https://link.springer.com/article/10.1007/BF1"
    assert slow.same_as == ("https://stone.example.org/slow.pdf",)
    assert slow.code == ("https://github.com/stone/slow",)
    assert [link.label for link in slow.links] == [
        "Springer (Paper behind a paywall)",
        "author (Freely available version of a paywalled paper, from its author)",
        "Github (Code of the paper)",
        "author (Website of the paper)",
    ]
    assert slow.authors == ("Stone", "Pebble", "Gravel-Müller")
    assert (slow.alias, slow.year, slow.section, slow.marker) == ("SlowSort", 2001, ("Sorting", "Slow Sort"), None)


def test_daturkel_see_also_items_are_papers_and_say_so() -> None:
    found = entries(Daturkel(), "daturkel.md")
    waiting, notes = found["Waiting as Computation"], found["Notes from a Quarry"]
    assert (waiting.year, waiting.authors) == (1951, ("Boulder",))
    assert waiting.marker == "See also; Precursor of historical interest"
    assert notes.url == "https://quarry.example.org/notes.html"
    assert notes.marker == "See also; Blog post or something other than a publication"
    assert found["Sorting by Waiting"].authors == ("Stone",)
    assert found["Untitled Year"].authors == ("Sand", "Silt")
    assert found["Untitled Year"].year is None


def test_daturkel_tells_what_it_passed_over() -> None:
    parsed = Daturkel().parse(spec("daturkel"), [wire("daturkel.md")])
    assert [problem.where for problem in parsed.problems] == ["README.md:30"]


# ---------------------------------------------------------------- anthology


def test_anthology_tells_papers_from_topics() -> None:
    assert list(entries(Anthology(), "anthology.md")) == [
        "Throwing and Selection via the Pebble",
        "Throwing twice",
        "A Theory of Throwing",
        "Seeing Pebbles",
        "quarry.example.edu/~stone/randomf.pdf",
        "Hybrid Piles",
        "Caves and Regression",
        "Note on the frequency of pebbles",
        "On stability",
        "Simplest Algorithm",
        "ESTIMATING PILES",
        "Extensions of piles into space",
        "A Farewell to Piles? An Overview",
        "Deep Piles: Encoder–Decoder",
        "On Discriminative Piles",
        "arxiv.org/abs/1308.0001",
        "arxiv.org/abs/1409.0001",
        "arxiv.org/abs/1410.0001",
        "Piles are all you need",
    ]


def test_anthology_keeps_the_path_of_topics() -> None:
    found = entries(Anthology(), "anthology.md")
    root = '"Classic" Pebbles'
    assert found["Hybrid Piles"].section == (root, "MCMC - metropolis, HMC", "Hamiltonian piles (HMP)")
    assert found["Throwing twice"].section == (root, "Lasso/throwing")
    assert found["On Discriminative Piles"].section == (root, "Computer Piles", '"Networks of Piles"')
    assert found["arxiv.org/abs/1308.0001"].section == ("Development of piles",)


def test_anthology_reads_aliases_people_and_remarks() -> None:
    found = entries(Anthology(), "anthology.md")
    assert (found["A Theory of Throwing"].alias, found["A Theory of Throwing"].year) == ("PebbleBoost", 1997)
    assert found["Seeing Pebbles"].alias is None
    assert found["Seeing Pebbles"].text == "using the date of the contest; article published 2017"
    assert found["Hybrid Piles"].authors == ("Simon Stone", "Anthony Sand", "Brian Silt")
    assert found["ESTIMATING PILES"].authors == ("Nicholas Stone", "Amir Sand", "Siddartha Silt")
    assert found["Extensions of piles into space"].authors == ("William B. Stone", "Joram Sand")
    assert found["A Farewell to Piles? An Overview"].authors == ("Yehuda Stone",)
    assert found["On stability"].authors == ()
    assert found["On stability"].text == "introduced by Silt, original in Russian"
    assert found["Deep Piles: Encoder–Decoder"].text == ""


def test_anthology_links_only_titles() -> None:
    found = entries(Anthology(), "anthology.md")
    assert found["Throwing twice"].url == (
        "https://web.example.edu/Papers/B67.2%20(2005)%20301-320%20Zou%20&%20Hastie.pdf"
    )
    cave = found["Caves and Regression"]
    assert (cave.url, cave.alias, cave.authors) == (None, "CAVE", ("Stone L", "Sand JH"))
    assert [link.url for link in cave.links] == ["http://pages.example.edu/cave.pdf"]
    assert found["Simplest Algorithm"].authors == ("George Stone",)
    assert found["arxiv.org/abs/1308.0001"].url == "https://arxiv.org/abs/1308.0001"


# ---------------------------------------------------------------- all


@pytest.mark.parametrize("kind", [Aimerou(), Daturkel(), Anthology()], ids=lambda kind: kind.name)
def test_a_list_without_its_entries_is_an_error(kind: SourceKind) -> None:
    with pytest.raises(ParseError):
        kind.parse(spec(kind.name), [document("# Moved\n\nSee [elsewhere](https://elsewhere.example.org/).\n")])
    assert kind.follow(spec(kind.name), []) == ()
    assert [request.url for request in kind.requests(spec(kind.name))] == [
        "https://raw.githubusercontent.com/someone/list/HEAD/README.md"
    ]
