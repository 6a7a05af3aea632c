"""RIS and CSV as other programs write them, and what spreadsheets must not run."""

from __future__ import annotations

import csv
import dataclasses
import io

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from tests.export.papers import GARDEN
from tracker.errors import ImportFileError, UsageError
from tracker.export import csv_file, formats, ris

FOREIGN = b"""\xef\xbb\xbfProvider: made by hand
TY  - JOUR
AU  - Lovelace, Ada
AU  - King, Ada, Jr.
TI  - Gardens of the North
T2  - Journal of Gardens
PY  - 2020
DA  - 2020/06/03/
DO  - https://doi.org/10.1000/ABC
AB  - Grows a lot
 and then some.
KW  - water
KW  - light
N1  - Mine.
UR  - https://example.org/a
ER  -

TY  - GEN
PY  - 2001
ER  -
TY  - UNPB
T1  - A preprint without an end
A1  - Wu, Bo
AN  - arXiv:2301.00001v2
Y1  - 2023///
"""


def test_ris_as_others_write_it() -> None:
    found = ris.parse(FOREIGN.replace(b"\n", b"\r\n"), "refs.ris")
    one, two = found.rows
    assert (one.line, one.title, one.venue, one.year) == (2, "Gardens of the North", "Journal of Gardens", 2020)
    assert (one.authors, str(one.published)) == (("Ada Lovelace", "Ada King Jr."), "2020-06-03")
    assert (one.identifiers, one.tags, one.notes[0].body) == (("doi:10.1000/ABC",), ("water", "light"), "Mine.")
    assert one.abstract is not None
    assert one.abstract.split() == ["Grows", "a", "lot", "and", "then", "some."]
    assert (two.title, two.authors, two.identifiers, two.year) == (
        "A preprint without an end",
        ("Bo Wu",),
        ("arxiv:2301.00001v2",),
        2023,
    )
    assert [problem.where for problem in found.problems] == ["line 18"]


def test_another_parser_reads_our_ris() -> None:
    text = "".join(ris.export([GARDEN, dataclasses.replace(GARDEN, id="b", venue=None)]))
    one, two = rispy.loads(text)
    assert (one["title"], one["authors"], one["doi"]) == (GARDEN.title, list(GARDEN.authors), "10.1/gar_den")
    assert (one["type_of_reference"], two["type_of_reference"]) == ("JOUR", "UNPB")


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''@x", "＝1", "-- dashes"])
def test_no_cell_is_a_formula(title: str) -> None:
    paper = dataclasses.replace(GARDEN, title=title, tags=("=tag",), authors=("@author",))
    text = "".join(csv_file.export([paper]))
    for cells in csv.reader(io.StringIO(text)):
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in cells)
    row = csv_file.parse(text.encode(), "f").rows[0]
    assert (row.title, row.tags, row.authors) == (title.strip(), ("=tag",), ("@author",))


@given(st.text(max_size=20))
def test_guarding_is_undone(cell: str) -> None:
    assert csv_file.unguarded(csv_file.guarded(cell)) == cell


def test_csv_goes_by_its_header() -> None:
    sheet = (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Abstract Note","Date",'
        '"Manual Tags"\n'
        '"AB12","journalArticle","2020","Lovelace, Ada; Gauss, Carl","Gardens, mostly","J. Gardens","10.1/x",'
        '"https://e.org","Long\ntext","2020-06-03","water; light"\n'
    )
    (row,) = csv_file.parse(sheet.encode("utf-8-sig"), "zotero.csv").rows
    assert (row.id, row.title, row.authors) == (None, "Gardens, mostly", ("Ada Lovelace", "Carl Gauss"))
    assert (row.identifiers, row.tags, str(row.published)) == (("doi:10.1/x",), ("water", "light"), "2020-06-03")
    assert (row.year, row.venue, row.abstract) == (2020, "J. Gardens", "Long\ntext")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_of_any_spreadsheet(mark: str) -> None:
    text = (
        mark.join(["Title", "arXiv ID", "Rating"])
        + "\n"
        + mark.join(["Gardens", "2301.00001", "★★★"])
        + "\n"
        + mark * 2
        + "\n"
    )
    found = csv_file.parse(text.replace("\n", "\r\n").encode("utf-16"), "f")
    assert found.problems == ()
    assert [(r.line, r.title, r.identifiers, r.rating) for r in found.rows] == [
        (2, "Gardens", ("arxiv:2301.00001",), 3)
    ]


def test_csv_rows_that_say_nothing_and_cells_that_are_wrong() -> None:
    found = csv_file.parse(b"title,year,status\nOne,soon,devoured\n,2020,read\nTwo,2021,read\n", "f")
    assert [(row.line, row.title, row.year, row.status) for row in found.rows] == [
        (2, "One", None, None),
        (4, "Two", 2021, "read"),
    ]
    assert [problem.where for problem in found.problems] == ["line 2", "line 2", "line 3"]


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"\x00", b"title\n,\n"])
def test_csv_that_is_none(data: bytes) -> None:
    if data.startswith(b"title"):
        assert csv_file.parse(data, "f.csv").rows == ()
        return
    with pytest.raises(ImportFileError, match=r"f\.csv"):
        csv_file.parse(data, "f.csv")


@pytest.mark.parametrize(
    ("path", "head", "format"),
    [
        ("a.BIB", b"", "bibtex"),
        ("a.ris", b"", "ris"),
        ("a.tsv", b"", "csv"),
        ("a.md", b"", "markdown"),
        ("a.ndjson", b"", "jsonl"),
        ("-", b'{"title": "T"}', "jsonl"),
        ("-", b'[\n {"title": "T"}]', "jsonl"),
        ("refs.txt", b"% c\n@article{a,", "bibtex"),
        ("refs.txt", b"TY  - JOUR\n", "ris"),
        ("refs.txt", b"Title;Year;DOI\nT;2020;10.1/x\n", "csv"),
        ("refs.txt", b"# Papers\n\n- [One](https://example.org)\n", "markdown"),
    ],
)
def test_formats_are_told_apart(path: str, head: bytes, format: str) -> None:
    assert formats.detect(path, head) == format


def test_unknown_formats_are_told() -> None:
    with pytest.raises(UsageError, match="what kind of file"):
        formats.detect("a.xyz", b"hello")
    with pytest.raises(UsageError, match="one of jsonl"):
        formats.exporter("docx")
    with pytest.raises(UsageError, match="one of jsonl"):
        formats.importer("docx")
