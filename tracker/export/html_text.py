"""HTML of a note, as Zotero keeps it, to Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tracker.export.rows import clean, words

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BLOCKS = words("p div h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table tr")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}
#: How notes in HTML begin in exports of Zotero's.
_HTML = re.compile(r"\s*<(?:p|div|ul|ol|h[1-6]|blockquote)\b[^<>]*>", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "head", "template"})


def markdown(html: str) -> str:
    """The words with their emphasis, links, lists and headings; all else of the markup is dropped."""
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    text = "".join(_pieces(body))
    text = re.sub(r"[ \t\xa0]+\n|\n[ \t]+(?=\n)", "\n", text)
    return clean(re.sub(r"\n{3,}", "\n\n", text))


def note_text(written: str) -> str:
    """A note as a file holds it: as Markdown where it is HTML, else as it is."""
    return markdown(written) if _HTML.match(written) else written


def _pieces(node: LexborNode) -> Iterator[str]:
    child = node.child
    while child is not None:
        yield from _piece(child)
        child = child.next


def _piece(node: LexborNode) -> Iterator[str]:
    tag = node.tag or ""
    if tag == "-text":
        yield re.sub(r"\s+", " ", node.text(deep=False) or "")
    elif tag == "br":
        yield "\n"
    elif tag in _SILENT or tag.startswith(("-", "_", "!")):
        return
    elif tag == "a" and (url := node.attributes.get("href")):
        yield f"[{''.join(_pieces(node)).strip()}]({url})"
    elif tag in _MARKS:
        words = "".join(_pieces(node))
        yield f"{_MARKS[tag]}{words.strip()}{_MARKS[tag]}" if words.strip() else words
    elif tag in _BLOCKS:
        before, after = ("\n", "") if tag in ("li", "tr") else ("\n\n", "\n\n")
        yield f"{before}{_lead(tag)}{''.join(_pieces(node)).strip()}{after}"
    else:
        yield from _pieces(node)


def _lead(tag: str) -> str:
    """What Markdown puts before a block."""
    if tag[0] == "h":
        return "#" * int(tag[1]) + " "
    return {"li": "- ", "blockquote": "> "}.get(tag, "")
