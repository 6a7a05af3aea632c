"""What other programs read in our exports: pybtex, citeproc-py, rispy, a JSON schema of CSL, the csv module."""

from __future__ import annotations

import csv
import io
import json
import warnings
from typing import Any

import jsonschema
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.csl_schema import SCHEMA
from tests.export.papers import GARDEN, papers
from tracker.export import bibtex, csljson, csv_file, ris
from tracker.records import Paper

some_papers = st.lists(papers, min_size=1, max_size=3, unique_by=lambda p: p.id)
few = settings(max_examples=30, deadline=None)


def test_pybtex_reads_our_bibtex() -> None:
    from pybtex.database import parse_string

    (entry,) = parse_string("".join(bibtex.export([GARDEN])), "bibtex").entries.values()
    assert entry.type == "article"
    assert [str(person) for person in entry.persons["author"]] == [
        "Lovelace, Ada",
        "Müller, Jörg",
        "{The Garden Team, Inc.}",
    ]
    assert (entry.fields["doi"], entry.fields["eprint"], entry.fields["year"]) == ("10.1/gar_den", "2301.00001", "2023")
    assert entry.fields["title"] == "{Growing Gardens: $\\ell_1$ Water \\& 100\\% of the \\{Light\\}}"
    assert "Journal of Gardens" in entry.fields["journal"]


@few
@given(some_papers)
def test_pybtex_finds_every_paper_whatever_its_texts(some: list[Paper]) -> None:
    from pybtex.database import parse_string

    found = parse_string("".join(bibtex.export(some)), "bibtex").entries
    assert len(found) == len(some)
    assert [len(entry.persons.get("author", ())) for entry in found.values()] == [len(p.authors) for p in some]


def rendered(items: list[dict[str, Any]]) -> list[str]:
    """A bibliography in the style that citeproc-py ships."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it knows fewer variables than CSL 1.0.2 has
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        source = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for item in items:
            source.register(Citation([CitationItem(item["id"])]))
        return ["".join(map(str, line)) for line in source.bibliography()]


def test_citeproc_renders_our_csl_json() -> None:
    (line,) = rendered(json.loads("".join(csljson.export([GARDEN]))))
    for words in ("Lovelace", "Müller", "2023", "Growing Gardens", "Journal of Gardens"):
        assert words in line


@few
@given(some_papers)
def test_every_csl_item_keeps_the_schema(some: list[Paper]) -> None:
    jsonschema.validate(json.loads("".join(csljson.export(some))), SCHEMA)


def test_the_schema_is_strict() -> None:
    for wrong in ({"id": "x"}, {"id": "x", "type": "paper"}, {"id": "x", "type": "book", "status-of": "read"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([wrong], SCHEMA)


@few
@given(some_papers)
def test_rispy_reads_every_reference(some: list[Paper]) -> None:
    found = rispy.loads("".join(ris.export(some)))
    assert [reference["title"] for reference in found] == [paper.title for paper in some]
    assert [reference.get("authors", []) for reference in found] == [list(paper.authors) for paper in some]


@few
@given(some_papers)
def test_no_cell_of_any_table_is_a_formula(some: list[Paper]) -> None:
    rows = list(csv.reader(io.StringIO("".join(csv_file.export(some)))))
    assert rows[0] == list(csv_file.COLUMNS)
    assert {len(row) for row in rows} == {len(csv_file.COLUMNS)}
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for r in rows for cell in r
    )
