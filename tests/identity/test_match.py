"""Evidence for and against: what is the same, what a person should see, what is different."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity import snapshots
from tracker.identity.ids import entry_identifiers
from tracker.identity.match import Candidate, Verdict, blocks, compare, find_pairs
from tracker.records import Identifier

LONG = "Growing Small Gardens Without Any Water in Northern Towns"
MIDDLE = "Gardens Without Any Water Grow"
ABSTRACT = (
    "We water no garden for ten summers and count what grows, in three towns with different soils and winds. " * 3
)
OTHER = "A fast method for cutting stone is given; its cost is linear in the hardness, and a saw is all it needs. " * 3


def paper(title: str, *more: str, **fields: object) -> Candidate:
    ids = tuple(Identifier(*name.split(":", 1)) for name in fields.pop("ids", ()))  # type: ignore[attr-defined, misc]
    return Candidate(titles=(title, *more), identifiers=ids, **fields)  # type: ignore[arg-type]


TWO_WORDS = paper("Bagging predictors", ids=["doi:10.1007/bf00058655"], authors=("Leo Breiman",), year=1996)


def said(a: Candidate, b: Candidate) -> str:
    verdict = compare(a, b)
    assert compare(b, a) == verdict
    return verdict.verdict


def test_a_shared_identifier_is_enough() -> None:
    assert said(paper("X", ids=["doi:10.1/x"]), paper("Y", ids=["arxiv:2301.00001", "doi:10.1/x"])) == "same"


def test_two_ids_that_a_person_gave_are_never_joined_unasked() -> None:
    a, b = paper(LONG, year=2020, fixed_id="p1"), paper(LONG, year=2020, fixed_id="p2")
    assert said(a, b) == "unsure"
    assert (
        said(paper("X", ids=["doi:10.1/x"], fixed_id="p1"), paper("Y", ids=["doi:10.1/x"], fixed_id="p2")) == "unsure"
    )
    assert said(a, paper(LONG, year=2020)) == "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (paper(LONG, year=2020), paper(LONG.upper() + ".", year=2021)),
        (paper(LONG + " (GRDN)", year=2020), paper(LONG, year=2020)),
        (paper(MIDDLE, authors=("Ada Lovelace", "C. Gauß")), paper(MIDDLE, authors=("Lovelace, A.", "Gauss, Carl"))),
        (paper(MIDDLE, abstract=ABSTRACT), paper(MIDDLE, abstract=ABSTRACT + " And more.")),
        (paper(LONG, year=2020, ids=["arxiv:2001.00001"]), paper(LONG, year=2020, ids=["doi:10.1/journal"])),
        (
            paper("Auto-Encoding Garden Grammars for Everyone", authors=("Li",)),
            paper("Autoencoding Garden Grammars for Everyone", authors=("Li",)),
        ),
        (
            paper("Effortless Gratients in Small Gardens", authors=("Ada Li",)),
            paper("Effortless Gradients in Small Gardens", authors=("A. Li",)),
        ),
    ],
)
def test_overwhelming_evidence(a: Candidate, b: Candidate) -> None:
    assert said(a, b) == "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (paper(MIDDLE, year=2020), paper(MIDDLE, year=2020)),
        (paper(LONG), paper(LONG)),
        (paper(LONG, year=2020), paper(LONG, year=2011)),
        (paper(LONG, year=2020, authors=("Ada Li",)), paper(LONG, year=2020, authors=("Bo Wu",))),
        (paper(LONG, year=2020, abstract=ABSTRACT), paper(LONG, year=2020, abstract=OTHER)),
        (
            paper("A Survey of Very Large Garden Models", year=2020),
            paper("A Survey of Very Large Garden Models", year=2020),
        ),
        (paper("GRDN", year=2023), paper(LONG, "GRDN", year=2023)),
        (paper("GRDN: " + LONG, year=2023), paper(LONG, year=2023)),
        (paper("Growing Small Gardens Without Any Water in Nor...", year=2020), paper(LONG, year=2020)),
        (
            paper(LONG, ids=["arxiv:2001.00001"], authors=("Ada Li",)),
            paper(LONG, ids=["arxiv:2001.00002"], authors=("Ada Li",)),
        ),
        (TWO_WORDS, paper("Bagging predictors", ids=["doi:10.1023/a:1018054314350"], year=1996)),
        (TWO_WORDS, paper("Bagging Predictors", ids=["doi:10.1023/a:1018054314350"], authors=("L. Breiman",))),
        (TWO_WORDS, paper("Bagging Predictors", ids=["doi:10.1023/a:1018054314350"])),
        (
            paper("Support-vector networks", ids=["doi:10.1007/bf00994018"], year=1995),
            paper("Support-Vector Networks", ids=["doi:10.1023/a:1022627411411"], year=1995),
        ),
        (
            paper("Support-vector networks", ids=["doi:10.1007/bf00994018"]),
            paper("Support vector networks", ids=["doi:10.1023/a:1022627411411"]),
        ),
    ],
)
def test_a_person_should_look(a: Candidate, b: Candidate) -> None:
    assert said(a, b) == "unsure"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (paper("Attention"), paper("Attention")),
        (paper("Attention", year=2017), paper("Attention", year=2023)),
        (paper("GRDN", ids=["arxiv:2001.00001"], year=2020), paper("GRDN", ids=["arxiv:2001.00002"], year=2020)),
        (paper(LONG, ids=["arxiv:2001.00001"], year=2020), paper(LONG, ids=["arxiv:2001.00002"], year=2020)),
        (paper("Attention", ids=["doi:10.1/a"], year=2020), paper("Attention", ids=["doi:10.1/b"], year=2020)),
        (TWO_WORDS, paper("Bagging Predictors", ids=["doi:10.1/b"], year=2003)),
        (TWO_WORDS, paper("Bagging Predictors", ids=["doi:10.1/b"], authors=("Ada Li",), year=1996)),
        (paper("GRDN Net: " + LONG, ids=["doi:10.1/a"]), paper("GRDN Net: Cutting Stone", ids=["doi:10.1/b"])),
        (
            paper("Gardens for Everyone, Part 1: Water", authors=("Li",)),
            paper("Gardens for Everyone, Part 2: Water", authors=("Li",)),
        ),
        (paper("GPT-3 Grows Gardens Without Water"), paper("GPT-4 Grows Gardens Without Water")),
        (paper("Supervised Growth of Small Town Gardens"), paper("Unsupervised Growth of Small Town Gardens")),
        (paper("Symmetric Growth of Small Town Gardens"), paper("Asymmetric Growth of Small Town Gardens")),
        (paper("Gardens for Rivers"), paper("Rivers for Gardens")),
        (paper(LONG), paper("Cutting Stone with Ordinary Saws")),
        (paper(""), paper("")),
        (paper("   "), paper("!!!")),
    ],
)
def test_different(a: Candidate, b: Candidate) -> None:
    assert said(a, b) == "different"


def test_papers_of_one_short_title_by_different_people_stay_apart() -> None:
    some = [
        paper("Deep Learning", ids=[f"doi:10.1/{n}"], authors=(author,), year=2015)
        for n, author in enumerate(["Yann LeCun", "Ian Goodfellow", "Adam Gibson"])
    ]
    assert list(find_pairs(some, some)) == []


def test_the_evidence_is_told_in_words() -> None:
    verdict = compare(paper(LONG, year=2020, authors=("Ada Li",)), paper(LONG, year=2021, authors=("Bo Wu",)))
    assert verdict == Verdict("unsure", verdict.score, verdict.evidence)
    assert verdict.evidence[1:] == ("no author in common", "1 year(s) apart")
    assert 0.0 < verdict.score < compare(paper(LONG, year=2020), paper(LONG, year=2020)).score <= 1.0


def test_pairs_are_found_once_and_never_with_oneself() -> None:
    some = [paper(LONG, year=2020), paper("Cutting Stone with Ordinary Saws"), paper(LONG, year=2020)]
    assert [(i, j) for i, j, _ in find_pairs(some, some)] == [(0, 2)]
    assert [(i, j) for i, j, _ in find_pairs([some[2]], some)] == [(0, 0)]
    assert [(i, j) for i, j, _ in find_pairs([paper(LONG, year=2020)], some)] == [(0, 0), (0, 2)]


# ---------------------------------------------------------------- laws

_WORDS = "garden water small town stone saw the of 1 2 ii survey northern growing unsupervised"
words = st.sampled_from(_WORDS.split())
candidates = st.builds(
    Candidate,
    titles=st.lists(st.lists(words, max_size=9).map(" ".join), min_size=1, max_size=2).map(tuple),
    year=st.none() | st.integers(2015, 2020),
    authors=st.lists(st.sampled_from(["Ada Li", "Li, Bo", "Wu", "et al."]), max_size=2).map(tuple),
    identifiers=st.lists(
        st.sampled_from([Identifier("arxiv", "1"), Identifier("arxiv", "2"), Identifier("doi", "3")]), max_size=2
    ).map(tuple),
    fixed_id=st.none() | st.sampled_from(["p", "q"]),
    abstract=st.none() | st.sampled_from([ABSTRACT, OTHER]),
)


@given(candidates, candidates)
def test_laws(a: Candidate, b: Candidate) -> None:
    verdict = compare(a, b)
    assert compare(b, a) == verdict
    assert 0.0 <= verdict.score <= 1.0
    if verdict.verdict != "different":
        assert blocks(a) & blocks(b)
        assert [v for *_, v in find_pairs([a], [b])] == [verdict] or a is b
    shared = set(a.identifiers) & set(b.identifiers)
    arxiv = [{i for i in c.identifiers if i.scheme == "arxiv"} for c in (a, b)]
    if not shared and all(arxiv):
        assert verdict.verdict != "same"


# ---------------------------------------------------------------- backtest on real papers


@pytest.mark.shared
def test_distinct_conference_papers_are_not_joined(shared: Path) -> None:
    with gzip.open(shared / "eval" / "retrieval_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    papers = [Candidate(titles=(row["title"],), abstract=row["abstract"]) for row in rows]
    found = Counter(verdict.verdict for *_, verdict in find_pairs(papers, papers))
    assert found == {"unsure": 1}  # one paper that stands there in two versions


@pytest.mark.shared
def test_lists_and_metadata_with_hidden_identifiers(shared: Path) -> None:
    truth, papers = _backtest(shared)
    found = {(i, j): verdict.verdict for i, j, verdict in find_pairs(papers, papers)}
    one = [(i, j) for i, j in _pairs_of_one_paper(truth)]
    false = Counter(v for (i, j), v in found.items() if truth[i] and truth[j] and truth[i] != truth[j])
    right = Counter(found.get(pair, "different") for pair in one)
    assert false["same"] == 0
    assert false["unsure"] <= 6
    # measured: 71 same, 219 unsure, 271 different (nicknames, which prove nothing) of 561, and 5 false unsure
    assert right["same"] >= 70
    assert right["same"] + right["unsure"] >= 0.5 * len(one)


def _backtest(shared: Path) -> tuple[list[str | None], list[Candidate]]:
    truth: list[str | None] = []
    papers: list[Candidate] = []
    for entries in snapshots.newest(shared).values():
        for entry in entries:
            names = {i.scheme: i.value for i in entry_identifiers(entry)}
            truth.append(names.get("arxiv"))
            titles = (entry.title, entry.alias) if entry.alias else (entry.title,)
            papers.append(Candidate(titles=titles, year=entry.year, authors=entry.authors))
    with gzip.open(shared / "world" / "abstracts.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            truth.append(row["arxiv"])
            year = int(row["published"][:4])
            papers.append(Candidate(titles=(row["title"],), year=year, authors=tuple(row["authors"])))
    return truth, papers


def _pairs_of_one_paper(truth: list[str | None]) -> list[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(truth):
        if name:
            places.setdefault(name, []).append(place)
    return [(i, j) for some in places.values() for n, i in enumerate(some) for j in some[n + 1 :]]
