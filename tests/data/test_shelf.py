"""The reader of the starter shelf."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import shelf
from tracker.errors import ParseError
from tracker.records import Identifier, Link

PAPER = """
[[paper]]
title = "On the Weight of Feathers"
authors = ["Ada Plume", "Bo Quill"]
year = 2019
published = 2019-02-03
arxiv = "1902.00001"
doi = "10.1000/Feathers.1"
venue = "Journal of Light Things 1"
order = 2
concepts = ["word-embeddings"]
summary = '''
It weighs
feathers.
'''
"""
RESOURCE = """
[[resource]]
id = "feather-tour"
title = "A Tour of Feathers"
url = "https://feathers.example/tour"
kind = "demo"
concepts = ["word-embeddings"]
text = "Shows feathers."
"""


def test_a_paper_with_all_its_fields():
    (paper,) = shelf.load(PAPER.encode()).papers
    assert paper == shelf.ShelfPaper(
        title="On the Weight of Feathers",
        authors=("Ada Plume", "Bo Quill"),
        et_al=False,
        year=2019,
        published=date(2019, 2, 3),
        identifiers=(Identifier("arxiv", "1902.00001"), Identifier("doi", "10.1000/feathers.1")),
        urls=(Link("arXiv", "https://arxiv.org/abs/1902.00001"), Link("DOI", "https://doi.org/10.1000/feathers.1")),
        venue="Journal of Light Things 1",
        summary="It weighs feathers.",
        concepts=("word-embeddings",),
        order=2,
    )
    assert paper.id == "arxiv:1902.00001"


def test_a_resource():
    (resource,) = shelf.load(RESOURCE.encode()).resources
    assert (resource.id, resource.kind, resource.url) == ("feather-tour", "demo", "https://feathers.example/tour")


@pytest.mark.parametrize(
    ("key", "value", "url"),
    [
        ("acl", "N13-1090", "https://aclanthology.org/N13-1090"),
        ("acl", "2020.acl-main.1", "https://aclanthology.org/2020.acl-main.1"),
        ("jmlr", "v3/plume03a", "https://jmlr.org/papers/v3/plume03a.html"),
        ("pmlr", "v9/plume10a", "https://proceedings.mlr.press/v9/plume10a.html"),
        ("neurips", "2014/" + "ab" * 16, "https://papers.nips.cc/paper/2014/hash/" + "ab" * 16 + "-Abstract.html"),
        ("openreview", "aBcD_123", "https://openreview.net/forum?id=aBcD_123"),
        ("url", "https://feathers.example/a.pdf", "https://feathers.example/a.pdf"),
        ("doi", "10.1002/(X)1:6<3::A>3.0;2-9", "https://doi.org/10.1002/(x)1:6%3C3::a%3E3.0;2-9"),
    ],
)
def test_every_scheme_leads_to_its_page(key, value, url):
    text = PAPER.replace('arxiv = "1902.00001"', "").replace('doi = "10.1000/Feathers.1"', f'{key} = "{value}"')
    (paper,) = shelf.load(text.encode()).papers
    assert [link.url for link in paper.urls] == [url]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("year = 2019", "", "key 'year' is missing"),
        ("year = 2019", 'year = "2019"', "key 'year' is '2019'"),
        ("year = 2019", "year = 2020", "key 'published' is 2019-02-03, outside the year 2020"),
        ('arxiv = "1902.00001"', 'arxiv = "1902.00001v2"', "key 'arxiv' is '1902.00001v2', which is not a well-formed"),
        ("10.1000/Feathers.1", "doi:10.1000/1", "key 'doi'"),
        ('["word-embeddings"]', '["Word embeddings"]', "holds 'Word embeddings'"),
        ('["word-embeddings"]', "[]", "key 'concepts' is missing or empty"),
        ("venue", "venu", "key 'venu' is not known here"),
        ("authors = [", "authors = [3, ", "key 'authors' holds something that is not a text"),
    ],
)
def test_a_broken_paper_is_named_with_its_key(old, new, message):
    assert old in PAPER
    with pytest.raises(ParseError) as caught:
        shelf.load(PAPER.replace(old, new).encode())
    assert str(caught.value).startswith("starter.toml, paper 1 'On the Weight of Feathers': key ")
    assert message in str(caught.value)


def test_a_paper_needs_an_identifier():
    text = PAPER.replace('arxiv = "1902.00001"', "").replace('doi = "10.1000/Feathers.1"', "")
    with pytest.raises(ParseError, match="or another identifier is needed"):
        shelf.load(text.encode())


def test_a_paper_without_title_is_named_by_its_number():
    with pytest.raises(ParseError, match=r"starter\.toml, paper 2: key 'title' is missing"):
        shelf.load((PAPER + PAPER.replace('title = "On the Weight of Feathers"', "")).encode())


def test_no_identifier_stands_twice():
    twin = PAPER.replace("On the Weight", "Again the Weight")
    with pytest.raises(ParseError, match=r"arxiv:1902\.00001 stands at 'On the Weight of Feathers' and again"):
        shelf.load((PAPER + twin).encode())
    with pytest.raises(ParseError, match="feather-tour stands at"):
        shelf.load((RESOURCE + RESOURCE.replace("/tour", "/other")).encode())
    with pytest.raises(ParseError, match=r"feathers\.example/tour stands at"):
        shelf.load((RESOURCE + RESOURCE.replace('"feather-tour"', '"other-tour"')).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [('"demo"', '"toy"'), ("https://feathers.example/tour", "feathers"), ('"feather-tour"', '"Feather tour"')],
)
def test_a_broken_resource_is_refused(old, new):
    with pytest.raises(ParseError, match=r"starter\.toml, resource 1"):
        shelf.load(RESOURCE.replace(old, new).encode())


def test_unknown_tables_are_refused():
    with pytest.raises(ParseError, match="'papers' is not known here"):
        shelf.load(b"[[papers]]\n")


@given(st.text(max_size=300))
def test_any_text_gives_a_shelf_or_a_parse_error(text):
    try:
        found = shelf.load(text.encode("utf-8", "surrogatepass"))
    except ParseError:
        return
    assert isinstance(found, shelf.Shelf)
