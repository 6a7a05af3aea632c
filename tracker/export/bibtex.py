"""BibTeX, as LaTeX and every reference manager read it.

Titles stand in double braces, so that no style lower-cases their names.  A
citation key depends on the paper alone, so that it stays the same in every
export.  What BibTeX has no field for goes into ``papertracker``
(:mod:`tracker.export.state`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

from tracker.export import latex, state
from tracker.export.bibtex_in import parse
from tracker.records import Paper

__all__ = ["citation_key", "export", "parse"]

_PROCEEDINGS = re.compile(
    r"\b(?:proceedings|conference|workshop|symposium|neurips|nips|icml|iclr|aaai|ijcai|acl|naacl|eacl|emnlp|coling"
    r"|interspeech|icassp|cvpr|iccv|eccv|kdd|sigir|www|uai|aistats|colt|corl|icra)\b",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset("a an the on of in for to and with from by is are at via towards toward how what why".split())  # noqa: SIM905


def export(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, a blank line between two."""
    used: set[str] = set()
    for paper in papers:
        key = citation_key(paper)
        while key in used:  # two papers of one author, year and word whose ids share their first hash digits
            key += "x"
        used.add(key)
        yield _entry(key, paper) + "\n\n"


def citation_key(paper: Paper) -> str:
    """``vaswani2017attention-1f9c2a``: first author, year, first telling word, and six digits that stand for the id."""
    author = paper.authors[0] if paper.authors else ""
    family = author.split(",")[0] if "," in author else author.rpartition(" ")[2]
    words = [_ascii(word) for word in re.split(r"[\s–—:/-]+", paper.title)]
    telling = next((word for word in words if word and word not in _SMALL_WORDS), "")
    stem = f"{_ascii(family)}{paper.year or ''}{telling}"[:48] or "paper"
    return f"{stem}-{hashlib.sha256(paper.id.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def _entry(key: str, paper: Paper) -> str:
    named: dict[str, str] = {}
    for identifier in paper.identifiers:
        named.setdefault(identifier.scheme, identifier.value)
    in_proceedings = bool(paper.venue and _PROCEEDINGS.search(paper.venue))
    kind = "inproceedings" if in_proceedings else "article" if paper.venue else "misc"
    fields = {
        "title": "{" + latex.encoded(paper.title) + "}",
        "author": " and ".join(map(_author, paper.authors)),
        "year": str(paper.year or ""),
        "month": f"{paper.published:%b}".lower() if paper.published else "",
        "booktitle" if in_proceedings else "journal": latex.encoded(paper.venue or ""),
        "eprint": named.get("arxiv", ""),
        "archiveprefix": "arXiv" if "arxiv" in named else "",
        "doi": _verbatim(named.get("doi", "")),
        "url": _verbatim(_url(paper, named)),
        "abstract": latex.encoded(paper.abstract or ""),
        "keywords": latex.encoded(", ".join(paper.tags)),
        "annote": latex.encoded("\n\n".join(note.body for note in paper.notes)),
        "papertracker": state.dump(paper),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value.strip("{}")]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _author(name: str) -> str:
    """A name as it is written; one that BibTeX would cut or turn ("A and B", "X, Inc.") stands in braces."""
    value = latex.encoded(name)
    cut = "," in name or re.search(r"\band\b", name, re.IGNORECASE) or name.casefold() == "others"
    # names with signs in them are taken apart in surprising ways, too
    return "{" + value + "}" if cut or value != " ".join(name.split()) else value


def _url(paper: Paper, named: dict[str, str]) -> str:
    if "url" in named:
        return named["url"]
    if "arxiv" in named:
        return f"https://arxiv.org/abs/{named['arxiv']}"
    return paper.urls[0].url if paper.urls else ""


def _verbatim(value: str) -> str:
    """An address: per cent signs and the like as they are, braces (which no address needs) as escapes."""
    return value.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isascii() and c.isalnum())
