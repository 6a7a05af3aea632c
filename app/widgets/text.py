"""Text that strangers wrote, on its way into a page.

Titles, blurbs, abstracts and authors are data: they become escaped HTML
(:func:`html`) or, where a widget's label is Markdown, Markdown in which no
character means anything (:func:`label`).  Notes are Markdown that a person
wrote or imported; they are rendered and cleaned (:func:`note`).
"""

from __future__ import annotations

import html as _html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from tracker.safetext import cut, line, multiline

#: No title of a paper is longer; the longest seen in print has about 350 characters.
TITLE_LIMIT = 400
TEXT_LIMIT = 20_000
NOTE_LIMIT = 100_000

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SHORTCODE = re.compile(r":(?=[\w+\-/]+:)")
#: Where Markdown sees an address although every sign in it is escaped.
_AUTOLINK = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_NOTE_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


def html(text: str, limit: int = TEXT_LIMIT) -> str:
    """``text`` as HTML in which it is nothing but text, on one line."""
    return _html.escape(line(text, limit))


def paragraphs(text: str, limit: int = TEXT_LIMIT) -> str:
    """``text`` as HTML paragraphs."""
    parts = (line(part) for part in multiline(cut(text, limit)).split("\n"))
    return "".join(f"<p>{_html.escape(part)}</p>" for part in parts if part)


def label(text: str, limit: int = TITLE_LIMIT) -> str:
    """``text`` for a widget's label: Markdown in which every character stands for itself.

    A colon that begins something like ``:name:`` is followed by a character
    of no width, since icons and emoji are put in after Markdown has been read;
    so are the signs by which addresses are found then, to be made links.
    """
    flat = _AUTOLINK.sub("\u200b", _SHORTCODE.sub(":\u200b", line(text, limit)))
    return _PUNCTUATION.sub(r"\\\1", flat) or "Untitled"


def marked(text: str, words: Iterable[str], limit: int = TEXT_LIMIT) -> str:
    """``text`` as HTML with the ``words`` marked wherever a word begins with one of them, in any case."""
    flat = line(text, limit)
    wanted = sorted({line(word) for word in words if line(word)}, key=len, reverse=True)[:50]
    if not wanted:
        return _html.escape(flat)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in wanted) + r")\w*", re.IGNORECASE)
    parts, last = [], 0
    for found in pattern.finditer(flat):
        parts += [_html.escape(flat[last : found.start()]), f"<mark>{_html.escape(found[0])}</mark>"]
        last = found.end()
    return "".join([*parts, _html.escape(flat[last:])])


def address(url: str | None) -> str | None:
    """``url`` if it is one to follow from a page (http or https, with a host, no blanks), else None."""
    if not url or len(url) > 2_000 or line(url) != url or any(c.isspace() or c in "<>\"'`\\" for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None


def link(name: str, url: str | None) -> str:
    """An HTML link that opens apart, or only its escaped name where the address is not one to follow."""
    safe = address(url)
    shown = html(name, 120) or html(url or "", 120)
    if safe is None:
        return shown
    return f'<a href="{_html.escape(safe)}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>'


def host(url: str) -> str:
    """The host of an address, for a link that has no name."""
    safe = address(url)
    return (urlsplit(safe).hostname or url).removeprefix("www.") if safe else url


def note(body: str) -> str:
    """A note's Markdown as clean HTML: no images, no scripts, no markup of its own, links only to http(s) and mail."""
    import nh3
    from markdown_it import MarkdownIt

    source = multiline(body)[:NOTE_LIMIT]
    rendered = (
        MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).render(source)
    )
    return nh3.clean(
        rendered,
        tags=_NOTE_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
