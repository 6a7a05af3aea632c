"""The reader of unknown lists, over small lists in the styles that curators use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.wire_files import RAW, WIRE, document, spec, wire
from tracker.errors import ParseError
from tracker.records import Entry
from tracker.sources.markdown import MAX_PAGES, Markdown

LISTS = sorted((WIRE / "lists").glob("*.md"))


def parse(text: str) -> tuple[Entry, ...]:
    return Markdown().parse(spec("markdown"), [document(text)]).entries


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_lists_in_many_styles(path: Path) -> None:
    """Each list stands beside the records that a careful reader would take from it, and no others."""
    found = Markdown().parse(spec("markdown"), [wire(f"lists/{path.name}")]).entries
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert [entry.title for entry in found] == [record["title"] for record in expected]
    for entry, record in zip(found, expected, strict=True):
        got = {name: getattr(entry, name) for name in record}
        assert {name: list(value) if isinstance(value, tuple) else value for name, value in got.items()} == record
        assert entry.document == "README.md"
        assert entry.line is not None


def test_there_are_lists_in_at_least_twelve_styles() -> None:
    assert len(LISTS) >= 12


# ---------------------------------------------------------------- what is no paper


@pytest.mark.parametrize(
    "text",
    [
        "# Tool\n\n[![Build](https://img.shields.io/x)](https://ci.example.org) [![arXiv](https://img.shields.io/y)](https://arxiv.org/abs/2001.00001)\n",
        "# Tool\n\nThis is the code of our paper [Some Stones for All](https://arxiv.org/abs/2001.00001). Run it.\n",
        "# Tool\n\nThe kernel is described in the [paper](https://arxiv.org/abs/2001.00001) and works well.\n",
        "# List\n\n- [Papers](#papers)\n- [Tools](#tools)\n- [Licence](LICENSE)\n",
        "# List\n\n## Videos\n- [Stones on Film](https://www.youtube.com/watch?v=1) (2020), Ann Stone\n",
        "# List\n\n## Citation\n- [Our Survey of Many Stones](https://arxiv.org/abs/2001.00001)\n",
        "# List\n\n## Tools\n- [StoneKit](https://github.com/a/b): see [the paper](https://arxiv.org/abs/2001.00001)\n",
        "# List\n\n- [awesome-stones](https://github.com/a/awesome-stones)\n- [awesome-sand](https://github.com/a/awesome-sand)\n",
        "# List\n\n- https://twitter.com/a/status/1\n- https://medium.com/@a/stones\n",
        "# List\n\n```bibtex\n@misc{x, url={https://arxiv.org/abs/2001.00001}}\n```\n",
    ],
)
def test_pages_without_a_paper_entry_are_refused(text: str) -> None:
    with pytest.raises(ParseError, match="nothing in"):
        parse(text)


def test_two_arxiv_ids_are_two_works() -> None:
    (entry,) = parse(
        "# L\n\n- [One Stone at a Time](https://arxiv.org/abs/2001.00001) [[pdf](https://arxiv.org/pdf/2002.00002)]\n"
    )
    assert (entry.url, entry.same_as) == ("https://arxiv.org/abs/2001.00001", ())


def test_a_mentioned_paper_is_not_the_entry() -> None:
    (entry,) = parse(
        "# L\n\n- [A Stone That Extends Another](https://arxiv.org/abs/2001.00001) - extends"
        " [The Other Stone, Earlier](https://arxiv.org/abs/1901.00001)\n"
    )
    assert entry.title == "A Stone That Extends Another"
    assert entry.same_as == ()


def test_a_project_page_yields_to_the_paper() -> None:
    (entry,) = parse(
        "# L\n\n- [Stones with a Project Page](https://stones.github.io) [[arXiv](https://arxiv.org/abs/2001.00001)]\n"
    )
    assert entry.url == "https://arxiv.org/abs/2001.00001"


def test_neighbours_vouch_for_an_unknown_address_but_not_against_the_majority() -> None:
    papers = "".join(f"- [Stone Number {n} of Many](https://arxiv.org/abs/2001.0000{n})\n" for n in range(1, 5))
    posts = "".join(f"- [Post Number {n} of Many](https://stones{n}.example.org)\n" for n in range(1, 5))
    one = "- [The Odd One on a Page](https://odd.example.org/stone)\n"
    assert len(parse(f"# L\n\n## Stones\n{papers}{one}")) == 5
    assert len(parse(f"# L\n\n## Stones\n{papers}{posts}")) == 4


def test_relative_pdfs_are_papers_of_the_repository() -> None:
    (entry,) = parse("# L\n\n- [Out of the Quarry](papers/out-of-the-quarry.pdf)\n")
    assert entry.url == f"{RAW}/someone/list/HEAD/papers/out-of-the-quarry.pdf"


def test_the_same_paper_in_two_sections_is_two_entries_and_twice_in_one_is_one() -> None:
    item = "- [One Stone at a Time](https://arxiv.org/abs/2001.00001)\n"
    assert [entry.section for entry in parse(f"# L\n\n## A\n{item}{item}\n## B\n{item}")] == [("A",), ("B",)]


def test_bytes_that_are_no_list_are_errors() -> None:
    for body in (
        b"\xff\xfe#\x00",
        b"# a\x00b",
        b"",
        b"  \n",
        b"<!DOCTYPE html><html></html>",
        b'{"message": "Not Found"}',
    ):
        with pytest.raises(ParseError):
            Markdown().parse(spec("markdown"), [document(body)])


# ---------------------------------------------------------------- sub-pages and other names of the README


def test_linked_pages_are_followed_once_and_read() -> None:
    index = document(
        "# L\n\n- [Throwing](topics/throwing.md)\n- [Sorting](./topics/sorting.md#top)\n"
        "- [Same](https://github.com/someone/list/blob/main/topics/sorting.md)\n- [中文](README_zh.md)\n"
        "- [How to help](CONTRIBUTING.md)\n- [Elsewhere](https://github.com/other/list/blob/main/x.md)\n"
        "- [Up](../x.md)\n- [Picture](a.png)\n"
    )
    kind = Markdown()
    asked = kind.follow(spec("markdown"), [index])
    assert [(r.url, r.optional) for r in asked] == [
        (f"{RAW}/someone/list/HEAD/topics/throwing.md", True),
        (f"{RAW}/someone/list/HEAD/topics/sorting.md", True),
    ]
    page = document("# Throwing\n- [A Stone Thrown](https://arxiv.org/abs/2001.00001)\n", "topics/throwing.md")
    (entry,) = kind.parse(spec("markdown"), [index, page]).entries
    assert (entry.document, entry.line) == ("topics/throwing.md", 2)


def test_so_many_linked_pages_are_notes_and_not_followed() -> None:
    links = "".join(f"- [Note {n}](notes/{n}.md)\n" for n in range(MAX_PAGES + 1))
    assert Markdown().follow(spec("markdown"), [document(f"# L\n\n{links}")]) == ()


def test_links_inside_entries_are_not_pages_of_the_list() -> None:
    text = "# L\n\n- [A Stone Thrown](https://arxiv.org/abs/2001.00001) [[note](https://github.com/someone/list/blob/main/n.md)]\n"
    assert Markdown().follow(spec("markdown"), [document(text)]) == ()


def test_a_readme_by_another_name_is_asked_for() -> None:
    kind, where = Markdown(), spec("markdown")
    (first,) = kind.requests(where)
    assert (first.url, first.optional) == (f"{RAW}/someone/list/HEAD/README.md", True)
    names = [request.url.rsplit("HEAD/", 1)[1] for request in kind.follow(where, [])]
    assert names[0] == "readme.md"
    with pytest.raises(ParseError, match=r"no README\.md"):
        kind.parse(where, [])


def test_a_named_file_is_asked_for_and_must_come() -> None:
    where = spec("markdown", "https://github.com/someone/list/blob/dev/docs/stones.md")
    (request,) = Markdown().requests(where)
    assert (request.url, request.optional) == (f"{RAW}/someone/list/dev/docs/stones.md", False)
    assert Markdown().follow(where, []) == ()
    elsewhere = spec("markdown", "https://stones.example.org/list.md")
    assert [request.url for request in Markdown().requests(elsewhere)] == ["https://stones.example.org/list.md"]
    assert Markdown().follow(elsewhere, [document("# L\n- [a](b.md)\n", elsewhere.url)]) == ()
