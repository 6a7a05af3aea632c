"""The catalogue that ships: every concept explained, every reference leads somewhere, the notes' order falls out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker import resources, shelf
from tracker.concepts import catalogue

CONCEPTS = catalogue.load(resources.read_all("concepts"))
SHELF = shelf.load(resources.read("starter.toml"))
PAPER_IDS = {str(identifier) for paper in SHELF.papers for identifier in paper.identifiers}
RESOURCE_IDS = {resource.id for resource in SHELF.resources}

#: The line of the notes, the concept that explains it, the lab that shows it, and words that must be there.
NOTES = [
    ("king - man + woman = queen", "word-analogies", "word-arithmetic", "king man woman queen"),
    ("bias in word vectors", "embedding-bias", "word-arithmetic", "he she nurse"),
    ("the bank of the river or of money", "contextual-embeddings", "many-meanings", "bank river money"),
    ("input = tokens + positions", "positional-encoding", "input-embedding", "sum token position"),
    ("tokens that ask and answer", "self-attention", "attention", "query key value question"),
    ("layer by layer, a storyboard", "transformer-architecture", "storyboard", "storyboard layers"),
    ("what a transformer block is", "transformer-architecture", "storyboard", "block self-attention feed-forward"),
    ("early syntax, later meaning", "probing", "layer-time-machine", "early syntax later meaning"),
    ("feed-forward layers as memories", "feed-forward-layers", "feed-forward-memories", "key value memories"),
]


def test_an_editor_finds_nothing_to_mend():
    assert catalogue.problems(CONCEPTS, paper_ids=PAPER_IDS, resource_ids=RESOURCE_IDS) == ()


def test_fifty_concepts_or_more():
    assert len(CONCEPTS) >= 50


@pytest.mark.shared
def test_every_slug_of_the_evaluation_is_explained(shared: Path):
    lines = (shared / "eval" / "concept_slugs.txt").read_text(encoding="utf-8").splitlines()
    required = [line.split("|")[0].strip() for line in lines if "|" in line and not line.startswith("#")]
    assert len(required) == 50
    assert catalogue.problems(CONCEPTS, paper_ids=PAPER_IDS, resource_ids=RESOURCE_IDS, required=required) == ()


def test_every_lab_is_shown_somewhere():
    assert {concept.lab for concept in CONCEPTS} - {None} == set(catalogue.LABS)


@pytest.mark.parametrize(("line", "slug", "lab", "words"), NOTES, ids=[note[0] for note in NOTES])
def test_the_notes_are_honoured(line, slug, lab, words):
    found = CONCEPTS.get(slug)
    assert found.lab == lab
    text = found.explanation.lower()
    assert all(word in text for word in words.split()), line


def test_the_order_of_the_notes_falls_out_of_the_graph():
    """Word2vec, the survey, attention, few-shot: the core papers on the way to learning from a prompt."""
    target = CONCEPTS.get("in-context-learning")
    core = [key.id for concept in (*CONCEPTS.needed_for(target.slug), target) for key in concept.key_papers if key.core]
    assert list(dict.fromkeys(core)) == ["arxiv:1301.3781", "arxiv:2003.07278", "arxiv:1706.03762", "arxiv:2005.14165"]


def test_a_first_key_paper_is_one_that_the_shelf_ties_to_the_concept():
    papers = {str(i): paper for paper in SHELF.papers for i in paper.identifiers}
    for concept in CONCEPTS:
        assert any(concept.slug in papers[key.id].concepts for key in concept.key_papers), concept.slug


def test_every_resource_is_used():
    used = {name for concept in CONCEPTS for name in concept.resources}
    assert used == RESOURCE_IDS


def test_hours_add_up_to_what_a_person_has():
    for concept in CONCEPTS:
        assert concept.hours + sum(key.hours for key in concept.key_papers) <= 20, concept.slug
