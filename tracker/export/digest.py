"""What is new, as HTML for a mail or a browser, and as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote

from tracker.records import Paper

#: Characters of an abstract; the rest is behind the link.
_ABSTRACT = 600
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#1c1c1c}"
    "h1{font-size:1.4em}h2{font-size:1.05em;margin:1.6em 0 .1em}.by{color:#555;font-size:.9em;margin:0}"
    ".down{background:#fff3e0;padding:.6em 1em}a{color:#0b57a4}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest tells: papers, last come first; of the rest the titles; and what is out of order.

    ``more`` counts papers that it does not name.
    """

    now: datetime
    papers: Sequence[Paper]
    rest: Sequence[Paper] = ()
    more: int = 0
    outages: Sequence[str] = ()

    @property
    def title(self) -> str:
        """The headline, and the subject of the mail."""
        number = len(self.papers) + len(self.rest) + self.more
        return f"{number:,} new paper{'' if number == 1 else 's'}, {self.now:%d %B %Y}"


def html(digest: Digest) -> str:
    """A whole page without scripts and without anything from elsewhere; all text of others is escaped."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(digest.title)}</title><style>{_STYLE}</style></head><body><h1>{escape(digest.title)}</h1>",
        *(f'<p class="down">{escape(words)}</p>' for words in digest.outages),
        *map(_html_paper, digest.papers),
        *(["<h2>And also</h2><ul>", *map(_html_title, digest.rest), "</ul>"] if digest.rest else []),
        *([f"<p>and {digest.more:,} more in your library</p>"] if digest.more else []),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def text(digest: Digest) -> str:
    """The same as plain text."""
    parts = [digest.title, "=" * len(digest.title), ""]
    parts += [f"! {words}" for words in digest.outages] + ([""] if digest.outages else [])
    for paper in digest.papers:
        parts += [*_text_paper(paper), ""]
    if digest.rest:
        parts += ["And also", "--------", *map(_text_title, digest.rest), ""]
    if digest.more:
        parts.append(f"and {digest.more:,} more in your library")
    return "\n".join(parts).rstrip("\n") + "\n"


def address(paper: Paper) -> str:
    """Where to read it; empty where nobody says so."""
    links = (link.url for link in paper.urls if link.url.startswith(("https://", "http://")))
    named = {identifier.scheme: identifier.value for identifier in paper.identifiers}
    known = [
        *links,
        *([f"https://arxiv.org/abs/{named['arxiv']}"] if "arxiv" in named else []),
        *([f"https://doi.org/{quote(named['doi'], safe='/')}"] if "doi" in named else []),
    ]
    return next(iter(known), "")


def _html_title(paper: Paper) -> str:
    return f"<li>{_html_head(paper)}</li>"


def _text_title(paper: Paper) -> str:
    return " ".join(part for part in (_line(paper.title), address(paper)) if part)


def _html_head(paper: Paper) -> str:
    title, url = escape(_line(paper.title)), address(paper)
    return f'<a href="{escape(url)}">{title}</a>' if url else title


def _html_paper(paper: Paper) -> str:
    return f'<h2>{_html_head(paper)}</h2><p class="by">{escape(_by(paper))}</p><p>{escape(_about(paper))}</p>'


def _text_paper(paper: Paper) -> Iterable[str]:
    return (
        line
        for line in (_line(paper.title), f"  {_by(paper)}", f"  {_about(paper)}", f"  {address(paper)}")
        if line.strip()
    )


def _by(paper: Paper) -> str:
    names = ", ".join(map(_line, paper.authors[:4])) + (" and others" if len(paper.authors) > 4 else "")
    lists = ", ".join(dict.fromkeys(m.source for m in paper.mentions if m.gone_at is None))
    return "; ".join(part for part in (names, str(paper.year or ""), f"on {lists}" if lists else "") if part)


def _about(paper: Paper) -> str:
    words = _line(next((t for t in (paper.abstract, *(m.text for m in paper.mentions)) if t), ""))
    return words if len(words) <= _ABSTRACT else words[:_ABSTRACT].rsplit(" ", 1)[0] + " …"


def _line(words: str) -> str:
    return " ".join(words.split())
