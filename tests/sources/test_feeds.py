from __future__ import annotations

from datetime import date

import pytest

from tests.sources.wire_files import document, spec, wire
from tracker.errors import ParseError
from tracker.records import Link, SourceSpec
from tracker.sources.arxiv import Arxiv
from tracker.sources.huggingface import HuggingFace
from tracker.sources.paperswithcode import PapersWithCode
from tracker.sources.registry import SourceKind


def test_arxiv_takes_what_is_new_or_cross_listed() -> None:
    parsed = Arxiv().parse(spec("arxiv"), [wire("feeds/arxiv.rss")])
    skip, cross = parsed.entries
    assert skip.title == "Stones That Learn to Skip: A <5 Minute Account"
    assert skip.url == "https://arxiv.org/abs/2607.00001"
    assert skip.abstract == "We let stones skip. They learn if $x < y$."
    assert skip.authors == ("Ann Stone", "Bob Sand, Jr.", "Cleo de la Silt")
    assert (skip.published, skip.year, skip.section, skip.marker) == (date(2026, 7, 8), 2026, ("cs.LG",), "new")
    assert (cross.title, cross.marker, cross.published, cross.section) == (
        "Crossing the River",
        "cross-list",
        None,
        ("math.ST",),
    )
    assert [problem.where for problem in parsed.problems] == ["rss:4"]


def test_arxiv_reads_atom_and_old_numbers() -> None:
    (entry,) = Arxiv().parse(spec("arxiv"), [wire("feeds/arxiv.atom")]).entries
    assert (entry.url, entry.abstract, entry.authors) == ("https://arxiv.org/abs/cs/0112017", "Old.", ("Ann Stone",))


def test_an_empty_feed_is_an_answer() -> None:
    parsed = Arxiv().parse(spec("arxiv"), [wire("feeds/arxiv_empty.rss")])
    assert (parsed.entries, parsed.problems) == ((), ())


def test_a_cut_or_other_answer_is_no_feed() -> None:
    whole = wire("feeds/arxiv.rss").body
    for body in (
        whole[: len(whole) // 2],
        b"",
        b"Rate exceeded.",
        b"<html><body>Sorry</body></html>",
        b"{}",
        b"\x00\xff",
    ):
        with pytest.raises(ParseError, match="not a whole feed"):
            Arxiv().parse(spec("arxiv"), [document(body, "https://rss.arxiv.org/rss/cs.CL")])


@pytest.mark.parametrize(
    ("options", "url", "asked"),
    [
        ({"categories": "cs.CL+cs.LG"}, "https://rss.arxiv.org/rss/x", "https://rss.arxiv.org/rss/cs.CL+cs.LG"),
        ({"categories": "cs.CL, stat.ML"}, "https://rss.arxiv.org/rss/x", "https://rss.arxiv.org/rss/cs.CL+stat.ML"),
        ({}, "https://rss.arxiv.org/rss/hep-th", "https://rss.arxiv.org/rss/hep-th"),
    ],
)
def test_categories_come_from_the_options_or_the_address(options: dict[str, str], url: str, asked: str) -> None:
    where = SourceSpec(slug="a", kind="arxiv", title="", url=url, options=options)
    assert [request.url for request in Arxiv().requests(where)] == [asked]


def test_daily_papers_carry_abstract_and_code() -> None:
    parsed = HuggingFace().parse(spec("huggingface"), [wire("feeds/daily_papers.json")])
    skip, bare = parsed.entries
    assert skip.title == "Stones That Learn to Skip: An Account"
    assert skip.authors == ("Ann Stone", "Bob Sand")
    assert (skip.url, skip.same_as) == (
        "https://arxiv.org/abs/2607.00001",
        ("https://huggingface.co/papers/2607.00001",),
    )
    assert (skip.abstract, skip.published, skip.year) == ("We let stones skip.", date(2026, 7, 7), 2026)
    assert skip.code == ("https://github.com/s/skip",)
    assert Link("GitHub", "https://github.com/s/skip") in skip.links
    assert (bare.url, bare.published, bare.code) == ("https://arxiv.org/abs/2607.00002", None, ())
    assert [problem.where for problem in parsed.problems] == ["daily_papers:2"]


def test_trending_papers() -> None:
    parsed = PapersWithCode().parse(spec("paperswithcode"), [wire("feeds/trending.json")])
    assert [(e.title, e.url, e.published) for e in parsed.entries] == [
        ("Stones That Learn to Skip", "https://arxiv.org/abs/2607.00001", date(2026, 7, 7)),
        ("A Stone Outside arXiv", "https://stones.example.org/p", None),
    ]
    assert [problem.where for problem in parsed.problems] == ["papers/trending:3"]
    (request,) = PapersWithCode().requests(spec("paperswithcode"))
    assert request.url == "https://paperswithcode.co/api/v1/papers/trending"


@pytest.mark.parametrize("kind", [HuggingFace(), PapersWithCode()], ids=lambda kind: kind.name)
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"results": 3}', b'["a", {}]', b"[" * 5000, b"\x00\xff{"])
def test_json_of_another_shape_is_an_error(kind: SourceKind, body: bytes) -> None:
    with pytest.raises(ParseError):
        kind.parse(spec(kind.name), [document(body, "https://api.example.org/x")])


def test_feeds_are_rolling_and_ask_once() -> None:
    for kind in (Arxiv(), HuggingFace(), PapersWithCode()):
        assert kind.rolling
        assert kind.follow(spec(kind.name), []) == ()
