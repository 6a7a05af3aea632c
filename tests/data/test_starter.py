"""The starter shelf that ships: complete, consistent, and true where it can be checked."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from tracker import resources, shelf
from tracker.concepts import catalogue
from tracker.identity.ids import identifiers_of, parse_identifier, public_id, title_key

SHELF = shelf.load(resources.read("starter.toml"))
CONCEPTS = catalogue.load(resources.read_all("concepts"))
BY_ID = {str(identifier): paper for paper in SHELF.papers for identifier in paper.identifiers}


def test_a_hundred_papers_or_more():
    assert len(SHELF.papers) >= 100


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("arxiv:1301.3781", "word representations in vector space"),
        ("arxiv:1310.4546", "words and phrases"),
        ("arxiv:2003.07278", "survey on contextual embeddings"),
        ("arxiv:1706.03762", "attention is all you need"),
        ("arxiv:2012.14913", "feed forward layers are key value memories"),
        ("arxiv:2005.14165", "language models are few shot learners"),
    ],
)
def test_the_papers_of_the_notes_are_there(name, words):
    assert words in title_key(BY_ID[name].title)


def test_the_notes_reading_order():
    ordered = sorted((p for p in SHELF.papers if p.order is not None), key=lambda p: p.order or 0)
    assert [p.order for p in ordered] == list(range(1, len(ordered) + 1))
    ids = [p.id for p in ordered]
    notes = ["arxiv:1301.3781", "arxiv:2003.07278", "arxiv:1706.03762", "arxiv:2005.14165"]
    assert [i for i in ids if i in notes] == notes


@pytest.mark.parametrize("paper", SHELF.papers, ids=lambda p: p.id)
def test_each_paper_is_well_described(paper):
    sentences = re.findall(r"[.?!][\"')]*(?=\s|$)", paper.summary)
    assert 2 <= len(sentences) <= 4, paper.summary
    assert 25 <= len(paper.summary.split()) <= 110
    assert set(paper.concepts) <= set(CONCEPTS.slugs)
    if not paper.et_al:
        assert 1 <= len(paper.authors) <= 12
    for identifier in paper.identifiers:
        if identifier.scheme == "arxiv" and len(paper.identifiers) == 1:
            assert abs(paper.year - (2000 + int(identifier.value[:2]))) <= 1


@pytest.mark.parametrize("paper", SHELF.papers, ids=lambda p: p.id)
def test_identifiers_are_spelled_as_the_library_spells_them(paper):
    """So that a list's mention of the paper finds the one on the shelf."""
    for identifier, link in zip(paper.identifiers, paper.urls, strict=True):
        assert parse_identifier(str(identifier)) == identifier
        assert identifier in identifiers_of(link.url)
    assert paper.id == public_id(paper.identifiers, paper.title)


def test_titles_are_unique():
    keys = [title_key(paper.title) for paper in SHELF.papers]
    assert len(set(keys)) == len(keys)


def test_every_concept_has_two_papers_at_least():
    for slug in CONCEPTS.slugs:
        assert sum(slug in paper.concepts for paper in SHELF.papers) >= 2, slug


def test_the_users_links_are_resources():
    urls = " ".join(resource.url for resource in SHELF.resources)
    for part in (
        "jalammar.github.io/illustrated-word2vec",
        "vickiboykis.com/what_are_embeddings",
        "simonwillison.net/2023/Oct/23/embeddings",
        "vectors.nlpl.eu/explore/embeddings",
        "github.com/karpathy/nn-zero-to-hero",
        "karpathy.ai/zero-to-hero.html",
        "3blue1brown.com/topics/neural-networks",
        "bbycroft.net/llm",
        "github.com/bbycroft/llm-viz",
    ):
        assert part in urls


def test_resources_belong_to_known_concepts():
    for resource in SHELF.resources:
        assert set(resource.concepts) <= set(CONCEPTS.slugs)
        assert resource.text.endswith(".")


@pytest.mark.shared
def test_titles_agree_with_the_abstracts_of_the_stand_in(shared: Path):
    """Where the stand-in knows an arXiv id by its published title, the shelf's title is that title."""
    checked = 0
    with gzip.open(shared / "world" / "abstracts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            paper = BY_ID.get(f"arxiv:{row['arxiv']}")
            if paper is not None and row["source"] != "list-csv":
                checked += 1
                assert fuzz.token_set_ratio(title_key(paper.title), title_key(row["title"])) >= 85, row["title"]
    assert checked >= 5


@pytest.mark.shared
def test_ids_agree_with_the_list_snapshots(shared: Path):
    """Each line of a list that links a shelf paper's arXiv id speaks of that paper, by title, alias or description."""
    lines: dict[str, list[str]] = {}
    for file in sorted((shared / "lists").rglob("*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            for value in set(re.findall(r"arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})", line)):
                if f"arxiv:{value}" in BY_ID:
                    lines.setdefault(value, []).append(title_key(line))
    assert len(lines) >= 40
    for value, found in lines.items():
        words = {word for word in title_key(BY_ID[f"arxiv:{value}"].title).split() if len(word) > 3}
        best = max(len(words & set(line.split())) / len(words) for line in found)
        assert best >= 0.5, (value, BY_ID[f"arxiv:{value}"].title)
