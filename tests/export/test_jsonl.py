"""JSON lines: the keys of the contract, and what people write by hand."""

from __future__ import annotations

import json

import pytest

from tests.export.papers import GARDEN
from tracker.errors import ImportFileError
from tracker.export import jsonl
from tracker.export.rows import ImportBatch
from tracker.records import Paper

KEYS = [
    "id", "title", "abstract", "abstract_source", "authors", "published", "year", "identifiers", "urls", "code",
    "mentions", "concepts", "status", "rating", "tags", "notes", "added",
]  # fmt: skip
MENTION_KEYS = ["source", "section", "title", "url", "week_start", "week_end", "rank", "marker", "year", "line", "text"]


def read(text: str) -> ImportBatch:
    return jsonl.parse(text.encode(), "file.jsonl")


def test_the_keys_are_a_contract() -> None:
    (line,) = jsonl.export([GARDEN])
    value = json.loads(line)
    assert list(value)[: len(KEYS)] == KEYS
    assert set(value) - set(KEYS) == {"venue"}, "what the contract has no key for follows where it says something"
    assert list(value["mentions"][0]) == MENTION_KEYS
    assert list(value["concepts"][0]) == ["slug", "score", "evidence"]
    assert value["published"] == "2023-01-02"
    assert value["identifiers"] == {"arxiv": "2301.00001", "doi": "10.1/gar_den"}
    assert value["added"] == "2026-05-04T12:30:00Z"
    assert "gärten" in line
    assert line.count("\n") == 1


def test_an_empty_paper_has_all_keys_too() -> None:
    value = json.loads("".join(jsonl.export([Paper(id="x", title="T")])))
    assert list(value) == KEYS
    assert (value["published"], value["authors"], value["identifiers"]) == (None, [], {})


def test_everything_that_lists_said_comes_back() -> None:
    row = jsonl.parse("".join(jsonl.export([GARDEN])).encode(), "f").rows[0]
    mention = GARDEN.mentions[0]
    assert (row.mentions[0].source, row.mentions[0].section, row.mentions[0].week_end) == (
        "weekly",
        ("A", "B"),
        mention.week_end,
    )
    assert (row.concepts, row.urls, row.code, row.abstract) == (
        GARDEN.concepts,
        GARDEN.urls,
        GARDEN.code,
        GARDEN.abstract,
    )


def test_what_people_write_by_hand() -> None:
    found = read(
        '{"id": 7, "title": "  One \\n Paper ", "authors": "Ada Lovelace and Carl Gauss", "year": "2019",'
        ' "tags": "a, b", "identifiers": ["10.1/x", "arXiv:2301.00001v2"], "url": "https://example.org/p",'
        ' "notes": ["Look again."]}\n'
        '\n{"identifiers": {"arxiv": "2301.00002", "doi": ["10.1/y", "10.1/z"]}, "authors": [{"name": "Ada"}],'
        ' "published": "2020"}\r\n'
    )
    assert found.problems == ()
    one, two = found.rows
    assert (one.id, one.title, one.authors, one.year) == ("7", "One Paper", ("Ada Lovelace", "Carl Gauss"), 2019)
    assert (one.identifiers, one.tags, one.notes[0].body) == (
        ("10.1/x", "arXiv:2301.00001v2"),
        ("a", "b"),
        "Look again.",
    )
    assert (two.line, two.title, two.year, two.published) == (3, "", 2020, None)
    assert two.identifiers == ("arxiv:2301.00002", "doi:10.1/y", "doi:10.1/z")


def test_a_bad_line_is_told_and_the_rest_kept() -> None:
    found = read(
        '{"title": "Good"}\n{"title": \n[1]\n{"abstract": "of nothing"}\n{"title": 5, "url": "https://example.org/x"}\n'
        + "[" * 5000
    )
    assert [row.line for row in found.rows] == [1, 5]
    assert [problem.where for problem in found.problems] == ["line 2", "line 3", "line 4", "line 5", "line 6"]


def test_a_value_of_the_wrong_kind_is_left_out_of_its_row() -> None:
    found = read(
        '{"title": "T", "year": "soon", "rating": 9, "status": "devoured", "authors": [3, "Ada"],'
        ' "urls": [{}], "tags": {"a": 1}}'
    )
    (row,) = found.rows
    assert (row.year, row.rating, row.status, row.authors, row.urls, row.tags) == (None, None, None, ("Ada",), (), ())
    assert len(found.problems) == 6
    assert all(problem.where == "line 1" for problem in found.problems)


def test_an_array_is_read_with_lines() -> None:
    found = read('[\n {"title": "One"},\n {"title": "Two"}\n]\n')
    assert [(row.line, row.title) for row in found.rows] == [(2, "One"), (3, "Two")]


def test_text_that_no_database_takes_is_mended() -> None:
    (row,) = read('{"title": "A\\u0000 B\\ud800\\u001b[2J"}').rows
    assert row.title == "A B[2J"


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"not json", b'[{"title": ', b"\xff\xfe\x00\xd8"])
def test_a_file_that_is_none(data: bytes) -> None:
    with pytest.raises(ImportFileError, match=r"file\.jsonl"):
        jsonl.parse(data, "file.jsonl")


def test_utf_16_and_an_empty_file() -> None:
    assert jsonl.parse('{"title": "Gärten"}'.encode("utf-16"), "f").rows[0].title == "Gärten"
    assert jsonl.parse(b"", "f").rows == ()
