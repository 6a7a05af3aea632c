"""BibTeX as other programs write it, and as they read ours."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.export.papers import GARDEN, one_lines
from tracker.errors import ImportFileError
from tracker.export import bibtex, latex
from tracker.records import Paper

FOREIGN = rb"""
% made by hand
@string{gardens = "Journal of Gardens"}
@comment{jabref-meta: databaseType:bibtex;}
@article{lovelace2020,
  title     = {{Gardens} of the North: {\"U}ber {\'e}t{\'e} \& $\ell_1$--norms},
  author    = {Lovelace, Ada and M{\"u}ller, J{\"o}rg and {The Garden Group} and van der Berg, Jan and others},
  journal   = gardens,
  year      = 2020,
  month     = jun,
  day       = 3,
  doi       = {https://doi.org/10.1000/abc\_def},
  abstract  = {Grows 50% more.},
  keywords  = {water; light},
  ranking   = {rank4},
  annote    = {Mine.},
}
@misc{arx, title = "A preprint", author = "Wu, Bo", eprint = {2301.00001v2}, archivePrefix = "arXiv", year = "2023"}
@article{arx, title={Same key, other paper}, journal={arXiv preprint arXiv:2301.00002}, url={\url{https://example.org/a_b?x=1\&y=2}}}
@inproceedings{nothing, year = {2001}}
@online{web, title = {A page}, date = {2021-05-06}, howpublished = {\url{https://example.org/page}}}
@article{broken, title = {It never ends
@article{after, title = {After the broken one}}
"""


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "bibtexparser")


def test_what_others_write() -> None:
    found = bibtex.parse(FOREIGN, "refs.bib")
    one, arxiv, twin, page, after = found.rows
    assert one.title == "Gardens of the North: Über été & $\\ell_1$–norms"
    assert one.authors == ("Ada Lovelace", "Jörg Müller", "The Garden Group", "Jan van der Berg", "et al.")
    assert (one.venue, one.year, str(one.published), one.line) == ("Journal of Gardens", 2020, "2020-06-03", 5)
    assert (one.identifiers, one.abstract) == (("doi:10.1000/abc_def",), "Grows 50% more.")
    assert (one.tags, one.rating, one.notes[0].body) == (("water", "light"), 4, "Mine.")
    assert arxiv.identifiers == ("arxiv:2301.00001v2",)
    assert (twin.title, twin.identifiers, twin.venue) == ("Same key, other paper", ("arxiv:2301.00002",), None)
    assert twin.url == "https://example.org/a_b?x=1&y=2"
    assert (page.url, str(page.published), page.year) == ("https://example.org/page", "2021-05-06", 2021)
    assert after.title == "After the broken one"
    assert [problem.where for problem in found.problems] == ["line 20", "line 22"]


def test_old_files_in_windows_1252() -> None:
    assert bibtex.parse("@misc{a, title={Gärten}}".encode("cp1252"), "f").rows[0].title == "Gärten"


@pytest.mark.parametrize("data", [b"no entry here", b"\x00\x00"])
def test_a_file_that_is_none(data: bytes) -> None:
    with pytest.raises(ImportFileError, match=r"f\.bib"):
        bibtex.parse(data, "f.bib")


def test_our_entries_are_what_latex_needs() -> None:
    (entry,) = bibtex.export([GARDEN])
    assert entry.startswith("@article{lovelace2023growing-")
    assert "title = {{Growing Gardens: $\\ell_1$ Water \\& 100\\% of the \\{Light\\}}}," in entry
    assert "author = {Ada Lovelace and {Jörg Müller} and" not in entry
    assert "Ada Lovelace and Jörg Müller and {The Garden Team, Inc.}}," in entry
    assert "eprint = {2301.00001}," in entry
    assert "doi = {10.1/gar_den}," in entry
    assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")


def test_citation_keys_depend_on_the_paper_alone_and_are_unique() -> None:
    twin = dataclasses.replace(GARDEN, id="other")
    keys = [entry.split("{", 1)[1].split(",", 1)[0] for entry in bibtex.export([GARDEN, twin, GARDEN])]
    assert keys[0] == bibtex.citation_key(GARDEN)
    assert len(set(keys)) == 3
    assert bibtex.citation_key(Paper(id="x", title="日本語")).startswith("paper-")
    assert bibtex.citation_key(Paper(id="x", title="The Ünder of It", authors=("Łukasz Gauß",), year=2020)).isascii()


def test_edits_made_in_another_program_count() -> None:
    (entry,) = bibtex.export([GARDEN])
    keywords = next(line for line in entry.splitlines() if "keywords" in line)
    row = bibtex.parse(entry.replace(keywords, "  keywords = {edited},").encode(), "f").rows[0]
    assert row.tags == ("edited",)
    assert row.status == GARDEN.status


@settings(deadline=None)
@given(st.one_of(one_lines, st.text("a $\\_^{}-`'?!<>,~%&#\"1", max_size=14).map(lambda t: " ".join(t.split()))))
@example("_>}>!")
@example("}a{ @b")
def test_latex_there_and_back(text: str) -> None:
    value = latex.encoded(text)
    assert " ".join(latex.decoded(value).split()) == text
    assert value.count("{") - value.count("\\{") == value.count("}") - value.count("\\}")
