"""Concepts, paths and labs from the command line, over the starter shelf in a library of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tracker.cli.edge import Edge
from tracker.cli.main import app
from tracker.service import Tracker


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small library: six papers of our own, read by the labs."""
    folder = tmp_path_factory.mktemp("concepts")
    texts = (
        ("Herding Small Vectors", "Vectors of words are herded by dogs. The attention of a dog is all they need."),
        ("Rivers and Their Banks", "The bank of a river moves. Water carries sand along."),
        ("Money in the Bank", "A bank lends money. Interest is paid every year."),
        ("Where Facts Are Stored", "Feed-forward layers of a transformer store facts as key-value memories."),
        ("Sheep in Latent Space", "Sheep are counted at night in a latent space."),
        ("Neural Translation of Bird Song", "A recurrent network translates the song of birds into text."),
    )
    rows = [
        {"id": f"mine:{n}", "title": title, "abstract": text, "year": 2020 + n} for n, (title, text) in enumerate(texts)
    ]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.import_file(file, embed=False)
        tracker.build_lab_indexes()
        assert not tracker.labs_due()
    return folder / "home"


@pytest.fixture
def run(home: Path) -> Callable[..., Any]:
    def call(*args: str) -> Any:
        return CliRunner().invoke(app, list(args), obj=Edge(home=home), prog_name="tracker")

    return call


def test_the_list_of_concepts(run: Any) -> None:
    text = run("concept").stdout
    assert "Embeddings" in text
    assert "self-attention" in text
    assert len(json.loads(run("concept", "--json").stdout)) >= 50


def test_a_concept_and_a_word_about_a_paper(run: Any) -> None:
    text = run("concept", "attention").stdout
    for expected in ("Needs", "contextual-embeddings", "Key papers", "arxiv:1409.0473", "tracker lab attention"):
        assert expected in text
    assert run("concept", "attention", "--confirm", "mine:0").exit_code == 0
    assert "Herding Small Vectors (mine:0)" in run("concept", "attention").stdout
    page = json.loads(run("concept", "attention", "--reject", "mine:0", "--json").stdout)
    assert "mine:0" not in [paper["id"] for paper in page["papers"]]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("concept", "atention"), "did you mean attention"),
        (("concept", "--confirm", "mine:0"), "no concept to say it of"),
        (("path", "nothing-at-all"), "nothing-at-all"),
        (("path", "attention", "--hours", "-1"), "no time to read"),
        (("lab", "nothing"), "there is no lab"),
        (("lab", "input"), "needs a text"),
        (("lab", "input", "word " * 80), "too long"),
        (("lab", "word-arithmetic", "king", "-", "qqxxzz"), "qqxxzz"),
        (("lab", "meanings", "bank", "one bank", "no such word"), "does not hold the word"),
        (("lab", "attention", "a b", "--layer", "77"), "no layer 77"),
        (("lab", "ablate", "facts", "--without", "nothing"), "no part"),
        (("lab", "ablate", "facts"), "Nothing is switched off"),
        (("lab", "ablate", "facts", "--without", "head:x"), "no head"),
        (("lab", "bias", "--pair", "he"), "no two ends"),
        (("lab", "story", "a", "--head", "1"), "takes no head"),
        (("lab", "input", "--wrong"), "no option"),
        (("lab", "lens", "facts", "nobody:1"), "nobody:1"),
    ],
)
def test_wrong_use_is_one_line(run: Any, args: tuple[str, ...], said: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


def test_a_path_keeps_to_the_hours(run: Any) -> None:
    text = run("path", "self-attention", "--hours", "6").stdout
    assert "of 6 hours" in text
    assert "Left out for want of time" in text
    plan = json.loads(run("path", "self-attention", "--json").stdout)
    order = [step["concept"] for step in plan["steps"]]
    assert order.index("word-embeddings") < order.index("contextual-embeddings") < order.index("self-attention")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("word-arithmetic", "king - man + woman"), "queen"),
        (("arithmetic", "paris", "-", "france", "+", "germany"), "berlin"),
        (("bias", "nurse", "boss"), "must not be used to judge"),
        (("input", "Vectors are herded."), "|normalised|"),
        (("meanings", "bank", "We sat on the bank of the river.", "The bank lent us the money."), "parts most"),
        (("attention", "The dog sleeps.", "--layer", "2", "--head", "3"), "agrees with the model's own pass"),
        (("memories", "Paris is in France."), "fires most"),
        (("memories", "--layer", "5", "--unit", "7"), "pushes towards"),
        (("story", "The bank of the river.", "--place", "2"), "feed-forward adds"),
        (("layers", "facts in a transformer"), "100% of the last layer's first ten"),
        (("ablate", "facts in a transformer", "--without", "positions", "--without", "feed-forward:5"), "still there"),
        (("lens", "where are facts stored", "mine:3"), "The parts add up to"),
    ],
)
def test_every_lab(run: Any, args: tuple[str, ...], said: str) -> None:
    result = run("lab", *args)
    assert result.exit_code == 0, result.stderr
    assert said in result.stdout
    assert "Papers behind it" in result.stdout
    record = json.loads(run("lab", *args, "--json").stdout)
    assert record["papers"]


def test_the_list_of_labs(run: Any) -> None:
    text = run("lab").stdout
    names = [row["name"] for row in json.loads(run("lab", "--json").stdout)]
    assert len(names) == 10
    assert all(name in text for name in names)


def test_building_again_does_nothing(run: Any) -> None:
    assert "layers: 0 papers read" in run("lab", "--build").stdout
    assert all(report["complete"] for report in json.loads(run("lab", "--build", "--json").stdout))


def test_a_library_that_the_labs_have_not_read(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["lab", "layers", "facts"], obj=Edge(home=tmp_path), prog_name="tracker")
    assert result.exit_code == 2
    assert "tracker lab --build" in result.stderr


def test_a_new_paper_makes_the_labs_due(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text('{"id": "mine:9", "title": "A Ninth Paper about Facts", "abstract": "Facts are kept."}\n', "utf-8")
    with Tracker.open(home) as tracker:
        tracker.import_file(file, embed=False)
        assert tracker.labs_due()
        layers, memories = tracker.build_lab_indexes()
        assert (layers.done, memories.done) == (1, 1)
        found = tracker.lab("layers", query="facts").to_json()
        assert "mine:9" in [hit["id"] for hit in found["layers"][-1]["hits"]]
        assert not tracker.labs_due()
