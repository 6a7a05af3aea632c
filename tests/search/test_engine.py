"""The engine: right papers under any filter, reasons that are true, and an answer whatever is missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.library import FakeEncoder, FakeLibrary, FakeTexts, FakeTokens, FakeVectors, made_up
from tracker.errors import ModelError, QueryError, UnknownPaper
from tracker.search import lexical, ranking, scoping
from tracker.search.engine import Mode, SearchEngine
from tracker.search.fusion import Weights
from tracker.search.ports import QueryEncoder
from tracker.search.query import parse


def engine(
    made: FakeLibrary,
    *,
    encoder: Callable[[], QueryEncoder] = FakeEncoder,
    tokens: bool = True,
    folder: Path | None = None,
    weights: Weights | None = None,
) -> SearchEngine:
    return SearchEngine(
        texts=FakeTexts(made),  # type: ignore[arg-type]
        vectors=FakeVectors(made),
        cards=made,
        encoder=encoder,
        tokens=lambda _: FakeTokens(made) if tokens else None,
        index_dir=folder,
        weights=weights,
    )


def ids(found: object) -> list[str]:
    return [hit.id for hit in found.hits]  # type: ignore[attr-defined]


CONDITIONS = [
    "year:2018..2020",
    "-video",
    '"graph kernel"',
    "title:attention",
    "author:turing",
    "year:>2021 OR proof",
    "-title:image",
]


@pytest.mark.parametrize("mode", ["hybrid", "words", "meaning"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_filtered_search_is_the_search_filtered(mode: Mode, count: int) -> None:
    """Filters take papers away and change nothing else (re-ranking aside, which looks at the first ones only)."""
    made = made_up()
    searching = engine(made, weights=Weights(depth=0))
    chance = random.Random(count)  # noqa: S311 - made-up queries
    for words in ("attention token", "policy reward speech", "memory"):
        conditions = chance.sample(CONDITIONS, count)
        query = " ".join([words, *conditions])
        plain = searching.search(query, 100, mode=mode).hits
        admitted = {
            f"p{pk}"
            for pk, paper in made.papers.items()
            if all(any(made.holds(paper, a) for a in c.any_of) != c.negated for c in parse(query).conditions)
        }
        everything = searching.search(parse(query).meaning, 1000, mode=mode)
        expected = [hit.id for hit in everything.hits if hit.id in admitted]
        assert [hit.id for hit in plain] == expected
        assert {hit.id: hit.score for hit in plain} == {h.id: h.score for h in everything.hits if h.id in admitted}


@pytest.mark.parametrize("listed", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("most", [0, 20, 60])
def test_checking_the_best_finds_what_checking_all_finds(
    monkeypatch: pytest.MonkeyPatch, most: int, listed: float
) -> None:
    made = made_up(120)
    searching = engine(made, weights=Weights(depth=0))
    monkeypatch.setattr(ranking, "CANDIDATES", 5)
    chance = random.Random(7)  # noqa: S311 - made-up queries
    queries = [f"attention token {' '.join(chance.sample(CONDITIONS, count))}" for count in (1, 1, 1, 1, 2, 2, 3)]
    expected = [searching.search(query, 4) for query in queries]
    monkeypatch.setattr(scoping, "LARGE", 0)
    monkeypatch.setattr(scoping, "LISTED", listed)
    monkeypatch.setattr(scoping, "MOST", most)
    for query, whole in zip(queries, expected, strict=True):
        found = searching.search(query, 4)
        assert ids(found) == ids(whole)
        assert found.total in (None, whole.total)


def test_conditions_alone_list_the_latest_first() -> None:
    made = made_up()
    found = engine(made).search("year:2018..2020", 100)
    assert ids(found) == [f"p{pk}" for pk in sorted(made.papers, reverse=True) if 2018 <= made.years[pk] <= 2020]
    assert found.total == len(found.hits)
    assert (
        ids(engine(made).search("-video", 3))
        == [f"p{pk}" for pk in sorted(made.papers, reverse=True) if "video" not in f"{made.papers[pk]}"][:3]
    )
    assert ids(engine(made).search("", 2)) == ["p40", "p39"]


def test_scores_fall_and_parts_are_shares() -> None:
    found = engine(made_up()).search("attention graph", 40)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in found.hits:
        assert 0 <= hit.score <= 1
        assert hit.lexical is not None and 0 <= hit.lexical <= 1  # noqa: PT018
        assert hit.semantic is not None and 0 <= hit.semantic <= 1  # noqa: PT018
    assert found.model == "fake@1"
    assert found.notices == ()


@pytest.mark.parametrize("depth", [0, 5, 30])
def test_pages_put_together_are_the_whole(depth: int) -> None:
    searching = engine(made_up(), weights=Weights(depth=depth))
    whole = ids(searching.search("graph memory", 30))
    pages = [ids(searching.search("graph memory", 7, offset=at)) for at in range(0, 30, 7)]
    assert [one for page in pages for one in page][:30] == whole
    assert len(set(whole)) == len(whole)
    assert searching.search("graph", 0).hits == ()
    assert searching.search("graph", 5, offset=1000).hits == ()


def test_one_mode_uses_one_part() -> None:
    searching = engine(made_up())
    assert all(hit.semantic is None for hit in searching.search("graph", mode="words").hits)
    assert searching.search("graph", mode="words").model is None
    assert all(hit.lexical is None for hit in searching.search("graph", mode="meaning").hits)


def test_reasons_are_true() -> None:
    made = made_up()
    made.put(99, "Gated Graphs", "A first sentence of nothing. Attention over graphs helps.", authors="Grace Hopper")
    [hit] = [hit for hit in engine(made).search("the graph attention", 50).hits if hit.id == "p99"]
    words = {match.field: match.text for match in hit.matched if match.kind == "words"}
    assert words == {"title": "Graphs", "abstract": "Attention, graphs"}
    [sentence] = [match for match in hit.matched if match.kind == "sentence"]
    assert sentence.text in made.papers[99].abstract
    assert sentence.score == pytest.approx(hit_score(made, "the graph attention", 99), abs=1e-3)
    [hit] = [hit for hit in engine(made, tokens=False).search("the graph attention", 50).hits if hit.id == "p99"]
    assert hit.snippet == "Attention over graphs helps."


def hit_score(made: FakeLibrary, query: str, pk: int) -> float:
    """The mean over the query's words of the best cosine with a word of the abstract."""
    encoded = FakeEncoder().analyse(query)
    vectors, numbers, _ = FakeTokens(made).get([pk])
    return float((vectors[numbers == 1] @ encoded.tokens.T).max(axis=0).mean())


def test_every_hit_that_shares_a_word_shows_it() -> None:
    made = made_up()
    for hit in engine(made).search("diffusion video", 40).hits:
        paper = made.papers[int(hit.id[1:])]
        for match in hit.matched:
            if match.kind == "words":
                for word in match.text.split(", "):
                    assert word.lower() in ("diffusion", "video")
                    assert word in getattr(paper, match.field)
        shares = any(word in f"{paper.title} {paper.abstract}" for word in ("diffusion", "video"))
        assert any(match.kind == "words" for match in hit.matched) == shares


def broken() -> QueryEncoder:
    raise ModelError("the model is gone", cure="install it")


def test_without_a_model_it_goes_by_words_and_says_so() -> None:
    searching = engine(made_up(), encoder=broken)
    for mode in ("hybrid", "meaning"):
        found = searching.search("graph attention", mode=mode)
        assert found.hits
        assert found.model is None
        assert any("words only" in notice and "install it" in notice for notice in found.notices)
    assert searching.search("graph", mode="words").notices == ()
    near = searching.similar(3)
    assert near.hits
    assert near.notices


def test_without_vectors_it_goes_by_words_and_says_so() -> None:
    made = made_up()
    made.embedded = False
    found = engine(made).search("graph attention")
    assert found.hits
    assert any("tracker embed" in notice for notice in found.notices)


def test_a_model_that_comes_later_is_used() -> None:
    there: list[QueryEncoder] = []

    def loading() -> QueryEncoder:
        return there[0] if there else broken()

    searching = engine(made_up(), encoder=loading)
    assert searching.search("graph").model is None
    there.append(FakeEncoder())
    assert searching.search("graph").model == "fake@1"


def test_without_a_word_index_the_database_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MAX_FRESH", 5)
    made = made_up()
    searching = engine(made)
    found = searching.search("attention graph", 10, mode="words")
    assert found.hits
    assert made.asked == 1
    assert any("tracker embed" in notice for notice in found.notices)
    searching.prepare()
    assert searching.search("attention graph").notices == ()


def test_what_changes_is_found_at_once(tmp_path: Path) -> None:
    made = made_up()
    searching = engine(made, folder=tmp_path)
    searching.prepare()
    assert searching.search("unheard").hits == () or "p50" not in ids(searching.search("unheard"))
    made.put(50, "An unheard word")
    assert ids(searching.search("unheard", 1)) == ["p50"]
    made.put(50, "Another")
    assert "p50" not in ids(searching.search("unheard", mode="words"))
    made.drop(50)
    assert "p50" not in ids(searching.search("another", 100))


def test_similar_is_near_and_not_itself() -> None:
    made = made_up()
    made.put(90, "attention attention token", "attention token")
    made.put(91, "token attention token", "attention token token")
    found = engine(made).similar(90, 5)
    assert ids(found)[0] == "p91"
    assert "p90" not in ids(found)
    with pytest.raises(UnknownPaper):
        engine(made).similar(12345)


def test_re_ranking_puts_the_paper_that_meets_every_word_first() -> None:
    made = FakeLibrary()
    made.put(1, "graph graph graph graph")
    made.put(2, "the kernel of a graph with sparse memory and more words around it")
    for pk in range(3, 30):
        made.put(pk, "something else entirely")
    assert ids(engine(made).search("graph kernel memory", 1)) == ["p2"]


def test_papers_without_token_vectors_keep_their_place() -> None:
    made = made_up()

    class Some(FakeTokens):
        def get(self, texts: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return super().get([text if text % 2 else -1 for text in texts])  # type: ignore[attr-defined]

    searching = engine(made)
    searching._load_tokens = lambda _: Some(made)
    whole = searching.search("attention graph", 40)
    assert {f"p{pk}" for pk in range(1, 41)} >= set(ids(whole))
    odd = [hit for hit in whole.hits if int(hit.id[1:]) % 2 == 0]
    assert odd, "papers without token vectors are still found"


def test_an_empty_library_answers() -> None:
    found = engine(FakeLibrary()).search("anything")
    assert found.hits == ()


def test_a_query_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(QueryError):
        engine(made_up()).search("year:soon")


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.sampled_from(["\ud800", "\x00", "😀" * 500, "a " * 3000, '"' * 99, "OR " * 50]))
)
def test_any_text_gives_results_or_a_clear_message(text: str) -> None:
    searching = ENGINES.setdefault("one", engine(made_up()))
    try:
        found = searching.search(text, 5)
    except QueryError as error:
        assert error.cure  # noqa: PT017 - either outcome is right, for any text
        return
    assert found.query == text
    assert len(found.hits) <= 5


ENGINES: dict[str, SearchEngine] = {}


def test_many_queries_in_order() -> None:
    searching = engine(made_up())
    many = list(searching.search_many(["graph", "policy"], 3))
    assert [found.query for found in many] == ["graph", "policy"]
    assert [ids(found) for found in many] == [ids(searching.search(query, 3)) for query in ("graph", "policy")]


@pytest.mark.parametrize("text", ["*", '"-"', "😀", "\x00", "title:%"])
def test_a_text_without_anything_to_look_for_says_so(text: str) -> None:
    found = engine(made_up()).search(text, 3)
    assert len(found.hits) == 3
    assert any("nothing to look for" in notice for notice in found.notices)
    assert engine(made_up()).search("", 3).notices == ()
    assert engine(made_up()).search("year:2000..", 3).notices == ()


def test_lost_token_vectors_are_told_with_the_cure() -> None:
    made = made_up()
    found = engine(made, tokens=False).search("graph attention")
    assert any("tracker embed" in notice for notice in found.notices)
    assert engine(made).search("graph attention").notices == ()
    assert engine(made, tokens=False, weights=Weights(depth=0)).search("graph attention").notices == ()


def test_a_named_paper_comes_alone() -> None:
    searching = engine(made_up())
    [hit] = searching.named("x:7", 7).hits
    assert (hit.id, hit.score, hit.matched[0].text) == ("p7", 1.0, "its identifier")
    assert searching.named("x:7", 7, offset=1).hits == ()
