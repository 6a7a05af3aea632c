"""The concept pages and every lab, over a small real library, without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app import labreading
from app.widgets import conceptmap
from tests.app.conftest import text_of
from tracker.service import Tracker

LABS = ("word-arithmetic", "bias", "input", "meanings", "attention", "memories", "story", "layers", "ablate", "lens")
TEXTS = (
    ("Herding Small Vectors", "Vectors of words are herded by dogs. The attention of a dog is all they need."),
    ("Rivers and Their Banks", "The bank of a river moves. Water carries sand along."),
    ("Money in the Bank", "A bank lends money. Interest is paid every year."),
    ("Where Facts Are Stored", "Feed-forward layers of a transformer store facts as key-value memories."),
    ("<b>Sheep</b> in Latent Space", "Sheep are counted at night in a latent space."),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that the labs have read, with a word on what one paper is about."""
    folder = tmp_path_factory.mktemp("concepts")
    rows = [{"id": f"mine:{n}", "title": t, "abstract": a, "year": 2019 + n} for n, (t, a) in enumerate(TEXTS)]
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.import_file(file, embed=False)
        tracker.build_lab_indexes()
        tracker.say_concept("mine:0", "attention", True)
        tracker.say_concept("mine:4", "attention", True)
    return folder / "home"


@pytest.fixture(autouse=True)
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_HOME", str(home))
    monkeypatch.setenv("TRACKER_OFFLINE", "1")
    monkeypatch.setattr(labreading, "start", lambda: True)  # no process beside the tests
    yield
    st.cache_resource.clear()


def test_the_map_names_every_concept(visit: Any) -> None:
    test = visit("concepts")
    assert not test.exception
    said = text_of(test)
    assert "concepts?concept=self-attention" in said
    assert "50 ideas" in said


def test_the_map_is_layered_and_marks_what_is_known(home: Path) -> None:
    with Tracker.open(home) as tracker:
        cards = tracker.concepts()
    at = conceptmap.places(cards)
    for card in cards:
        assert all(at[need][1] < at[card.slug][1] for need in card.prerequisites)
    for row in {y for _, y in at.values()}:
        xs = sorted(x for x, y in at.values() if y == row)
        assert all(right - left >= 92 for left, right in pairwise(xs)), "boxes overlap"
    tree = HTMLParser(conceptmap.drawing(cards, "attention"))
    assert len(tree.css("a")) == len(cards)
    assert len(tree.css("a.tr-known")) == sum(card.known for card in cards)


def test_a_concept_has_its_page(visit: Any) -> None:
    test = visit("concepts", concept="attention")
    assert not test.exception
    said = text_of(test)
    for expected in (
        "look back at what is needed",
        "See it live",
        "The way there",
        "Where attention begins",
        "3Blue1Brown",
    ):
        assert expected in said
    assert "<b>Sheep</b>" not in said


def test_every_concept_opens(home: Path, visit: Any) -> None:
    with Tracker.open(home) as tracker:
        slugs = [card.slug for card in tracker.concepts()]
    for slug in slugs[::7]:
        assert not visit("concepts", concept=slug).exception


def test_an_unknown_concept_is_explained(visit: Any) -> None:
    assert "did you mean" in visit("concepts", concept="atention").warning[0].value


def test_hours_shorten_the_way(visit: Any) -> None:
    test = visit("concepts", concept="self-attention")
    test.toggle(key="path-limited-self-attention").set_value(True).run()
    test.slider(key="path-hours-self-attention").set_value(4).run()
    assert "Left out for want of time" in text_of(test)


def test_a_key_paper_is_queued_with_one_click(home: Path, visit: Any) -> None:
    test = visit("concepts", concept="attention")
    test.button(key="bring-key-concept-arxiv:1409.0473").click().run()
    with Tracker.open(home) as tracker:
        assert tracker.paper("arxiv:1409.0473").status == "queued"


def test_a_word_on_a_tie_is_kept_and_undone(home: Path, visit: Any) -> None:
    test = visit("concepts", concept="attention")

    def about() -> set[str]:
        with Tracker.open(home) as tracker:
            return {paper.id for paper in tracker.concept("attention").papers}

    assert {"mine:0", "mine:4"} <= about()
    assert "you said yes" in text_of(test)
    test.button(key="no-mine:0").click().run()
    assert not test.exception
    assert "mine:0" not in about()
    assert "You said no to Herding Small Vectors" in text_of(test)
    test.button(key="said-undo").click().run()
    assert not test.exception
    assert "mine:0" in about()  # the word before counts again
    assert "You said no" not in text_of(test)


@pytest.mark.parametrize("name", LABS)
def test_every_lab_answers(visit: Any, name: str, record_property: Any) -> None:
    test = visit("labs", lab=name)
    assert not test.exception
    assert not test.error
    assert not test.warning or name == "bias"
    assert "Papers behind this" in text_of(test)
    began = time.perf_counter()
    test.run()
    record_property("warm_ms", round(1000 * (time.perf_counter() - began)))


@pytest.mark.parametrize("name", ["sum", "input", "attention", "memories", "story", "layers", "ablate", "lens"])
@pytest.mark.parametrize("typed", ["", "   ", "🙂", "<script>alert(1)</script>", "word " * 99])
def test_any_input_gets_an_answer_or_a_clear_word(visit: Any, name: str, typed: str) -> None:
    page = {"sum": "word-arithmetic"}.get(name, name)
    test = visit("labs", lab=page)
    test.text_input(key=f"lab-{name}").set_value(typed).run()
    assert not test.exception
    assert not test.error
    if not typed.strip():
        assert test.warning


def test_meanings_of_another_word(visit: Any) -> None:
    test = visit("labs", lab="meanings")
    test.text_input(key="lab-word").set_value("sheep")
    test.text_area(key="lab-sentences").set_value("one sheep\nno such animal").run()
    assert "does not hold the word" in test.warning[0].value


def test_following_another_piece(visit: Any) -> None:
    test = visit("labs", lab="attention")
    test.selectbox(key="lab-attention-place").set_value(4).run()
    assert not test.exception
    test.text_input(key="lab-attention").set_value("Short.").run()
    assert not test.exception
    assert not test.warning
    assert test.selectbox(key="lab-attention-place").value == 1
    story = visit("labs", lab="story")
    story.selectbox(key="lab-story-place").set_value(9).run()
    story.text_input(key="lab-story").set_value("Short.").run()
    assert not story.warning


def test_a_unit_of_the_readers_choice(visit: Any) -> None:
    test = visit("labs", lab="memories")
    test.number_input(key="lab-memories-own").set_value(7).run()
    assert "unit 7: what fires it in your" in text_of(test)


def test_a_library_that_is_not_read_yet_is_read_in_the_background(
    visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    started: list[bool] = []
    monkeypatch.setattr(labreading, "start", lambda: started.append(True))
    test = visit("labs", lab="layers")
    assert "being read for this lab in the background" in text_of(test)
    assert started


def test_an_address_brings_words_and_a_paper(visit: Any) -> None:
    test = visit("labs", lab="lens", query="money in a bank", paper="mine:2")
    assert test.text_input(key="lab-lens").value == "money in a bank"
    assert test.selectbox[0].value == "mine:2"
    assert "The parts add up to" in text_of(test)
    assert (
        visit("labs", lab="attention", paper="mine:1").text_input(key="lab-attention").value == "Rivers and Their Banks"
    )


def test_a_sentence_of_the_library_as_input(visit: Any) -> None:
    test = visit("labs", lab="story")
    test.text_input(key="lab-story-paper").set_value("rivers banks").run()
    test.selectbox(key="lab-story-sentences").set_value("Water carries sand along.").run()
    test.button(key="lab-story-use").click().run()
    assert not test.exception
    assert test.text_input(key="lab-story").value == "Water carries sand along."
    words = visit("labs", lab="meanings")
    words.button(key="lab-sentences-uses").click().run()
    assert words.text_area(key="lab-sentences").value.splitlines() == [
        "The bank of a river moves.",
        "A bank lends money.",
    ]


def test_a_damaged_model_is_asked_to_read_the_papers_too(
    home: Path, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Tracker.open(home) as tracker:
        tracker.build_lab_indexes()  # also of papers that other tests brought in
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(labreading, "start", lambda *without: started.append(without))
    test = visit("labs", lab="ablate")
    assert "reads the question only" in text_of(test)
    test.button(key="lab-ablate-read").click().run()
    assert started == [("feed-forward:5",)]


def test_recall_is_shown_and_counted_for_other_parts_when_asked(visit: Any) -> None:
    """The usual parts were counted with the reading; a head is counted at the press of a button, and kept."""
    assert "<td>layer 6</td>" in text_of(visit("labs", lab="layers"))
    test = visit("labs", lab="ablate")
    assert "no-feed-forward-5 (queries only)" in text_of(test)
    test.multiselect(key="lab-ablate-forward").set_value([]).run()
    test.multiselect(key="lab-ablate-heads").set_value(["2.7"]).run()
    assert "no-heads-2.7" not in text_of(test)
    test.button(key="lab-ablate-recall").click().run()
    assert not test.exception
    assert "no-heads-2.7 (queries only)" in text_of(test)
    again = visit("labs", lab="ablate")
    again.multiselect(key="lab-ablate-forward").set_value([]).run()
    again.multiselect(key="lab-ablate-heads").set_value(["2.7"]).run()
    assert "no-heads-2.7 (queries only)" in text_of(again)
