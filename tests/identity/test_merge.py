"""A paper from all that is said of it: precedence by field, and that the order of facts does not count."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.facts import MentionFact, MetadataFact
from tracker.identity.merge import resolve, searchable, without_alias
from tracker.records import BenchmarkResult, Identifier, Link, Metadata

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ABSTRACT = "We study how small gardens grow when nobody waters them, over ten summers and in three towns."


def said(
    service: str = "arxiv", *, asked: str = "arxiv:2301.00001", at: datetime = NOW, **fields: object
) -> MetadataFact:
    return MetadataFact(metadata=Metadata(service=service, asked=asked, **fields), at=at)  # type: ignore[arg-type]


def seen(
    source: str = "weekly", kind: str = "weekly", *, key: str = "k", title: str = "Garden", **fields: object
) -> MentionFact:
    return MentionFact(source=source, kind=kind, key=key, title=title, first_seen=NOW, **fields)  # type: ignore[arg-type]


def test_titles_by_precedence() -> None:
    nickname = seen(title="GRDN")
    full = seen("aimerou", "aimerou", title="Growing Gardens Without Water (GRDN)", alias="GRDN")
    shelf = seen("shelf", "shelf", title="Growing Gardens without Water")
    openalex = said("openalex", title="Growing gardens without water.")
    arxiv = said("arxiv", title="Growing  Gardens\nWithout Water")
    assert resolve([nickname], []).title == "GRDN"
    assert resolve([nickname, full], []).title == "Growing Gardens Without Water"
    assert resolve([nickname, full], [openalex]).title == "Growing gardens without water."
    assert resolve([nickname, full, shelf], [openalex]).title == "Growing Gardens without Water"
    whole = resolve([nickname, full, shelf], [openalex, arxiv])
    assert whole.title == "Growing Gardens Without Water"
    assert whole.aliases == ("GRDN",)
    assert whole.provenance["title"].source == "arxiv"


def test_a_cut_title_gives_way_to_a_whole_one() -> None:
    cut = seen("a", "markdown", title="Growing Gardens Without...")
    whole = seen("b", "markdown", title="Growing Gardens Without Water")
    assert resolve([cut, whole], []).title == "Growing Gardens Without Water"


def test_an_address_for_a_title_gives_way_to_every_name() -> None:
    address = seen("anthology", "anthology", title="arxiv.org/abs/2301.00001")
    assert resolve([address], []).title == "arxiv.org/abs/2301.00001"
    assert resolve([address, seen(title="GRDN")], []).title == "GRDN"
    assert resolve([seen("a", "markdown", title="I/O and TCP/IP in Gardens")], []).title == "I/O and TCP/IP in Gardens"


def test_an_answer_found_by_title_ranks_behind_one_found_by_identifier() -> None:
    guessed = said("arxiv", asked="title", title="Another Paper")
    known = said("landing", asked="url:https://example.org/p", title="The Paper")
    assert resolve([seen()], [guessed, known]).title == "The Paper"


def test_the_doors_of_one_service_rank_as_the_service_does() -> None:
    by_title = said("openalex-title", asked="title:the paper", title="By OpenAlex")
    assert (
        resolve([], [said("crossref-title", asked="title:the paper", title="By Crossref"), by_title]).title
        == "By OpenAlex"
    )


def test_abstracts_come_from_services_and_never_from_lists() -> None:
    listed = seen(text="A fine paper about gardens, worth the time of everyone who has ever held a spade in hand.")
    shelf = seen("shelf", "shelf", text="Our own words.", abstract=ABSTRACT)
    feed = seen("hf", "huggingface", abstract="From the feed: " + ABSTRACT)
    assert resolve([listed, shelf], []).abstract is None
    assert resolve([listed, feed], []).abstract_source == "hf"
    both = resolve(
        [listed, feed], [said("crossref", asked="doi:10.1/x", abstract=ABSTRACT), said("arxiv", abstract="No abstract")]
    )
    assert (both.abstract, both.abstract_source) == (ABSTRACT, "crossref")


def test_what_stands_in_for_a_missing_abstract_is_marked() -> None:
    listed = seen("weekly", text="Long words of the list about gardens.")
    other = seen("other", "markdown", text="Short.")
    shelf = seen("shelf", "shelf", text="Our summary.")
    nothing = searchable(resolve([seen()], []), [seen()])
    assert (nothing.text, nothing.source, nothing.stands_in) == ("", None, False)
    by_list = searchable(resolve([other, listed], []), [other, listed])
    assert (by_list.text, by_list.source, by_list.stands_in) == (listed.text, "list:weekly", True)
    by_shelf = searchable(resolve([listed, shelf], []), [listed, shelf])
    assert (by_shelf.text, by_shelf.source) == ("Our summary.", "shelf")
    known = resolve([listed, shelf], [said(abstract=ABSTRACT)])
    assert (searchable(known, [listed]).source, searchable(known, [listed]).stands_in) == ("arxiv", False)


def test_authors_prefer_whole_credible_lists() -> None:
    short = seen("shelf", "shelf", authors=("Ada Byron", "et al."))
    stranger = said("semanticscholar", authors=("Author Unknown",))
    whole = said("crossref", asked="doi:10.1/x", authors=("Ada Byron", "Carl Gauss"))
    assert resolve([short], [stranger]).authors == ("Ada Byron",)
    assert resolve([short], [stranger, whole]).authors == ("Ada Byron", "Carl Gauss")


def test_dates_and_years() -> None:
    weekly = seen(year=2024)
    listed = seen("list", "daturkel", year=2013)
    old = [Identifier("arxiv", "cs/9901001")]
    assert resolve([weekly], []).year == 2024
    assert resolve([weekly], [], identifiers=old).year == 1999
    assert resolve([weekly, listed], [], identifiers=old).year == 2013
    dated = resolve(
        [weekly, listed], [said(published=date(2012, 12, 31)), said("openalex", published=date(2011, 1, 1))]
    )
    assert (dated.published, dated.year) == (date(2012, 12, 31), 2012)
    absurd = resolve([listed], [said("crossref", published=date(2199, 1, 1), year=2199)])
    assert (absurd.published, absurd.year) == (None, 2013)


def test_a_preprint_server_is_no_venue() -> None:
    assert (
        resolve([], [said("semanticscholar", venue="arXiv.org"), said("crossref", venue="J. Gardens")]).venue
        == "J. Gardens"
    )


def test_links_and_code_are_joined_once_each_and_unsafe_ones_dropped() -> None:
    one = seen(
        links=(Link("Paper", "https://arxiv.org/abs/2301.00001"), Link("x", "javascript:alert(1)")),
        code=("https://github.com/O/R",),
    )
    two = seen(
        "b",
        "markdown",
        url="http://www.arxiv.org/abs/2301.00001#s",
        code=("https://github.com/o/r.git", "https://github.com/o/2"),
    )
    pwc = said("paperswithcode", code=("https://github.com/official/r",), results=(ROW, ROW))
    whole = resolve([two, one], [pwc])
    assert whole.urls == (Link("Paper", "https://arxiv.org/abs/2301.00001"),)
    assert whole.code == ("https://github.com/official/r", "https://github.com/o/r.git", "https://github.com/o/2")
    assert whole.results == (ROW,)


ROW = BenchmarkResult(task="t", dataset="d", model="m", metric="x", value="1")


def test_an_alias_is_only_taken_off_where_it_is_one() -> None:
    assert without_alias("Segment It All (SIA)", "sia") == "Segment It All"
    assert without_alias("On Trees (and Shrubs)", None) == "On Trees (and Shrubs)"
    assert without_alias("(SIA)", "SIA") == "(SIA)"


# ---------------------------------------------------------------- the law

texts = st.sampled_from(
    ["", "Garden", "GRDN", "Growing Gardens...", ABSTRACT, ABSTRACT + " More.", "https://a.org/x", "http://a.org/x/"]
)
names = st.lists(st.sampled_from(["Ada Byron", "Carl Gauss", "et al.", "Unknown"]), max_size=3).map(tuple)
days = st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))
moments = st.integers(0, 3).map(lambda n: NOW - timedelta(days=n))
mention_facts = st.builds(
    MentionFact,
    source=st.sampled_from("ab"),
    kind=st.sampled_from(["weekly", "aimerou", "shelf", "import", "arxiv", "markdown"]),
    key=st.sampled_from("xyz"),
    title=texts,
    alias=st.none() | texts,
    authors=names,
    year=st.none() | st.integers(1990, 2030),
    url=st.none() | texts,
    links=st.lists(st.builds(Link, texts, texts), max_size=2).map(tuple),
    text=texts,
    abstract=st.none() | texts,
    published=days,
    code=st.lists(texts, max_size=2).map(tuple),
    gone=st.booleans(),
    first_seen=moments,
)
metadata_facts = st.builds(
    MetadataFact,
    metadata=st.builds(
        Metadata,
        service=st.sampled_from(["arxiv", "openalex", "landing", "shelf", "import", "new-service", "paperswithcode"]),
        asked=st.sampled_from(["title", "arxiv:1", "doi:1"]),
        title=st.none() | texts,
        abstract=st.none() | texts,
        authors=names,
        published=days,
        year=st.none() | st.integers(1990, 2030),
        venue=st.none() | texts,
        urls=st.lists(st.builds(Link, texts, texts), max_size=2).map(tuple),
        code=st.lists(texts, max_size=2).map(tuple),
        results=st.lists(st.just(ROW), max_size=1).map(tuple),
    ),
    at=moments,
)


@given(st.lists(mention_facts, max_size=5), st.lists(metadata_facts, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_count(
    mentions: list[MentionFact], metadata: list[MetadataFact], chance: random.Random
) -> None:
    # one place on a list says one thing, and one service answers one question once
    mentions = list({(m.source, m.key): m for m in mentions}.values())
    metadata = list({(m.metadata.service, m.metadata.asked): m for m in metadata}.values())
    before = resolve(mentions, metadata)
    found = searchable(before, mentions)
    chance.shuffle(mentions)
    chance.shuffle(metadata)
    assert resolve(mentions, metadata) == before
    assert searchable(before, mentions) == found
