"""Recall over the reader's own library: which questions are asked, what is counted, what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tracker.cli.edge import Edge
from tracker.cli.main import app
from tracker.concepts.labs import Ablation, LabModel, LibraryText
from tracker.concepts.labs.recall import questions_from
from tracker.concepts.linking.matching import sentences
from tracker.library.lab_indexes import LabIndexes
from tracker.service import Tracker

pytestmark = pytest.mark.model

THINGS = (
    "clocks",
    "parrots",
    "roses",
    "tides",
    "owls",
    "ferns",
    "wolves",
    "snails",
    "rivers",
    "violins",
    "kites",
    "bees",
)
PAPERS = tuple(
    LibraryText(
        f"mine:{thing}",
        f"On {thing}",
        f"We watch {thing} for a year. Little was known before. In the end {thing} turn out to follow the seasons.",
    )
    for thing in THINGS
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recall")
    file = folder / "papers.jsonl"
    rows = [{"id": text.id, "title": text.title, "abstract": text.text} for text in PAPERS]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.import_file(file, embed=False)
        tracker.build_lab_indexes()
    return folder / "home"


def test_questions_are_last_sentences_and_the_same_ones_each_time() -> None:
    asked = questions_from(PAPERS, sentences, 5)
    assert questions_from(reversed(PAPERS), sentences, 5) == asked
    for question, answer in asked:
        assert question.startswith("In the end")
        assert answer.removeprefix("mine:") in question
    # A new paper changes at most one of the questions.
    more = questions_from([*PAPERS, LibraryText("mine:new", "New", PAPERS[0].text)], sentences, 5)
    assert len(set(more) & set(asked)) >= 4


def test_texts_without_a_fitting_sentence_ask_nothing() -> None:
    short = [LibraryText("a", "A title", ""), LibraryText("b", "B", "One sentence of enough words to be a question.")]
    assert questions_from([*short, LibraryText("c", "C", "First one. Too short.")], sentences) == ()


def test_a_whole_reading_counts_each_layer_and_the_usual_damages(home: Path) -> None:
    with Tracker.open(home) as tracker:
        assert not tracker.labs_due()
        layers = tracker.lab("layers", query="change with the seasons").to_json()
        off = tracker.lab("ablate", query="change with the seasons", attention=(3,)).to_json()
    assert [row["name"] for row in layers["measured"]] == [f"layer {n}" for n in range(7)]
    whole, damaged = off["measured"]
    assert (whole["name"], damaged["name"]) == ("whole", "no-attention-3 (queries only)")
    assert whole["questions"] == whole["papers"] == len(THINGS)
    assert whole["kept"] == 1.0
    assert whole["at_10"] == layers["measured"][-1]["at_10"]
    assert 0 <= damaged["kept"] <= 1


def test_the_counts_are_those_of_a_count_by_hand(home: Path, lab: LabModel) -> None:
    off = Ablation(feed_forward=frozenset(range(6)))
    with Tracker.open(home) as tracker:
        rows = tracker.lab("ablate", query="bees", feed_forward=range(6)).to_json()["measured"]
    papers = np.stack([lab.run(text.whole).vector for text in PAPERS])
    ids = [text.id for text in PAPERS]
    for row, damage in zip(rows, (Ablation(), off), strict=True):
        ranks = []
        for question, answer in questions_from(PAPERS, sentences):
            scores = papers @ lab.run(question, damage).vector
            ranks.append(1 + sum(scores > scores[ids.index(answer)]))
        assert row["at_1"] == pytest.approx(np.mean([rank == 1 for rank in ranks]), abs=0.09)  # float16: a tie may turn
        assert row["at_10"] == pytest.approx(np.mean([rank <= 10 for rank in ranks]), abs=0.09)


def test_other_parts_are_counted_when_asked_and_kept(home: Path) -> None:
    with Tracker.open(home) as tracker:
        assert tracker.lab("ablate", query="owls", heads=("2.3",)).to_json()["measured"] == []
        asked = tracker.lab("ablate", query="owls", heads=("2.3",), measure=True).to_json()["measured"]
        kept = tracker.lab("ablate", query="owls", heads=("2.3",)).to_json()["measured"]
        assert asked == kept
        assert asked[1]["name"] == "no-heads-2.3 (queries only)"
        # With the papers read by the damaged model too, that count takes the place of the first.
        assert tracker.build_damaged(heads=("2.3",)).complete
        both = tracker.lab("ablate", query="owls", heads=("2.3",)).to_json()["measured"]
    assert both[1]["name"] == "no-heads-2.3"


def test_the_command_shows_it(home: Path) -> None:
    for more, said in (([], "Recall: 12 sentences"), (["--json"], '"measured"')):
        called = ["lab", "ablate", "bees", "--without", "head:1.1", "--recall", *more]
        result = CliRunner().invoke(app, called, obj=Edge(home=home), prog_name="tracker")
        assert result.exit_code == 0, result.stderr
        assert said in result.stdout
    result = CliRunner().invoke(
        app, ["lab", "ablate", "bees", "--without", "head:1.2"], obj=Edge(home=home), prog_name="tracker"
    )
    assert "--recall" in result.stdout


def test_a_count_that_is_stopped_goes_on_and_a_broken_file_is_counted_again(home: Path, lab: LabModel) -> None:
    with Tracker.open(home) as tracker:
        folder = tracker.settings.index_dir / "labs" / "recall"
        (folder / "by-layer.json").write_text("{", "utf-8")
        (folder / "no-positions_questions-only.json").unlink()
        assert tracker.lab("layers", query="owls").to_json()["measured"] == []
        indexes = LabIndexes(tracker._db, tracker.settings, lambda: lab)
        asked = iter([False, True])
        texts = list(PAPERS)
        assert not indexes.recall.fill(lab, indexes.layers(), texts, sentences, stop=lambda: next(asked))
        assert indexes.recall.by_layer()
        assert not (folder / "no-positions_questions-only.json").exists()
        assert indexes.recall.fill(lab, indexes.layers(), texts, sentences)
        assert indexes.recall.best(Ablation(positions=True))


# ---------------------------------------------------------------- check


def test_check_knows_what_the_labs_have_read_and_drops_what_is_broken(home: Path) -> None:
    with Tracker.open(home) as tracker:
        said = [one for one in tracker.check() if one.area == "labs"]
        assert all(one.ok for one in said)
        assert "memories: 12 of 12 papers read" in [one.message for one in said]
        memories = tracker.settings.index_dir / "labs" / "memories"
        next(memories.glob("strength-*.npy")).write_bytes(b"broken")
        (bad,) = [one for one in tracker.check() if one.area == "labs" and not one.ok]
        assert bad.message.startswith("memories")
        assert "tracker check --repair" in bad.cure
        assert all(one.ok for one in tracker.check(repair=True))
        assert tracker.labs_due()
        tracker.build_lab_indexes()
        assert "memories: 12 of 12 papers read" in [one.message for one in tracker.check()]
        (tracker.settings.index_dir / "labs" / "layers" / "whole" / "centre.npy").unlink()
        assert next(one.message for one in tracker.check() if not one.ok).startswith("layers/whole")
        tracker.check(repair=True)
        tracker.build_lab_indexes()
        assert all(one.ok for one in tracker.check())


def test_a_library_that_the_labs_never_read_is_sound(tmp_path: Path) -> None:
    with Tracker.open(tmp_path) as tracker:
        tracker.load_shelf()
        (said,) = [one for one in tracker.check() if one.area == "labs"]
    assert said.ok
    assert "not read" in said.message
