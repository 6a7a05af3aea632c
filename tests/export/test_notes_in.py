"""Notes in Markdown: our own as an editor leaves them, and those of other makers; OPML beside them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from tests.export.papers import GARDEN, papers, state_of
from tracker.errors import ImportFileError
from tracker.export import markdown_notes, opml
from tracker.export.notes_in import parse_files
from tracker.export.rows import ImportBatch
from tracker.library.notes_folder import read_folder, write_notes
from tracker.records import Paper


def read(*texts: str) -> ImportBatch:
    return parse_files([(f"{number}.md", text) for number, text in enumerate(texts, 1)], "folder")


@settings(max_examples=60, deadline=None)
@example(dataclasses.replace(GARDEN, tags=("#",)))
@example(dataclasses.replace(GARDEN, tags=("#spring", "spring", "## a b")))
@given(papers)
def test_a_note_comes_back_with_all_it_can_carry(paper: Paper) -> None:
    found = read(markdown_notes.note(paper))
    (row,) = found.rows
    assert (found.problems, found.notices) == ((), ())
    assert state_of(row) == state_of(paper)
    assert (row.title, row.venue, row.abstract_source) == (paper.title, paper.venue, paper.abstract_source)
    assert " ".join((row.abstract or "").split()) == " ".join((paper.abstract or "").split())


def test_what_an_editor_does_to_the_properties_is_read() -> None:
    """Obsidian writes its YAML in a style of its own, and people write around our part."""
    text = markdown_notes.note(GARDEN)
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    lines = {line.split(":")[0]: line for line in front.split("\n")}
    lines["id"] = "id: arxiv:2301.00001"
    lines["tags"] = "tags:\n  - to-read-soon\n  - gärten\n  - fresh"
    lines["status"] = "status: read"
    lines["cssclasses"] = "cssclasses:\n  - wide"
    edited = "---\n" + "\n".join(lines.values()) + "\n---\n\nMy **own** words.\n" + body + "\nBehind.\n"
    (row,) = read(edited.replace("\n", "\r\n")).rows
    assert (row.id, row.status, row.tags) == ("arxiv:2301.00001", "read", ("to-read-soon", "gärten", "fresh"))
    assert [note.body for note in row.notes][-2:] == ["My **own** words.", "Behind."]
    again = markdown_notes.note(GARDEN, edited)
    assert "cssclasses:\n  - wide\n" in again, "properties of a person's own stay"
    assert markdown_notes.id_in(edited) == "arxiv:2301.00001"


def test_notes_of_other_makers() -> None:
    found = read(
        "---\ntitle: Growing Gardens\nauthor: Ada Lovelace; Bo Wu\ndate: 2023-01-02\ndoi: 10.1/x\nkeywords: [a, b]\n"
        "mood: good\n---\n\nSaid [[Ada]].\n",
        "---\ntitle: Shopping\n---\n\n- milk\n",
        "just words",
        "---\ntitle: T\narxiv: 2301.00001\nyear: [\n---\n",
    )
    (row,) = found.rows
    assert (row.title, row.authors, row.identifiers) == ("Growing Gardens", ("Ada Lovelace", "Bo Wu"), ("doi:10.1/x",))
    assert (str(row.published), row.tags, [n.body for n in row.notes]) == ("2023-01-02", ("a", "b"), ["Said [[Ada]]."])
    assert found.notices == (
        "not kept, for the library has no place for it: mood (1)",
        "3 other files name no paper in their properties and were left alone",
    )


def test_our_own_note_with_broken_properties_is_told() -> None:
    text = markdown_notes.note(GARDEN).replace("rating: 4", "rating: [").replace('id: "arxiv', 'id: "\\q')
    found = read(text, markdown_notes.note(dataclasses.replace(GARDEN, id="b")))
    assert [(p.where, p.message[:35]) for p in found.problems] == [("1.md", "the properties cannot be read as YA")]


def test_a_folder_is_read_through_and_hidden_folders_are_not(tmp_path: Path) -> None:
    write_notes(tmp_path / "deep", [GARDEN])
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "old.md").write_text("---\ndoi: 10.1/x\n---\n")
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe\x00")
    assert [row.id for row in read_folder(tmp_path).rows] == [GARDEN.id]
    with pytest.raises(ImportFileError, match="names a paper in its properties"):
        read_folder(tmp_path / ".trash" / "none")


def test_a_paper_whose_id_moved_keeps_its_file(tmp_path: Path) -> None:
    old = dataclasses.replace(GARDEN, id="weekly/2026-05-03/01")
    write_notes(tmp_path, [old])
    assert write_notes(tmp_path, [GARDEN], lambda names: dict.fromkeys(names, GARDEN.id)) == 1
    assert len(list(tmp_path.iterdir())) == 1


SUBSCRIPTIONS = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
 <outline text="Science">
  <outline type="rss" text="cs.CL" xmlUrl="https://rss.arxiv.org/rss/cs.CL"/>
  <outline type="rss" title="Gardens" text="x" xmlUrl="https://example.org/feed?a=1&b=2" htmlUrl="https://example.org"/>
 </outline>
 <outline type="rss" text="again" xmlUrl="https://rss.arxiv.org/rss/cs.CL"/>
 <outline text="reader" xmlUrl="feed://example.net/atom.xml"/>
</body></opml>"""


def test_subscriptions() -> None:
    found = opml.parse(SUBSCRIPTIONS, "feeds.opml")
    assert [(o.title, o.url, o.folders, o.line) for o in found] == [
        ("cs.CL", "https://rss.arxiv.org/rss/cs.CL", ("Science",), 4),
        ("Gardens", "https://example.org/feed?a=1&b=2", ("Science",), 5),
        ("reader", "https://example.net/atom.xml", (), 8),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<opml><body><outline></body></opml>", "line 1: not XML: mismatched tag"),
        (b"<html></html>", "no OPML"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]>\n<opml/>', "line 1: declares an entity"),
        (b"<opml>" + b"<outline text='x'>" * 70, "more than 60 folders"),
        (b"", "no element found"),
    ],
)
def test_subscriptions_that_are_none(data: bytes, words: str) -> None:
    with pytest.raises(ImportFileError, match=words):
        opml.parse(data, "feeds.opml")
