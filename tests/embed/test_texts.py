"""Texts, sentences, batches and the compact token vectors."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.embed import probes, tokenstore
from tracker.embed.encoder import Encoded, Encoder, Pace, batches, duration
from tracker.embed.reranking import TokenIndex
from tracker.embed.sentences import sentences
from tracker.embed.texts import Job, embed, paper_sentences, paper_text, text_key
from tracker.embed.tokens import KEPT, compact, content_rows, is_content, learn_basis, load_basis, pack, project, unpack
from tracker.embed.tokenstore import ENTRY, TokenStore
from tracker.errors import DiskFull
from tracker.records import Progress


class WordEncoder(Encoder):
    """A random direction for each word."""

    model, dims, max_tokens = "words@1", 96, 256  # type: ignore[assignment]

    def __init__(self) -> None:
        self.seen: list[str] = []

    def analyse(self, text: str) -> Encoded:
        pieces, spans, at = [], [], 0
        for word in text.split():
            at = text.index(word, at)
            pieces.append(word.lower())
            spans.append((at, at + len(word)))
            at += len(word)
        rows = [np.random.default_rng(zlib.crc32(piece.encode())).normal(size=self.dims) for piece in pieces]
        tokens = np.array(rows, dtype=np.float32).reshape(len(pieces), self.dims)
        tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
        vector = tokens.sum(axis=0) if len(pieces) else np.eye(1, self.dims, dtype=np.float32)[0]
        vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return Encoded(vector, tokens, tuple(pieces), tuple(spans), tuple(range(len(pieces))))

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoded]]:
        self.seen += texts
        for place in reversed(range(len(texts))):
            yield place, self.analyse(texts[place])


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("One sentence without an end", ["One sentence without an end"]),
        ("We do this, e.g. That one. Then we stop here.", ["We do this, e.g. That one.", "Then we stop here."]),
        (
            "Shown by Smith et al. Later work (cf. Fig. 3) agrees.",
            ["Shown by Smith et al. Later work (cf. Fig. 3) agrees."],
        ),
        ("Is attention enough? We think it is! Indeed.", ["Is attention enough?", "We think it is! Indeed."]),
        (
            "It reaches 3.5 points. i.i.d. data is assumed here.",
            ["It reaches 3.5 points. i.i.d. data is assumed here."],
        ),
        ("First paragraph here\n\nsecond paragraph here", ["First paragraph here", "second paragraph here"]),
        ("He said “this is enough.” Then he left it.", ["He said “this is enough.”", "Then he left it."]),
        ("Work of J. Doe on graphs. It is old by now.", ["Work of J. Doe on graphs.", "It is old by now."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(alphabet='aB .!?\n…"”e.g', max_size=120))
def test_sentences_hold_all_that_is_written(text: str) -> None:
    spans = sentences(text)
    assert list(spans) == sorted(spans)
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start


@given(st.text(max_size=60), st.text(max_size=200))
def test_the_title_is_the_first_sentence(title: str, abstract: str) -> None:
    whole, spans = paper_text(title, abstract), paper_sentences(title, abstract)
    assert whole[slice(*spans[0])] == title.strip()
    for start, end in spans[1:]:
        assert whole[start:end] in abstract


# ---------------------------------------------------------------- batches and pace


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 2000), st.integers(1, 30))
def test_batches_hold_every_text_once_within_their_limits(lengths: list[int], tokens: int, texts: int) -> None:
    found = list(batches(lengths, tokens=tokens, texts=texts))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) <= texts
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= tokens
    order = [lengths[place] for batch in found for place in batch]
    assert order == sorted(lengths, reverse=True)


def test_pace_tells_rate_and_time_left() -> None:
    now = iter([0.0, 10.0, 20.0])
    heard: list[Progress] = []
    pace = Pace("embed", 100, heard.append, clock=lambda: next(now))
    pace.advance(20)
    assert heard == [Progress(stage="embed", done=20, total=100, message="2/s, 40 s left")]
    assert [duration(s) for s in (0.4, 75, 7322)] == ["0 s", "1 min 15 s", "2 h 2 min"]


# ---------------------------------------------------------------- compact tokens


@pytest.mark.parametrize(
    ("piece", "content"),
    [("the", False), ("##s", True), ("graph", True), (",", False), ("▁of", False), ("3", True), ("##-", False)],
)
def test_what_is_content(piece: str, content: bool) -> None:
    assert is_content(piece) is content


def test_a_text_of_stop_words_keeps_them() -> None:
    assert content_rows(("to", "be")).tolist() == [0, 1]
    assert content_rows(("to", "graph")).tolist() == [1]


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_packing_keeps_directions(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, KEPT)).astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    packed = pack(rows)
    assert packed.shape == (count, KEPT // 2)
    assert packed.dtype == np.uint8
    found = unpack(packed)
    if count:
        cosines = (rows * found).sum(axis=1) / np.linalg.norm(found, axis=1)
        assert cosines.min() > 0.97
    assert np.array_equal(pack(found), packed)


def test_the_basis_is_always_the_same(tmp_path: Path) -> None:
    assert list(probes.texts(5)) == list(probes.texts(5))
    basis = learn_basis(WordEncoder())
    assert basis.shape == (96, KEPT)
    assert np.allclose(basis.T @ basis, np.eye(KEPT), atol=1e-5)
    np.save(tmp_path / "basis.npy", basis)
    assert np.array_equal(load_basis(tmp_path / "basis.npy"), basis)
    (tmp_path / "basis.npy").write_bytes(b"junk")
    assert load_basis(tmp_path / "basis.npy") is None
    assert load_basis(tmp_path / "none.npy") is None


def test_words_know_their_sentence() -> None:
    title, abstract = "Graph kernels", "Attention helps here. Memory is what you need today."
    encoded = WordEncoder().analyse(paper_text(title, abstract))
    packed, numbers = compact(encoded, learn_basis(WordEncoder()), paper_sentences(title, abstract))
    pieces = [encoded.pieces[row] for row in content_rows(encoded.pieces)]
    assert len(packed) == len(numbers) == len(pieces)
    by_sentence = {
        number: [p for p, n in zip(pieces, numbers, strict=True) if n == number] for number in set(numbers.tolist())
    }
    assert by_sentence[0] == ["graph", "kernels."]
    assert by_sentence[1] == ["attention", "helps", "here."]
    assert "memory" in by_sentence[2]


# ---------------------------------------------------------------- the token store


def some(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.integers(0, 256, (count, 4), dtype=np.uint8), chance.integers(0, 9, count, dtype=np.uint8)


def same(found: object, expected: tuple[np.ndarray, np.ndarray]) -> bool:
    return found is not None and all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))  # type: ignore[call-overload]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 5)), max_size=12), st.integers(1, 4))
def test_what_is_put_is_got(tmp_path_factory: pytest.TempPathFactory, items: list[tuple[int, int]], step: int) -> None:
    folder = tmp_path_factory.mktemp("tokens")
    expected: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    with TokenStore(folder) as store, TokenStore(folder) as reader:
        for start in range(0, len(items), step):
            block = [(text, *some(count, text % 97)) for text, count in items[start : start + step]]
            store.put(block)
            expected.update({text: (packed, numbers) for text, packed, numbers in block})
            assert all(same(reader.get(text), kept) for text, kept in expected.items())
        assert len(reader) == len(expected)
        assert reader.missing([*expected, 12345678901]) == [False] * len(expected) + [12345678901 not in expected]


@pytest.mark.parametrize("cut", [1, 7, ENTRY.itemsize - 1, ENTRY.itemsize + 3])
def test_a_killed_writer_loses_only_what_was_not_finished(tmp_path: Path, cut: int) -> None:
    with TokenStore(tmp_path) as store:
        store.put([(text, *some(3, text)) for text in range(1, 6)])
    index = tmp_path / "tokens.index"
    os.truncate(index, index.stat().st_size - cut)
    with TokenStore(tmp_path) as store:
        left = [text for text in range(1, 6) if store.get(text) is not None]
        assert left == list(range(1, 6 - -(-cut // ENTRY.itemsize)))
        store.put([(5, *some(3, 5)), (9, *some(2, 9))])
    with TokenStore(tmp_path) as store:
        assert same(store.get(9), some(2, 9))
        assert same(store.get(1), some(3, 1))


@pytest.mark.parametrize("name", ["tokens.data", "tokens.index"])
def test_damage_is_absence(tmp_path: Path, name: str) -> None:
    with TokenStore(tmp_path) as store:
        store.put([(text, *some(3, text)) for text in range(1, 30)])
    chance = random.Random(1)  # noqa: S311 - damage, not a secret
    raw = bytearray((tmp_path / name).read_bytes())
    for _ in range(5):
        raw[chance.randrange(len(raw))] ^= 0xFF
    (tmp_path / name).write_bytes(raw)
    with TokenStore(tmp_path) as store:
        found = [store.get(text) for text in range(1, 30)]
        assert all(kept is None or same(kept, some(3, text)) for text, kept in enumerate(found, 1))
        assert 1 <= sum(kept is None for kept in found) <= 5


def test_lost_data_is_absence(tmp_path: Path) -> None:
    with TokenStore(tmp_path) as store:
        store.put([(1, *some(3))])
    (tmp_path / "tokens.data").write_bytes(b"")
    with TokenStore(tmp_path) as store:
        assert store.get(1) is None


def test_compaction_keeps_what_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TokenStore(tmp_path) as store:
        many = [(text, np.zeros((2000, 32), np.uint8), np.full(2000, text, np.uint8)) for text in range(40)]
        store.put(many)
        assert store.compact(range(30)) is False
        assert store.compact([3, 5, 77]) is True
        assert len(store) == 2
        assert store.get(7) is None
        assert same(store.get(5), many[5][1:])
        store.put([(8, *some(2))])
        assert same(store.get(8), some(2))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tokens.data", "tokens.index"]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with TokenStore(tmp_path) as store:
        store.put([(1, *some(3))])
        monkeypatch.setattr(tokenstore.os, "fsync", full)
        with pytest.raises(DiskFull, match="No space left"):
            store.put([(2, *some(3))])
        assert same(store.get(1), some(3))


# ---------------------------------------------------------------- embedding papers


def test_papers_are_embedded_in_blocks_and_equal_texts_once(tmp_path: Path) -> None:
    encoder = WordEncoder()
    jobs = [Job(pk, f"title {pk % 200}", "an abstract", f"{pk % 200:064x}") for pk in range(600)]
    heard: list[Progress] = []
    with TokenStore(tmp_path) as store:
        blocks = list(
            embed(encoder, iter(jobs), total=600, tokens=store, basis=learn_basis(encoder), progress=heard.append)
        )
        assert [len(block) for block in blocks] == [256, 256, 88]
        found = {item.pk: item for block in blocks for item in block}
        assert sorted(found) == list(range(600))
        for pk in (0, 199, 200, 599):
            expected = encoder.analyse(f"title {pk % 200}. an abstract").vector
            assert np.allclose(found[pk].vectors, expected[None])
            assert found[pk].text_hash == f"{pk % 200:064x}"
        assert not any(store.missing([text_key(f"{number:064x}") for number in range(200)]))
    texts = [text for text in encoder.seen if text.startswith("title")]
    assert len(texts) == 200 + 200 + 88
    assert heard[-1].done == heard[-1].total == 600


def test_token_vectors_are_kept_before_the_block_is_handed_over(tmp_path: Path) -> None:
    encoder = WordEncoder()
    with TokenStore(tmp_path) as store:
        blocks = embed(encoder, [Job(1, "graph", "", "ab" * 32)], total=1, tokens=store, basis=learn_basis(encoder))
        next(blocks)
        assert store.missing([text_key("ab" * 32)]) == [False]


def test_re_ranking_sees_nearly_what_the_model_sees(tmp_path: Path) -> None:
    """Meetings of words through the compact store are close to those of the full vectors."""
    encoder = WordEncoder()
    basis = learn_basis(encoder)
    title, abstract = "Graph kernels", "Attention helps. Memory is what you need."
    with TokenStore(tmp_path) as store:
        list(embed(encoder, [Job(1, title, abstract, "cd" * 32)], total=1, tokens=store, basis=basis))
        index = TokenIndex(store, basis)
        asked = encoder.analyse("memory of a graph")
        query, rows = index.query(asked.pieces, asked.tokens)
        assert [asked.pieces[row] for row in rows] == ["memory", "graph"]
        vectors, numbers, counts = index.get([text_key("cd" * 32), 99])
        assert counts.tolist() == [len(numbers), 0]
        best = (vectors @ query.T).max(axis=0)
        assert best.min() > 0.9
        whole, spans = index.sentences(title, abstract)
        assert whole[slice(*spans[int(numbers[int((vectors @ query[0]).argmax())])])] == "Memory is what you need."
        assert project(asked.tokens, basis).shape == (4, KEPT)
