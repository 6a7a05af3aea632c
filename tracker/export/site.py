"""A reading list as one page that needs no server and no network: searched in the browser, escaped, and locked down.

The page holds everything: style, script and papers.  Its Content-Security-Policy
admits the one script and the one style by their hashes and nothing else, so a
text that slipped through the escaping could still neither run nor load.
Without JavaScript all papers are there, too, and only the search is not.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from tracker.export import site_assets
from tracker.export.digest import address
from tracker.export.rows import clean, one_line
from tracker.records import Paper

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Stands near the beginning of every page of ours.
MARK = '<meta name="generator" content="paper-tracker">'
#: The first line of the references beside the page.
BIB_MARK = "% Written by paper-tracker beside the page; publishing again writes it anew.\n"
#: Where a paper stands, in the order of the page, and what it is called there.
_STATUS = {"reading": "Reading", "queued": "To read", "read": "Read", "inbox": "Not sorted", "skipped": "Skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What of the reader's own words the page shows; notes only when asked for."""

    status: bool = True
    rating: bool = True
    tags: bool = True
    notes: bool = False


def shown(paper: Paper, show: Show) -> Paper:
    """The paper without what is not to be shown, in whatever format it is written."""
    return dataclasses.replace(
        paper,
        status=paper.status if show.status else "inbox",
        priority=paper.priority if show.status else 0,
        rating=paper.rating if show.rating else None,
        tags=paper.tags if show.tags else (),
        notes=paper.notes if show.notes else (),
    )


def ordered(papers: Iterable[Paper]) -> list[Paper]:
    """What is read now first, then what is next, then what was read, the best of it first."""
    order = list(_STATUS)
    return sorted(
        papers, key=lambda p: (order.index(p.status), -p.priority, -(p.rating or 0), -(p.year or 0), p.title.casefold())
    )


def page(papers: Sequence[Paper], *, title: str, now: datetime, show: Show) -> Iterator[str]:
    """The whole page, piece by piece.

    Args:
        papers: already :func:`shown`, in their order.
        title: the headline.
        now: when it is written.
        show: decides which ways to filter there are.
    """
    script, style = site_assets.SCRIPT, site_assets.STYLE
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    name = escape(one_line(title))
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n{MARK}\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{name}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header>\n<h1 dir="auto">{name}</h1>\n<p class="sum"><span id="count">{_count(len(papers))}</span>, '
        f'<time datetime="{now:%Y-%m-%d}">{now:%d %B %Y}</time>. <a href="papers.bib" download>BibTeX</a></p>\n'
        f"{_controls(papers, show)}</header>\n<main>\n"
    )
    for paper in papers:
        yield _article(paper, show)
    yield '</main>\n<p id="none" hidden>Nothing here has all these words.</p>\n'
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _controls(papers: Sequence[Paper], show: Show) -> str:
    """Search, and a choice for each thing that papers differ in; the script shows them."""
    parts = [
        '<form id="find" role="search" hidden>\n<label class="wide">Search '
        '<input id="q" type="search" autocomplete="off" placeholder="Words of title, authors, abstract"></label>\n'
    ]
    states = [s for s in _STATUS if any(p.status == s for p in papers)] if show.status else []
    if len(states) > 1:
        parts.append(_choice("status", "State", [(s, _STATUS[s]) for s in states]))
    tags = sorted({tag for p in papers for tag in p.tags}, key=str.casefold)
    if tags:
        parts.append(_choice("tag", "Tag", [(tag, tag) for tag in tags]))
    orders = [("new", "newest first"), ("title", "title")]
    if any(p.rating for p in papers):
        orders.append(("rating", "best rated"))
    parts.append(_choice("order", "Order", orders, "reading order"))
    return "".join([*parts, "</form>\n"])


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], first: str = "all") -> str:
    listed = "".join(f'<option value="{escape(v)}">{escape(one_line(words))}</option>' for v, words in options)
    return f'<label>{label} <select id="{name}"><option value="">{first}</option>{listed}</select></label>\n'


def _article(paper: Paper, show: Show) -> str:
    url, title = address(paper), escape(one_line(paper.title))
    head = f'<a href="{escape(url)}" rel="noopener noreferrer">{title}</a>' if url else title
    day = paper.published.isoformat() if paper.published else str(paper.year or "")
    by = "; ".join(escape(t) for t in (_authors(paper), str(paper.year or ""), one_line(paper.venue or "")) if t)
    own = (
        [f'<span class="state {paper.status}">{_STATUS[paper.status]}</span>']
        if show.status and paper.status != "inbox"
        else []
    )
    if paper.rating:
        stars = "★" * paper.rating + "☆" * (5 - paper.rating)
        own.append(f'<span class="stars" role="img" aria-label="{paper.rating} of 5">{stars}</span>')
    own += [f'<span class="tag" dir="auto">{escape(one_line(tag))}</span>' for tag in paper.tags]
    own += [f'<a href="{escape(code)}" rel="noopener noreferrer">Code</a>' for code in _web(paper.code)[:1]]
    tags = escape("\n".join(paper.tags))
    notes = "".join(f'<div dir="auto">{_rendered(note.body)}</div>' for note in paper.notes)
    parts = [
        f'<article data-status="{paper.status}" data-tags="{tags}" data-day="{day}"',
        f' data-rating="{paper.rating or 0}">\n<h2 dir="auto">{head}</h2>\n',
        f'<p class="by" dir="auto">{by}</p>\n' if by else "",
        f'<p class="own">{" ".join(own)}</p>\n' if own else "",
        _more(*_about(paper)),
        _more("Notes", notes),
        "</article>\n",
    ]
    return "".join(parts)


def _about(paper: Paper) -> tuple[str, str]:
    """The abstract, or what a list says of the paper."""
    said = next((m.text for m in paper.mentions if m.text and m.gone_at is None), "")
    words = clean(paper.abstract or said)
    return ("Abstract" if paper.abstract else "About"), (f'<p dir="auto">{escape(words)}</p>' if words else "")


def _more(name: str, inner: str) -> str:
    if not inner:
        return ""
    return f"<details><summary>{name}</summary>{inner}</details>\n"


def _authors(paper: Paper) -> str:
    names = ", ".join(map(one_line, paper.authors[:8]))
    return names + (f" and {len(paper.authors) - 8} more" if len(paper.authors) > 8 else "")


def _web(urls: Iterable[str]) -> list[str]:
    return [url for url in urls if url.startswith(("https://", "http://"))]


def _rendered(body: str) -> str:
    """A note's Markdown; HTML in it is shown as text, and pictures, which would have to be fetched, are links."""
    return str(_markdown().render(clean(body)))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).disable("image")


def _count(number: int) -> str:
    return f"{number:,} paper{'' if number == 1 else 's'}"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
