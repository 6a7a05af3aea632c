"""CSL-JSON by its shape, notes by what a person finds in the folder afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.export import csljson, markdown_notes
from tracker.export.rows import one_line
from tracker.library.notes_folder import write_notes
from tracker.records import Identifier, Link, Mention, Note, Paper

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PAPER = Paper(
    id="arxiv:2604.00001",
    title="Tides: A [Model] of *Buoys* #1",
    abstract="We learn tides.",
    authors=("Ada van der Example", "Plato", "Cy Test Jr."),
    published=date(2026, 4, 2),
    year=2026,
    identifiers=(Identifier("arxiv", "2604.00001"), Identifier("doi", "10.1/x")),
    urls=(Link("Paper", "https://arxiv.org/abs/2604.00001"), Link("Odd", "javascript:alert(1)")),
    mentions=(Mention(source="weekly", key="k", title="Tides", url=None, section=("Sea", "Moon")),),
    notes=(Note(id="n", body="The *moon*!", created=NOW, updated=NOW),),
    tags=("to cite",),
    status="read",
    rating=4,
    added=NOW,
)


def test_a_csl_item() -> None:
    (item,) = json.loads("".join(csljson.export([PAPER])))
    assert item["author"] == [
        {"family": "Example", "given": "Ada", "non-dropping-particle": "van der"},
        {"literal": "Plato"},
        {"family": "Test", "given": "Cy", "suffix": "Jr."},
    ]
    assert item["issued"] == {"date-parts": [[2026, 4, 2]]}
    assert (item["DOI"], item["URL"], item["type"]) == ("10.1/x", "https://arxiv.org/abs/2604.00001", "article")
    assert item["custom"]["status"] == "read"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_any_number_of_items_is_one_array(number: int) -> None:
    assert len(json.loads("".join(csljson.export([PAPER] * number)))) == number


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@settings(deadline=None)
@given(texts, texts, st.lists(texts, max_size=3))
def test_any_paper_makes_a_note_with_properties_that_yaml_reads(title: str, abstract: str, words: list[str]) -> None:
    paper = replace(PAPER, title=title, abstract=abstract, authors=tuple(words), tags=tuple(words))
    text = markdown_notes.note(paper)
    front = yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))
    assert (front["id"], front["title"]) == (paper.id, one_line(title))
    assert markdown_notes.id_in(text) == paper.id
    assert markdown_notes.note(paper, text) == text, "writing again changes nothing"
    name = markdown_notes.file_name(paper)
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|#^[]')


@settings(deadline=None)
@given(texts, texts)
def test_what_a_person_writes_around_stays(before: str, after: str) -> None:
    first = markdown_notes.note(PAPER)
    if any(mark in before + after for mark in (markdown_notes.BEGIN, markdown_notes.END)):
        return
    edited = first.replace(markdown_notes.BEGIN, f"\n{before}\n{markdown_notes.BEGIN}") + f"\n{after}"
    again = markdown_notes.note(replace(PAPER, status="queued"), edited)
    assert f"\n{before}\n{markdown_notes.BEGIN}" in again
    assert again.endswith(f"\n{after}")
    assert '"queued"' in again


def test_a_folder_is_written_once_and_only_where_something_changed(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("my own")
    other = replace(PAPER, id="arxiv:2604.00002")
    assert write_notes(tmp_path, [PAPER, other]) == 2, "the same title is no reason to share a file"
    assert write_notes(tmp_path, [PAPER, other]) == 0
    moved = replace(PAPER, id="doi:10.1/x", aliases=("arxiv:2604.00001",), rating=5)
    assert write_notes(tmp_path, [moved, other]) == 1
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "mine.md").read_text() == "my own"


def test_nothing_of_others_becomes_markup() -> None:
    text = markdown_notes.note(PAPER)
    assert "# Tides: A \\[Model\\] of \\*Buoys\\* \\#1" in text
    assert "javascript" not in text
    assert "The *moon*!" in text, "the person's own words are Markdown"
