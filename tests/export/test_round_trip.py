"""Out and in again: nothing that a person wrote is lost, in any format."""

from __future__ import annotations

import dataclasses
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.papers import GARDEN, papers, state_of
from tracker.errors import ImportFileError
from tracker.export import formats
from tracker.records import Identifier, Paper

NAMES = formats.EXPORTS


def written(format: str, some: list[Paper]) -> str:
    return "".join(formats.exporter(format)(some))


@pytest.mark.parametrize("format", NAMES)
def test_one_rich_paper(format: str) -> None:
    text = written(format, [GARDEN])
    assert "\r" not in text
    assert text.endswith("\n")
    found = formats.importer(format)(text.encode(), "file")
    assert found.problems == ()
    assert state_of(found.rows[0]) == state_of(GARDEN)
    assert (found.rows[0].title, found.rows[0].venue) == (GARDEN.title, GARDEN.venue)
    assert formats.detect("-", text.encode()[:4000]) == format


@pytest.mark.parametrize("format", NAMES)
@settings(max_examples=40, deadline=None)
@given(some=st.lists(papers, max_size=4, unique_by=lambda p: p.id))
def test_export_then_import_is_identity(format: str, some: list[Paper]) -> None:
    text = written(format, some)
    if not some:
        assert not text or format in ("csv", "csljson")
        return
    found = formats.importer(format)(text.encode(), "file")
    assert found.problems == ()
    assert [state_of(row) for row in found.rows] == [state_of(paper) for paper in some]
    assert [row.title for row in found.rows] == [paper.title for paper in some]
    assert [row.venue for row in found.rows] == [paper.venue for paper in some]
    assert [row.year for row in found.rows] == [paper.year for paper in some]
    # a paper without links may come back with those that its identifiers lead to
    assert [row.urls for row, paper in zip(found.rows, some, strict=True) if paper.urls] == [
        paper.urls for paper in some if paper.urls
    ]
    lines = format in ("jsonl", "csv", "csljson")
    before = [paper.abstract if lines else " ".join((paper.abstract or "").split()) for paper in some]
    after = [row.abstract if lines else " ".join((row.abstract or "").split()) for row in found.rows]
    assert after == before


@settings(max_examples=80, deadline=None)
@given(some=st.lists(papers, max_size=3, unique_by=lambda p: p.id))
def test_json_lines_carry_everything(some: list[Paper]) -> None:
    found = formats.importer("jsonl")(written("jsonl", some).encode(), "file")
    assert (found.problems, found.notices) == ((), ())
    for row, paper in zip(found.rows, some, strict=True):
        for name in ("id", "title", "abstract", "abstract_source", "authors", "published", "venue", "urls", "code"):
            assert getattr(row, name) == getattr(paper, name)
        assert (row.results, row.concepts, row.priority or 0) == (paper.results, paper.concepts, paper.priority)
        assert {str(i) for i in paper.identifiers} == set(row.identifiers)
        assert [dataclasses.replace(m, key="", first_seen=None, last_seen=None) for m in paper.mentions] == list(
            row.mentions
        )


@pytest.mark.parametrize("format", [*NAMES, "zotero"])
@settings(deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_any_bytes_give_rows_or_a_clear_error(format: str, data: bytes) -> None:
    with suppress(ImportFileError):
        found = formats.importer(format)(data, "file")
        assert all(row.title or row.identifiers or row.url for row in found.rows)


@pytest.mark.parametrize("format", NAMES)
def test_export_streams(format: str) -> None:
    taken: list[int] = []

    def endless() -> object:
        for number in range(10**9):
            taken.append(number)
            yield GARDEN

    pieces = iter(formats.exporter(format)(endless()))  # type: ignore[arg-type]
    for _ in range(5):
        next(pieces)
    assert len(taken) <= 6


@pytest.mark.parametrize("venue", ["ARXIV", "arXiv:0000000", "CoRR abs/2301.00001"])
def test_what_we_wrote_is_taken_at_its_word(venue: str) -> None:
    paper = dataclasses.replace(GARDEN, venue=venue)
    (row,) = formats.importer("bibtex")(written("bibtex", [paper]).encode(), "file").rows
    assert (row.venue, state_of(row)) == (venue, state_of(paper))


def test_an_address_that_is_an_identifier_is_no_further_link() -> None:
    paper = dataclasses.replace(GARDEN, identifiers=(Identifier("url", "https://a.org/x_y"),))
    (row,) = formats.importer("ris")(written("ris", [paper]).encode(), "file").rows
    assert (row.urls, row.identifiers) == (paper.urls, ("url:https://a.org/x_y",))
