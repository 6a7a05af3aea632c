"""The labs: what they say, recomputed another way from the model's tables."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from tests.concepts.conftest import SENTENCES
from tracker.concepts.labs import (
    BEHIND,
    LabModel,
    Tokens,
    arithmetic,
    attention,
    bias_axis,
    fired_units,
    input_embedding,
    many_meanings,
    match_lens,
    match_tokens,
    storyboard,
)
from tracker.concepts.labs.results import LabResult, plain
from tracker.concepts.labs.words import plane
from tracker.errors import UsageError

pytestmark = pytest.mark.model


def _row(lab: LabModel, word: str) -> np.ndarray:
    row = lab.weights.words[lab.cutter.id_of(word)].astype(np.float64)
    return row / math.sqrt(float((row**2).sum()))


@pytest.mark.parametrize(
    ("expression", "answer"),
    [("king - man + woman", "queen"), ("paris − france + germany", "berlin"), ("King-man+WOMAN", "queen")],
)
def test_the_known_analogies(lab: LabModel, expression: str, answer: str) -> None:
    assert arithmetic(lab, expression).neighbours[0].word == answer


def test_arithmetic_by_hand(lab: LabModel) -> None:
    """Against a plain loop over the whole table in float64; greatest difference of a cosine 1e-6."""
    found = arithmetic(lab, "king - man + woman", 5)
    target = _row(lab, "king") - _row(lab, "man") + _row(lab, "woman")
    target /= np.linalg.norm(target)
    everything = {
        name: float(_row(lab, name) @ target)
        for name in lab.vocabulary
        if len(name) > 1 and name.isalpha() and name not in {"king", "man", "woman"}
    }
    best = sorted(everything.items(), key=lambda item: -item[1])[:5]
    assert [n.word for n in found.neighbours] == [word for word, _ in best]
    np.testing.assert_allclose([n.cosine for n in found.neighbours], [value for _, value in best], atol=1e-6)
    assert [(dot.word, dot.role) for dot in found.dots][:4] == [
        ("king", "term"), ("man", "term"), ("woman", "term"), ("queen", "answer"),
    ]  # fmt: skip
    assert 0 < found.kept <= 1


def test_the_picture_is_the_principal_plane() -> None:
    from sklearn.decomposition import PCA

    points = np.random.default_rng(3).normal(size=(9, 20)).astype(np.float32)
    flat, kept = plane(points)
    reference = PCA(2).fit(points)
    np.testing.assert_allclose(np.abs(flat), np.abs(reference.transform(points)), atol=1e-4)
    assert kept == pytest.approx(reference.explained_variance_ratio_.sum(), abs=1e-5)
    assert plane(np.ones((2, 4), dtype=np.float32))[1] == 1.0


@pytest.mark.parametrize(
    ("expression", "word"),
    [("", "no words to add"), ("king - - man", "cannot be read"), ("unbelievably", "as a whole"),
     ("a + " * 8 + "b", "too many"), ("king man", "cannot be read"), ("king - king", "adds up to nothing"),
     ("[CLS]", "as a whole")],
)  # fmt: skip
def test_expressions_that_make_no_sense(lab: LabModel, expression: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        arithmetic(lab, expression)


def test_the_bias_axis_is_a_cosine_and_carries_its_caution(lab: LabModel) -> None:
    found = bias_axis(lab, ["nurse", "engineer", "antidisestablishmentarian"])
    axis = _row(lab, "she") - _row(lab, "he")
    axis /= np.linalg.norm(axis)
    for leaning in found.leanings:
        assert leaning.value == pytest.approx(float(_row(lab, leaning.word) @ axis), abs=1e-6)
    assert [leaning.word for leaning in found.leanings] == ["engineer", "nurse"]
    assert found.unknown == ("antidisestablishmentarian",)
    assert "must not be used to judge" in found.caution
    turned = bias_axis(lab, ["nurse"], [("she", "he")])
    assert turned.leanings[0].value == pytest.approx(-found.leanings[1].value, abs=1e-6)
    for words, pairs in (
        (["nurse"], []),
        ([], [("he", "she")]),
        (["zzzqq"], [("he", "she")]),
        (["nurse"], [("he", "he")]),
    ):
        with pytest.raises(UsageError):
            bias_axis(lab, words, pairs)


def test_the_input_is_the_sum_of_three_tables_normalised(lab: LabModel) -> None:
    found = input_embedding(lab, SENTENCES[1], shown=384)
    weights = lab.weights
    for piece in found.pieces:
        by_hand = weights.words[piece.id].astype(np.float64) + weights.positions[piece.place] + weights.types[0]
        np.testing.assert_allclose(found.total.values[piece.place], by_hand, atol=1e-6)
        scaled = (by_hand - by_hand.mean()) / math.sqrt(by_hand.var() + 1e-12)
        expected = scaled * weights.embedding_norm.scale + weights.embedding_norm.shift
        np.testing.assert_allclose(found.normalised.values[piece.place], expected, atol=1e-5)
        assert found.total.lengths[piece.place] == pytest.approx(math.sqrt((by_hand**2).sum()), rel=1e-5)
        assert found.means[piece.place] == pytest.approx(by_hand.mean(), abs=1e-6)
    assert [found.text[p.start : p.end].lower() for p in found.pieces if p.word >= 0][:4] == ["we", "sat", "on", "the"]
    assert input_embedding(lab, "Hi", shown=4).words.values.shape == (3, 4)


def test_pieces_are_those_of_the_librarys_tokenizer(lab: LabModel) -> None:
    from transformers import AutoTokenizer

    from tracker.concepts.labs.weights import bundled_folder

    tokenizer = AutoTokenizer.from_pretrained(bundled_folder())
    for sentence in (*SENTENCES, "Übermäßig naïve café ☕ 北京 tokenisation!"):
        assert list(lab.cut(sentence).ids) == tokenizer(sentence)["input_ids"]


def test_bank_parts_between_river_and_money(lab: LabModel, bert: Any) -> None:
    import torch

    texts = ["The bank of the river was muddy.", "The bank lent them the money.", "The bank raised its interest rates."]
    found = many_meanings(lab, "bank", texts)
    assert found.likeness.shape == (7, 3, 3)
    river_money, money_money = found.likeness[:, 0, 1], found.likeness[:, 1, 2]
    assert river_money[0] > 0.999  # the same word at the same place
    assert river_money[-1] < 0.85
    assert money_money[-1] > river_money[-1] + 0.05
    assert 0 in found.apart
    np.testing.assert_array_equal(found.parting, found.likeness[:, found.apart[0], found.apart[1]])
    vectors = []
    for use, text in zip(found.uses, texts, strict=True):
        assert text[use.start : use.end] == "bank"
        cut = lab.cut(text)
        with torch.inference_mode():
            states = bert(input_ids=torch.tensor([list(cut.ids)]), output_hidden_states=True).hidden_states
        place = cut.pieces.index("bank")
        vectors.append(torch.stack([state[0, place] for state in states]).numpy())
    cosine = (vectors[0] * vectors[1]).sum(1) / np.linalg.norm(vectors[0], axis=1) / np.linalg.norm(vectors[1], axis=1)
    np.testing.assert_allclose(river_money, cosine, atol=1e-5)


def test_a_word_of_several_pieces_and_words_that_are_not_there(lab: LabModel) -> None:
    found = many_meanings(lab, "Unbelievably", ["Unbelievably, it works.", "It works unbelievably well."])
    assert len(found.uses[0].pieces) > 1
    with pytest.raises(UsageError, match="does not hold the word"):
        many_meanings(lab, "bank", ["The bank.", "The banker."])
    with pytest.raises(UsageError, match="2 to 8 sentences"):
        many_meanings(lab, "bank", ["The bank."])
    with pytest.raises(UsageError, match="one word"):
        many_meanings(lab, "river bank", ["a", "b"])


@pytest.mark.parametrize(("layer", "head", "place"), [(0, 2, 3), (5, 11, 0), (3, 7, 6)])
def test_attention_step_by_step(lab: LabModel, layer: int, head: int, place: int) -> None:
    """The steps give the model's own value; greatest difference seen 5e-8."""
    found = attention(lab, SENTENCES[1], layer, head, place)
    step = found.step
    assert step.difference < 1e-5
    np.testing.assert_allclose(step.shares, found.weights[place], atol=1e-6)
    by_hand = [math.fsum(step.query.astype(float) * key) / math.sqrt(32) for key in step.keys.astype(float)]
    np.testing.assert_allclose(step.scores, by_hand, atol=1e-5)
    assert step.shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert len(found.habits) == 72
    mine = next(h for h in found.habits if (h.layer, h.head) == (layer, head))
    safe = np.where(found.weights > 0, found.weights, 1)
    assert mine.entropy == pytest.approx(-(found.weights * np.log2(safe)).sum(axis=1).mean(), abs=1e-4)
    assert 0 <= mine.entropy <= math.log2(len(found.pieces)) + 1e-6


def test_one_head_looks_at_the_word_before(lab: LabModel) -> None:
    habits = attention(lab, SENTENCES[3]).habits
    assert max(habit.to_previous for habit in habits) > 0.9


def test_attention_of_pieces_that_are_not_there(lab: LabModel) -> None:
    for arguments in ((6, 0, 0), (0, 12, 0), (0, 0, 99)):
        with pytest.raises(UsageError):
            attention(lab, SENTENCES[0], *arguments)


def test_the_storyboard_follows_the_states(lab: LabModel) -> None:
    found = storyboard(lab, SENTENCES[0], 2)
    run = lab.run(SENTENCES[0])
    assert found.piece == "bank"
    assert found.frames[0].nearest[0].word == "bank"
    assert found.path.shape == (7, len(found.pieces), 2)
    for frame in found.frames[1:]:
        block = run.blocks[frame.layer - 1]
        names = [stage.name for stage in frame.stages]
        assert names == ["attention adds", "normalisation", "feed-forward adds", "normalisation"]
        assert frame.stages[0].added == pytest.approx(np.linalg.norm(block.attention_out[2]), rel=1e-5)
        assert frame.stages[2].added == pytest.approx(np.linalg.norm(block.outer[2]), rel=1e-5)
        assert frame.stages[3].length == pytest.approx(np.linalg.norm(run.state(frame.layer)[2]), rel=1e-5)
        assert frame.looks_at[0][1] >= frame.looks_at[1][1]
    with pytest.raises(UsageError):
        storyboard(lab, SENTENCES[0], -1)


ABSTRACT = (
    "A made-up abstract. We rank passages by letting every word of a question look for its best partner in the text, "
    "and add up how well they fit; indexes stay small because vectors are rounded."
)


def test_the_parts_of_a_match_add_up(lab: LabModel, bert: Any) -> None:
    """Against the library's last layer; parts sum to the score within 1e-6, which differs by at most 1e-6."""
    import torch

    found = match_lens(lab, "late interaction ranking", ABSTRACT, shown=0.5)
    assert sum(meeting.part for meeting in found.meetings) == pytest.approx(found.score, abs=1e-6)
    assert float(found.met.sum()) == pytest.approx(found.score, abs=1e-5)
    assert found.error == pytest.approx(abs(found.score - 0.5))

    def states(text: str) -> Any:
        with torch.inference_mode():
            out = bert(input_ids=torch.tensor([list(lab.cut(text).ids)])).last_hidden_state[0, 1:-1]
        return torch.nn.functional.normalize(out, dim=-1)

    cosines = (states("late interaction ranking") @ states(ABSTRACT).T).numpy()
    np.testing.assert_allclose(found.cosines, cosines, atol=1e-5)
    assert found.score == pytest.approx(cosines.max(axis=1).mean(), abs=1e-5)
    for meeting in found.meetings:
        assert ABSTRACT[meeting.met_start : meeting.met_end].lower().startswith(meeting.met.removeprefix("##"))


def test_a_text_meets_itself_completely(lab: LabModel) -> None:
    assert match_lens(lab, "rounded vectors", "rounded vectors").score == pytest.approx(1.0, abs=1e-5)
    assert match_lens(lab, "short", "word " * 600).truncated


def test_the_lens_takes_the_vectors_that_the_search_keeps() -> None:
    query = Tokens("a b", ("a", "b"), ((0, 1), (2, 3)), np.eye(2, 3, dtype=np.float32))
    text = Tokens("b c", ("b", "c"), ((0, 1), (2, 3)), np.eye(3, dtype=np.float32)[1:])
    found = match_tokens(query, text, shown=0.5)
    assert [(m.piece, m.met, m.part) for m in found.meetings] == [("a", "b", 0.0), ("b", "b", 0.5)]
    assert found.error == 0.0
    with pytest.raises(UsageError):
        match_tokens(query, Tokens("", (), (), np.zeros((0, 3), dtype=np.float32)))


def test_units_fired_by_a_sentence(lab: LabModel) -> None:
    found = fired_units(lab, SENTENCES[0], 3)
    run = lab.run(SENTENCES[0])
    assert [len(layer) for layer in found.units] == [3] * 6
    for layer in found.units:
        for firing in layer:
            assert firing.strength == pytest.approx(run.blocks[firing.layer].inner[firing.place, firing.unit], abs=1e-5)
            assert firing.strength == pytest.approx(run.blocks[firing.layer].inner[1:-1, firing.unit].max(), abs=1e-5)
            assert 0 < firing.share < 1


def test_all_results_turn_into_json_and_name_their_papers(lab: LabModel) -> None:
    texts = ["A river bank.", "A savings bank."]
    results: list[LabResult] = [
        arithmetic(lab, "king"), bias_axis(lab), input_embedding(lab, "Hello there"), many_meanings(lab, "bank", texts),
        attention(lab, "Hello there"), fired_units(lab, "Hello there"), storyboard(lab, "Hello there"),
        match_lens(lab, "hello", "Hello there"),
    ]  # fmt: skip
    for result in results:
        value = result.to_json()
        assert json.loads(json.dumps(value, allow_nan=False)) == value
        assert value["papers"]
    assert plain({"a": np.float32(0.123456789), "b": (np.int64(2),)}) == {"a": 0.12346, "b": [2]}


def test_papers_behind_the_labs_are_arxiv_ids() -> None:
    import re

    assert len(BEHIND) == 8
    for papers in BEHIND.values():
        assert all(re.fullmatch(r"\d{4}\.\d{4,5}", paper.arxiv) and paper.title and paper.why for paper in papers)
