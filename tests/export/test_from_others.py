"""CSL-JSON and items of Zotero's, as other programs write them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tracker.errors import ImportFileError
from tracker.export import bibtex, csljson_in, csv_file, formats, jsonl, ris, zotero_json
from tracker.export.html_text import markdown
from tracker.export.rows import ImportBatch

CSL: list[dict[str, Any]] = [
    {
        "id": "http://zotero.org/users/1/items/AAAA1111",
        "type": "article",
        "title": "Growing <i>Gardens</i> of Buoys",
        "author": [{"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"}, {"literal": "The Team"}],
        "issued": {"date-parts": [["2023", 1, 2]]},
        "number": "arXiv:2301.00001",
        "publisher": "arXiv",
        "note": "arXiv:2301.00001 [cs]\nRead_Status: Read\nRemember the tide.",
        "keyword": "water, light",
        "accessed": {"date-parts": [["2024", 1, 1]]},
    },
    {
        "id": 7,
        "type": "paper-conference",
        "title": "Tides",
        "DOI": "10.1000/ABC",
        "issued": {"raw": "2020"},
        "page": "1-9",
    },
    {"type": "book", "publisher": "Nobody"},
]


def csl(value: Any) -> ImportBatch:
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    return csljson_in.parse(text.encode(), "refs.json")


def test_csl_items_of_others() -> None:
    found = csl(CSL)
    one, two = found.rows
    assert (one.id, one.title, one.authors) == (None, "Growing Gardens of Buoys", ("Jan van der Berg", "The Team"))
    assert (str(one.published), one.year, one.identifiers) == ("2023-01-02", 2023, ("arxiv:2301.00001",))
    assert (one.status, one.tags, [n.body for n in one.notes]) == ("read", ("water", "light"), ["Remember the tide."])
    assert (two.identifiers, two.year, two.published) == (("doi:10.1000/ABC",), 2020, None)
    assert [(p.where, p.message) for p in found.problems] == [("line 49", "a paper needs a title, a DOI or a URL")]
    assert found.notices == ("not kept, for the library has no place for it: publisher (1), page (1)",)


def test_one_item_and_the_lists_of_services() -> None:
    item = {"id": "x", "type": "article", "title": "Tides"}
    assert csl(item).rows[0].title == csl({"items": [item]}).rows[0].title == "Tides"
    assert [row.title for row in csl(json.dumps(item) + "\n" + json.dumps(item)).rows] == ["Tides", "Tides"]
    with pytest.raises(ImportFileError, match=r"refs\.json is not JSON"):
        csl('[{"id": ')


DATA: list[dict[str, Any]] = [
    {
        "key": "AAAA1111",
        "itemType": "preprint",
        "title": "Growing <i>Gardens</i>",
        "creators": [
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "The Garden Team"},
            {"creatorType": "editor", "firstName": "Ed", "lastName": "Itor"},
        ],
        "abstractNote": "We grow gardens.",
        "repository": "arXiv",
        "archiveID": "arXiv:2301.00001",
        "date": "2023-01-02",
        "DOI": "10.48550/arXiv.2301.00001",
        "url": "http://arxiv.org/abs/2301.00001",
        "extra": "arXiv:2301.00001 [cs]\nCitation Key: love23\nRead_Status: In Progress\nMy own words.",
        "tags": [{"tag": "water"}, {"tag": "Computer Science", "type": 1}],
        "collections": ["CCCC1111"],
        "dateAdded": "2024-02-03T04:05:06Z",
        "dateModified": "2024-02-03T04:05:07Z",
        "pages": "12",
    },
    {
        "key": "BBBB1111",
        "itemType": "attachment",
        "parentItem": "AAAA1111",
        "title": "PDF",
        "url": "https://e.org/a.pdf",
    },
    {
        "key": "NNNN1111",
        "itemType": "note",
        "parentItem": "AAAA1111",
        "note": "<div><h2>Read</h2><p>A <strong>bold</strong> claim, see <a href='https://e.org/'>here</a>.</p></div>",
        "dateAdded": "2024-02-04T00:00:00Z",
        "dateModified": "2024-02-05T00:00:00Z",
    },
    {
        "key": "HHHH1111",
        "itemType": "annotation",
        "parentItem": "BBBB1111",
        "annotationType": "highlight",
        "annotationText": "gardens grow",
        "annotationComment": "do they?",
    },
    {"key": "SSSS1111", "itemType": "attachment", "title": "alone.pdf"},
    {"key": "EEEE1111", "itemType": "book", "title": ""},
]


def zotero(value: Any) -> ImportBatch:
    return zotero_json.parse(json.dumps(value, indent=1).encode(), "z.json")


def test_items_of_zotero() -> None:
    found = zotero(DATA)
    (row,) = found.rows
    assert (row.title, row.authors) == ("Growing Gardens", ("Ada Lovelace", "The Garden Team"))
    assert row.identifiers == ("doi:10.48550/arXiv.2301.00001", "arxiv:2301.00001")
    assert (str(row.published), row.venue, row.tags) == ("2023-01-02", None, ("water", "Computer Science"))
    assert [(n.id, n.body) for n in row.notes] == [
        ("zotero-NNNN1111", "## Read\n\nA **bold** claim, see [here](https://e.org/)."),
        ("zotero-HHHH1111", "> gardens grow\n\ndo they?"),
        (None, "My own words."),
    ]
    assert [link.url for link in row.urls] == ["http://arxiv.org/abs/2301.00001", "https://e.org/a.pdf"]
    assert str(row.added) == "2024-02-03 04:05:06+00:00"
    assert found.notices == (
        "not kept, for the library has no place for it: pages (1)",
        "1 attachments that belong to no paper were left out",
    )
    assert [problem.message for problem in found.problems] == ["a paper needs a title, a DOI or a URL"]


def test_better_bibtex_json_knows_the_collections() -> None:
    item = {k: v for k, v in DATA[0].items() if k != "collections"} | {"itemID": 5, "notes": [{"note": "<p>Hm.</p>"}]}
    whole = {
        "config": {"label": "BetterBibTeX JSON"},
        "collections": {"CCCC1111": {"name": "To cite", "items": [5]}, "DDDD1111": {"name": "Other", "items": [6]}},
        "items": [item],
    }
    (row,) = zotero(whole).rows
    assert row.tags == ("water", "Computer Science", "To cite")
    assert [n.body for n in row.notes] == ["Hm.", "My own words."]
    assert formats.detect("export.json", json.dumps(whole).encode()) == "zotero"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines"),
        ("<ul><li>a</li><li>b &amp; c</li></ul>", "- a\n- b & c"),
        ("<script>alert(1)</script><p>x</p><!-- c -->", "x"),
        ("", ""),
        ("plain < words", "plain < words"),
    ],
)
def test_notes_in_html_become_markdown(html: str, text: str) -> None:
    assert markdown(html) == text


@pytest.mark.parametrize(
    ("path", "data", "format"),
    [
        ("a.json", b'[{"id": "x", "type": "article-journal"}]', "csljson"),
        ("a.json", b'{"items": [{"DOI": "10.1/x"}]}', "csljson"),
        ("a.json", b'[{"key": "A", "data": {"itemType": "book"}}]', "zotero"),
        ("a.json", b'{"id": "x", "title": "itemType"}', "jsonl"),
        ("a.json", b"[]", "jsonl"),
        ("wrong.csv", b"TY  - JOUR\nER  - \n", "ris"),
        ("wrong.txt", b'<?xml version="1.0"?>\n<!-- x --><opml version="2.0"/>', "opml"),
        ("note.md", b"---\ndoi: 10.1/x\n---\n\nMy words.\n", "notes"),
        ("list.md", b"---\nlayout: page\n---\n\n- [A](https://a.org)\n", "markdown"),
    ],
)
def test_a_format_is_known_by_its_content(path: str, data: bytes, format: str) -> None:
    assert formats.detect(path, data) == format


@pytest.mark.parametrize(
    ("data", "cure"),
    [
        (b"SQLite format 3\x00...", "zotero:"),
        (b"<rdf:RDF xmlns='x'>", "CSL JSON"),
        (b"%PDF-1.7", "DOI"),
        (b"PK\x03\x04", "unpack"),
        (b"<xml><records>", "RIS"),
    ],
)
def test_what_cannot_be_read_names_the_cure(data: bytes, cure: str) -> None:
    with pytest.raises(ImportFileError, match=cure):
        formats.detect("library.bin", data)


def test_a_table_of_zotero() -> None:
    table = (
        "Key,Item Type,Title,Author,Url,Date Added,Pages,Extra,Archive,Notes\n"
        'A1,preprint,Gardens,"Lovelace, Ada",,2024-01-02 03:04:05,1-9,"arXiv:2301.00001 [cs]",,<p>Grows.</p>\n'
        'B2,book,Tides,"Wu, Bo",https://e.org/t,,,"Original title: Ebb",shelf,\n'
    )
    found = csv_file.parse(table.encode("utf-8-sig"), "zotero.csv")
    one, two = found.rows
    assert (one.identifiers, one.authors, [n.body for n in one.notes]) == (
        ("arxiv:2301.00001",),
        ("Ada Lovelace",),
        ["Grows."],
    )
    assert (str(one.added), two.identifiers) == ("2024-01-02 03:04:05+00:00", ())
    assert found.notices == ("not kept, for the library has no place for it: Pages (1), Extra (1), Archive (1)",)


def test_what_other_files_say_and_we_do_not_keep() -> None:
    bib = b"@article{a, title={T}, year=2020, pages={1--2}, publisher={P}, note={arXiv:2301.00001}, file={x.pdf}}\n"
    assert bibtex.parse(bib, "a.bib").notices == (
        "not kept, for the library has no place for it: pages (1), publisher (1)",
    )
    reference = b"TY  - JOUR\nTI  - T\nSP  - 1\nPB  - P\nN1  - <p>A <em>note</em></p>\nER  - \n"
    found = ris.parse(reference, "a.ris")
    assert sorted(found.notices[0].partition(": ")[2].split(", ")) == ["PB (1)", "SP (1)"]
    assert [n.body for n in found.rows[0].notes] == ["A *note*"]
    assert jsonl.parse(b'{"title": "T", "mood": "calm", "empty": null}', "a").notices == (
        "not kept, for the library has no place for it: mood (1)",
    )
