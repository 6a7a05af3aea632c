"""The word index and the vector index: right answers, in step with the library, and never broken by their files."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.library import DIMS, WORDS, FakeLibrary, FakeTexts, FakeVectors, made_up, unit
from tracker.errors import DiskFull, IndexUnusable
from tracker.search import arrays, inverted, lexical, semantic
from tracker.search.lexical import WordIndexKeeper
from tracker.search.ports import PaperText, VectorChange
from tracker.search.rows import Scope, best
from tracker.search.semantic import VectorIndexKeeper
from tracker.search.words import Tokenizer


def words_of(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=4))  # noqa: S311 - made-up papers


def bm25(made: FakeLibrary, query: str) -> dict[int, float]:
    """The score of every paper, straight from the definition."""
    tokenizer = Tokenizer()
    counts = {
        pk: [Counter(tokenizer.stems(text)) for text in (p.title, p.abstract, p.authors, p.listed, p.notes)]
        for pk, p in made.papers.items()
    }
    scores: dict[int, float] = {}
    for stem in dict.fromkeys(tokenizer.stems(query)):
        holding = sum(any(stem in field for field in fields) for fields in counts.values())
        for pk, fields in counts.items():
            mass = sum(
                f.weight * words[stem] / (1 - f.b + f.b * words.total() / f.length)
                for f, words in zip(inverted.FIELDS, fields, strict=True)
            )
            impact = mass * (inverted.K1 + 1) / (mass + inverted.K1)
            scores[pk] = scores.get(pk, 0.0) + impact * inverted.rarity(len(counts), holding)
    tokenizer.close()
    return scores


def word_scores(keeper: WordIndexKeeper, query: str) -> dict[int, float]:
    found = keeper.current().search(keeper.tokenizer.stems(query))
    return {int(pk): float(score) for pk, score in zip(found.index.rows.keys, found.scores, strict=True) if score > 0}


def assert_like_bm25(keeper: WordIndexKeeper, made: FakeLibrary, query: str) -> None:
    expected = {pk: score for pk, score in bm25(made, query).items() if score > 1e-9}
    found = word_scores(keeper, query)
    assert found.keys() == expected.keys()
    for pk, score in expected.items():
        assert found[pk] == pytest.approx(score, rel=0.02, abs=0.01), pk


QUERIES = ("attention", "graph kernels and attention", "lovelace memory", "nothing of that", "sparse sparse sparse")


@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_the_definition(query: str) -> None:
    made = made_up(60)
    assert_like_bm25(WordIndexKeeper(FakeTexts(made), None), made, query)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(["put", "drop", "look", "write", "restart"]), st.integers(0, 99)),
        max_size=14,
    )
)
def test_an_index_that_followed_equals_one_built_anew(tmp_path_factory: pytest.TempPathFactory, steps: list) -> None:
    folder = tmp_path_factory.mktemp("index")
    made = made_up(8)
    words, vectors = WordIndexKeeper(FakeTexts(made), folder), VectorIndexKeeper(FakeVectors(made), folder)
    for pk, step, seed in steps:
        if step == "put":
            made.put(pk, words_of(seed))
        elif step == "drop" and pk in made.papers:
            made.drop(pk)
        elif step == "look":
            words.current()
            vectors.current("m")
        elif step == "write":
            words.prepare()
            vectors.prepare("m")
        elif step == "restart":
            words, vectors = WordIndexKeeper(FakeTexts(made), folder), VectorIndexKeeper(FakeVectors(made), folder)
    fresh = WordIndexKeeper(FakeTexts(made), None)
    for query in ("attention graph", "policy"):
        assert word_scores(words, query) == pytest.approx(word_scores(fresh, query), rel=1e-5)
        keys, cosines = vectors.current("m").best(unit(query), 50, Scope())
        assert dict(zip(keys.tolist(), cosines.tolist(), strict=True)) == pytest.approx(
            {pk: float(unit(f"{p.title} {p.abstract}") @ unit(query)) for pk, p in made.papers.items()}, abs=1e-5
        )
    assert words.current().rows.living == len(made.papers)


def test_a_file_is_written_once_and_used_by_the_next(tmp_path: Path) -> None:
    made = made_up(30)
    first = WordIndexKeeper(FakeTexts(made), tmp_path)
    assert first.prepare() is True
    assert first.prepare() is False
    before = (tmp_path / lexical.FILE).read_bytes()
    second = WordIndexKeeper(FakeTexts(made), tmp_path)
    assert second.current().changes == 0
    assert word_scores(second, "graph") == word_scores(first, "graph")
    assert second.prepare() is False
    assert (tmp_path / lexical.FILE).read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "flip", "header", "empty", "other", "gone"])
def test_a_damaged_file_is_built_again(tmp_path: Path, damage: str) -> None:
    made = made_up(80)
    words, vectors = WordIndexKeeper(FakeTexts(made), tmp_path), VectorIndexKeeper(FakeVectors(made), tmp_path)
    words.prepare()
    vectors.prepare("m")
    for file in tmp_path.glob("*.index"):
        whole = bytearray(file.read_bytes())
        if damage == "cut":
            whole = whole[: len(whole) // 2]
        elif damage == "flip":
            whole[-100] ^= 0xFF
        elif damage == "header":
            whole[30] ^= 0xFF
        elif damage == "empty":
            whole = bytearray()
        elif damage == "other":
            whole = bytearray(b"SQLite format 3\0" * 100)
        file.unlink()
        if damage != "gone":
            file.write_bytes(whole)
            with pytest.raises(IndexUnusable) as caught:
                arrays.verify(file)
            assert caught.value.cure
    again = WordIndexKeeper(FakeTexts(made), tmp_path)
    assert_like_bm25(again, made, "graph policy")
    arrays.verify(tmp_path / lexical.FILE)  # a damaged file costs one search its time, not each
    assert again.prepare() is False
    keys, _ = VectorIndexKeeper(FakeVectors(made), tmp_path).current("m").best(unit("graph"), 5, Scope())
    assert len(keys) == 5
    for file in tmp_path.glob("vectors-*.index"):
        arrays.verify(file)


def test_a_damaged_file_of_a_few_papers_is_written_anew_when_it_is_prepared(tmp_path: Path) -> None:
    made = made_up(5)
    WordIndexKeeper(FakeTexts(made), tmp_path).prepare()
    (tmp_path / lexical.FILE).write_bytes(b"damage")
    assert WordIndexKeeper(FakeTexts(made), tmp_path).prepare() is True
    arrays.verify(tmp_path / lexical.FILE)


def test_a_file_from_a_later_time_is_not_believed(tmp_path: Path) -> None:
    """A backup was put back: what the file has read never happened."""
    made = made_up(70)
    WordIndexKeeper(FakeTexts(made), tmp_path).prepare()
    older = made_up(10, seed=5)
    keeper = WordIndexKeeper(FakeTexts(older), tmp_path)
    assert_like_bm25(keeper, older, "graph attention")


@pytest.mark.parametrize("share", [1.0, 0.3, 0.01])
def test_looking_up_common_words_changes_no_answer(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    made = made_up(400)
    for pk in range(1, 400, 11):
        made.put(pk, f"rare{pk % 5} " + made.papers[pk].title)
    keeper = WordIndexKeeper(FakeTexts(made), None)
    allowed = np.flatnonzero(np.random.default_rng(2).random(401) < share)
    for query in ("rare1 rare2 attention graph policy", "rare3 memory", "attention graph", "sparse proof rare0 rare4"):
        monkeypatch.setattr(lexical, "WORTHWHILE", 10**9)
        plain = keeper.current().search(keeper.tokenizer.stems(query))
        monkeypatch.setattr(lexical, "WORTHWHILE", 4)
        monkeypatch.setattr(lexical, "LEADERS", 10)
        pruned = keeper.current().search(keeper.tokenizer.stems(query))
        keys = keeper.current().rows.keys
        assert pruned.top == pytest.approx(plain.top)
        assert pruned.of(keys) == pytest.approx(plain.of(keys))
        for count in (1, 10, 60):
            for scope in (Scope(), Scope(allowed), Scope(None, allowed)):
                expected = plain.of(plain.best(count, scope))
                assert pruned.of(pruned.best(count, scope)) == pytest.approx(expected)
    assert pruned.rest, "the last query has common words left to look up"


def test_too_much_to_catch_up_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MAX_FRESH", 20)
    with pytest.raises(IndexUnusable, match="tracker embed"):
        WordIndexKeeper(FakeTexts(made_up(30)), None).current()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.index"
    arrays.write(file, {"n": 1}, {"a": np.arange(3)})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(arrays.os, "fsync", full)
    with pytest.raises(DiskFull):
        arrays.write(file, {"n": 2}, {"a": np.arange(4)})
    assert arrays.read(file)[0] == {"n": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["x.index"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<i8", "<f4", "|u1", "<u4"]), max_size=4), st.integers(0, 9))
def test_arrays_come_back_as_they_went(tmp_path_factory: pytest.TempPathFactory, types: list[str], rows: int) -> None:
    file = tmp_path_factory.mktemp("arrays") / "a.index"
    given_arrays = {str(place): np.arange(rows * 3).reshape(rows, 3).astype(kind) for place, kind in enumerate(types)}
    arrays.write(file, {"n": rows}, given_arrays)
    facts, found = arrays.read(file)
    arrays.verify(file)
    assert facts == {"n": rows}
    assert found.keys() == given_arrays.keys()
    for name, array in given_arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        assert not found[name].flags.writeable


class Many:
    """Vectors without papers; some papers have two windows."""

    def __init__(self, count: int, dims: int = 96) -> None:
        chance = np.random.default_rng(3)
        centres = chance.normal(size=(40, dims))
        matrix = centres[chance.integers(0, 40, count)] + 0.9 * chance.normal(size=(count, dims))
        matrix *= np.linspace(2.0, 0.2, dims)
        self.matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
        self.number = 1

    def stamp(self, model: str) -> int:
        return self.number

    def changed(self, model: str, since: int) -> list[VectorChange]:
        first = len(self.matrix) - 10 if since else 0
        return [VectorChange(pk, self.matrix[pk : pk + 1], pk) for pk in range(first, len(self.matrix))]


def test_the_sketch_finds_what_the_whole_matrix_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "EXACT", 1000)
    monkeypatch.setattr(semantic, "FEW", 200)
    many = Many(20_000)
    keeper = VectorIndexKeeper(many, tmp_path)
    keeper.prepare("m")
    many.number = 2  # and some rows are new
    index = keeper.current("m")
    assert len(index.base.sketch) == 20_000
    assert len(index.fresh.pks) == 10
    hits = 0
    for row in range(0, 20_000, 500):
        query = many.matrix[row]
        exact = many.matrix @ query
        keys, cosines = index.best(query, 10, Scope())
        assert cosines == pytest.approx(exact[keys], abs=1e-5)
        hits += len(set(keys.tolist()) & set(np.argsort(-exact)[:10].tolist()))
    assert hits / 400 >= 0.98


@pytest.mark.parametrize("share", [0.0005, 0.02, 0.3, 0.95])
def test_scopes_of_any_size_are_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr(semantic, "EXACT", 1000)
    monkeypatch.setattr(semantic, "FEW", 200)
    many = Many(6000)
    keeper = VectorIndexKeeper(many, tmp_path)
    keeper.prepare("m")
    allowed = np.flatnonzero(np.random.default_rng(1).random(6000) < share)
    excluded = np.arange(0, 6000, 7)
    for scope in (Scope(allowed), Scope(allowed, excluded), Scope(None, excluded)):
        admitted = np.flatnonzero(scope.admits(np.arange(6000)))
        for row in (5, 1234, 4999):
            exact = many.matrix[admitted] @ many.matrix[row]
            keys, _ = keeper.current("m").best(many.matrix[row], 10, scope)
            assert keys.tolist() == admitted[np.argsort(-exact)][:10].tolist()


def test_a_paper_counts_by_its_best_window() -> None:
    class Windows:
        def stamp(self, model: str) -> int:
            return 1

        def changed(self, model: str, since: int) -> list[VectorChange]:
            return [
                VectorChange(1, np.stack([unit("graph"), unit("proof")]), 1),
                VectorChange(2, unit("graph vision")[None], 2),
                VectorChange(3, None),
            ]

    index = VectorIndexKeeper(Windows(), None).current("m")
    keys, cosines = index.best(unit("proof"), 10, Scope())
    assert keys.tolist() == [1, 2]
    assert cosines[0] == pytest.approx(1.0)
    assert index.of(unit("proof"), np.array([2, 1, 3, 9]))[[1, 2, 3]].tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert index.texts(np.array([2, 9, 1])) == [2, 0, 1]
    assert index.vector(9) is None


def test_a_model_of_another_size_replaces_the_vectors() -> None:
    made = made_up(5)
    keeper = VectorIndexKeeper(FakeVectors(made), None)
    assert keeper.current("one").base.matrix.shape[1] + keeper.current("one").fresh.matrix.shape[1] >= DIMS
    assert len(keeper.current("two").rows) == 5


def test_stems_are_those_of_the_full_text_index() -> None:
    tokenizer = Tokenizer()
    assert tokenizer.stems("Attentions, Schölkopf's RUNNING C++ \x00 😀 state-of-the-art") == [
        "attent", "scholkopf", "s", "run", "c", "state", "of", "the", "art",
    ]  # fmt: skip
    assert tokenizer.stems("") == []
    assert tokenizer.stems_of_words(["running", "!!", "a-b"]) == [["run"], [], ["a", "b"]]


def test_an_empty_text_has_no_postings() -> None:
    segment = inverted.build([PaperText(4, ""), PaperText(2, "one")], Tokenizer())
    assert segment.pks.tolist() == [2, 4]
    assert segment.terms() == [b"on"] or segment.terms() == [b"one"]


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 400), st.sampled_from([10, 3000, 60_000]), st.sampled_from([1, 40, 10**6])
)
def test_the_best_are_the_best(seed: int, count: int, rows: int, levels: int) -> None:
    """Whatever the size, and however many are equal or zero."""
    scores = np.random.default_rng(seed).integers(-levels, levels, rows).astype(np.float32).clip(0) / levels
    expected = sorted((row for row in range(rows) if scores[row] > 0), key=lambda row: (-scores[row], row))[:count]
    assert best(scores, count).tolist() == expected
