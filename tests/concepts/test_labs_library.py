"""The two labs over a whole library: indexes that grow, resume and forget, and what is read from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tracker.concepts.labs import (
    WHOLE,
    Ablation,
    LabModel,
    LibraryText,
    ablate,
    ablation_key,
    build_layer_index,
    build_memory_index,
    open_layer_index,
    open_memory_index,
    recall_ablated,
    recall_by_layer,
    time_machine,
    unit_memory,
)
from tracker.concepts.labs.layer_index import layer_vectors
from tracker.concepts.labs.layers import LayerRanking, check_ablation
from tracker.concepts.labs.memory_index import KEPT, sentence_strengths
from tracker.concepts.linking.matching import sentences
from tracker.errors import IndexUnusable, UsageError
from tracker.records import Progress

pytestmark = pytest.mark.model

LIBRARY = (
    LibraryText("a", "Clocks that learn", "We teach a clock to keep time. It loses two seconds a year."),
    LibraryText("b", "Speech for parrots", "Parrots hear vowels well. We recognise their speech with a small network."),
    LibraryText("c", "Pruning roses and networks", "Cutting weak branches helps. Networks lose half their weights."),
    LibraryText("d", "On the shape of snow"),
)


def _state(folder: Path) -> dict[str, object]:
    return json.loads((folder / "state.json").read_text())


def test_the_layer_index_holds_every_layers_vectors(lab: LabModel, tmp_path: Path) -> None:
    report = build_layer_index(lab, "m", tmp_path, LIBRARY)
    assert (report.done, report.kept, report.dropped, report.complete) == (4, 0, 0, True)
    index = open_layer_index(lab, "m", tmp_path)
    assert index.ids == ("a", "b", "c", "d")
    assert index.vectors.shape == (7, 4, 384)
    for number, text in enumerate(LIBRARY):
        np.testing.assert_allclose(index.vectors[-1, number], lab.run(text.whole).vector, atol=1e-3)  # float16 on disk
    raw = np.stack([layer_vectors(lab, text.whole) for text in LIBRARY], axis=1)[2]
    centred = raw - raw.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(index.vectors[2], centred, atol=1e-2)


def test_only_new_and_changed_papers_are_done_and_gone_ones_dropped(lab: LabModel, tmp_path: Path) -> None:
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    assert build_layer_index(lab, "m", tmp_path, LIBRARY).done == 0
    changed = (LIBRARY[0], LibraryText("b", "Speech for ravens"), LibraryText("e", "New"), LIBRARY[3])
    report = build_layer_index(lab, "m", tmp_path, changed)
    assert (report.done, report.kept, report.dropped) == (2, 2, 2)
    index = open_layer_index(lab, "m", tmp_path)
    assert sorted(index.ids) == ["a", "b", "d", "e"]
    assert "Speech for ravens" in index.titles
    assert len(list((tmp_path / "whole").glob("part-*.npy"))) == 1
    other = tmp_path / "other"
    build_layer_index(lab, "m", other, changed)
    fresh, place = open_layer_index(lab, "m", other), {paper: n for n, paper in enumerate(index.ids)}
    for number, paper in enumerate(fresh.ids):
        np.testing.assert_allclose(fresh.vectors[-1, number], index.vectors[-1, place[paper]], atol=1e-4)  # float16


def test_a_stopped_build_goes_on_where_it_stopped(
    lab: LabModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.concepts.labs.layer_index.CHUNK", 1)
    monkeypatch.setattr("tracker.concepts.labs.memory_index.CHUNK", 1)
    told: list[Progress] = []
    asked = iter([False, False, True])
    report = build_layer_index(lab, "m", tmp_path, LIBRARY, progress=told.append, stop=lambda: next(asked))
    assert (report.done, report.complete) == (2, False)
    assert [(step.done, step.total) for step in told] == [(1, 4), (2, 4)]
    assert open_layer_index(lab, "m", tmp_path).ids == ("a", "b")  # what is read counts at once
    partly = time_machine(lab, open_layer_index(lab, "m", tmp_path), "birds")
    assert [hit.id for hit in partly.layers[-1].hits] == ["b", "a"]
    assert build_layer_index(lab, "m", tmp_path, LIBRARY).done == 2
    assert open_layer_index(lab, "m", tmp_path).ids == ("a", "b", "c", "d")

    asked = iter([False, False, True])
    memory = tmp_path / "memory"
    assert not build_memory_index(lab, "m", memory, LIBRARY, split=sentences, stop=lambda: next(asked)).complete
    assert open_memory_index(lab, "m", memory).papers == 2
    assert build_memory_index(lab, "m", memory, LIBRARY, split=sentences).done == 2


def test_a_broken_or_foreign_index_is_refused_and_made_anew(lab: LabModel, tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable):
        open_layer_index(lab, "m", tmp_path)
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    with pytest.raises(IndexUnusable, match="another model"):
        open_layer_index(lab, "other", tmp_path)
    next((tmp_path / "whole").glob("part-*.npy")).write_bytes(b"broken")
    with pytest.raises(IndexUnusable):
        open_layer_index(lab, "m", tmp_path)
    assert build_layer_index(lab, "m", tmp_path, LIBRARY).done == 4
    (tmp_path / "whole" / "state.json").write_text("{")
    assert build_layer_index(lab, "m", tmp_path, LIBRARY).done == 4


def test_the_time_machine_ends_at_the_searchs_own_ranking(lab: LabModel, tmp_path: Path) -> None:
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    index = open_layer_index(lab, "m", tmp_path)
    found = time_machine(lab, index, "birds that talk", 4)
    assert found.papers_ranked == 4
    assert [ranking.layer for ranking in found.layers] == list(range(7))
    last: LayerRanking = found.layers[-1]
    by_hand = {text.id: float(lab.run("birds that talk").vector @ lab.run(text.whole).vector) for text in LIBRARY}
    assert [hit.id for hit in last.hits] == sorted(by_hand, key=lambda paper: -by_hand[paper])
    assert last.hits[0].id == "b"
    assert last.recall == 1.0
    assert [hit.before for hit in last.hits] == [1, 2, 3, 4]
    for hit in last.hits:
        assert hit.cosine == pytest.approx(by_hand[hit.id], abs=2e-3)
    json.dumps(found.to_json(), allow_nan=False)


def test_ablation_says_what_changed(lab: LabModel, tmp_path: Path) -> None:
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    index = open_layer_index(lab, "m", tmp_path)
    off = Ablation(feed_forward=frozenset(range(6)))
    found = ablate(lab, index, "birds that talk", off)
    assert found.off == "no-feed-forward-0-1-2-3-4-5"
    assert not found.both_sides
    assert found.cosine == pytest.approx(
        float(lab.run("birds that talk").vector @ lab.run("birds that talk", off).vector), abs=1e-5
    )
    build_layer_index(lab, "m", tmp_path, LIBRARY[:3], ablation=off)
    damaged = open_layer_index(lab, "m", tmp_path, off)
    both = ablate(lab, index, "birds that talk", off, damaged=damaged)
    assert both.both_sides
    assert both.papers_ranked == 3  # the damaged index lacks one, which neither ranking shows
    assert {hit.id for hit in both.whole} == {hit.id for hit in both.damaged} == {"a", "b", "c"}
    hurt = lab.run("birds that talk", off).vector
    for hit in both.damaged:
        paper = next(text for text in LIBRARY if text.id == hit.id)
        assert hit.cosine == pytest.approx(float(hurt @ lab.run(paper.whole, off).vector), abs=2e-3)


def test_recall_is_counted_over_known_questions(lab: LabModel, tmp_path: Path) -> None:
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    index = open_layer_index(lab, "m", tmp_path)
    questions = [("a clock that keeps time", "a"), ("talking birds", "b"), ("frozen water", "d"), ("x", "not there")]
    table = recall_by_layer(lab, index, questions)
    assert [row.name for row in table.rows] == [f"layer {n}" for n in range(7)]
    assert table.rows[-1].questions == 3
    assert table.rows[-1].at_1 == 1.0
    assert table.rows[-1].mrr_10 == 1.0
    off = Ablation(positions=True)
    build_layer_index(lab, "m", tmp_path, LIBRARY, ablation=off)
    both = recall_ablated(lab, index, questions, [(off, open_layer_index(lab, "m", tmp_path, off))])
    assert [row.name for row in both.rows] == ["whole", "no-positions"]
    build_layer_index(lab, "m", tmp_path, LIBRARY[:3], ablation=off)
    with pytest.raises(UsageError, match="has read 3 of 4"):
        recall_ablated(lab, index, questions, [(off, open_layer_index(lab, "m", tmp_path, off))])
    blind = recall_ablated(lab, index, questions, [(Ablation(positions=True), None)])
    assert [row.name for row in blind.rows] == ["whole", "no-positions (queries only)"]
    assert blind.rows[0] == recall_ablated(lab, index, questions, []).rows[0]
    with pytest.raises(UsageError, match="no question"):
        recall_by_layer(lab, index, [("x", "not there")])


def test_words_for_wrong_questions(lab: LabModel, tmp_path: Path) -> None:
    build_layer_index(lab, "m", tmp_path, LIBRARY)
    index = open_layer_index(lab, "m", tmp_path)
    with pytest.raises(UsageError, match="query is empty"):
        time_machine(lab, index, " ")
    with pytest.raises(UsageError, match="Nothing is switched off"):
        ablate(lab, index, "birds", WHOLE)
    with pytest.raises(UsageError, match="no layer 9"):
        check_ablation(lab, Ablation(feed_forward=frozenset({9})))
    build_layer_index(lab, "m", tmp_path, ())
    with pytest.raises(UsageError, match="No paper is indexed"):
        time_machine(lab, open_layer_index(lab, "m", tmp_path), "birds")


def test_names_of_ablations() -> None:
    assert ablation_key(WHOLE) == "whole"
    mixed = Ablation(positions=True, heads=frozenset({(3, 1), (0, 2)}), attention=frozenset({4}))
    assert ablation_key(mixed) == "no-positions_no-heads-0.2-3.1_no-attention-4"


def test_the_memory_index_knows_what_fires_each_unit(lab: LabModel, tmp_path: Path) -> None:
    build_memory_index(lab, "m", tmp_path, LIBRARY, split=sentences)
    index = open_memory_index(lab, "m", tmp_path)
    rows = [(text.id, s) for text in LIBRARY for s in (text.title, *sentences(text.text))]
    strengths = np.stack([sentence_strengths(lab, s) for _, s in rows])
    for layer, number in ((0, 7), (3, 1000), (5, 1535)):
        order = [
            at
            for at in np.argsort(-strengths[:, layer, number], kind="stable")[:KEPT]
            if strengths[at, layer, number] > 0
        ]
        found = [index.sentences[n].text for n in index.sentence[layer, number].tolist() if n >= 0]
        assert found == [rows[at][1] for at in order]
        np.testing.assert_allclose(
            index.strength[layer, number, : len(order)], strengths[order, layer, number], atol=1e-6
        )


def test_papers_that_go_leave_the_memories(lab: LabModel, tmp_path: Path) -> None:
    build_memory_index(lab, "m", tmp_path, LIBRARY, split=sentences)
    report = build_memory_index(lab, "m", tmp_path, LIBRARY[1:], split=sentences)
    assert (report.done, report.dropped) == (0, 1)
    index = open_memory_index(lab, "m", tmp_path)
    assert {sentence.paper for sentence in index.sentences.values()} == {"b", "c", "d"}
    assert ((index.sentence >= 0) == (index.strength > 0)).all()
    assert sum(1 for _ in tmp_path.iterdir()) == 4


def test_a_unit_with_its_sentences_and_its_words(lab: LabModel, tmp_path: Path) -> None:
    build_memory_index(lab, "m", tmp_path, LIBRARY, split=sentences)
    index = open_memory_index(lab, "m", tmp_path)
    layer, number = 1, int(index.strength[1, :, 0].argmax())
    found = unit_memory(lab, index, layer, number)
    assert found.fired[0].strength == pytest.approx(float(index.strength[layer, number, 0]), abs=1e-4)
    assert [fired.strength for fired in found.fired] == sorted((f.strength for f in found.fired), reverse=True)
    value = lab.weights.layers[layer].outer.weight[number]
    best = lab.word_vectors @ (value / np.linalg.norm(value))
    assert found.towards[0].cosine == pytest.approx(float(best.max()), abs=1e-6)
    assert found.away[0].cosine == pytest.approx(float(best.min()), abs=1e-6)
    json.dumps(found.to_json(), allow_nan=False)
    with pytest.raises(UsageError, match="no unit 1536"):
        unit_memory(lab, index, 0, 1536)
