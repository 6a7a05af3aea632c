"""Markdown bytes to one document tree, each element carrying the line it came from.

Lists on GitHub mix Markdown with HTML freely: a Markdown table inside
``<details>``, ``<a>`` and ``<br>`` inside a cell, a whole ``<table>`` beside
bullets.  So that readers meet one shape only, the text is tokenised with
markdown-it, the tokens are mended and stamped with their lines, rendered, and
read back as one HTML tree.

What is mended, because curators type by hand:

* a table row with one ``|`` too many keeps all its text (GFM drops what
  overflows), the surplus being joined where the fewest links are;
* rows that a blank line cut off from their table still belong to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.errors import ParseError
from tracker.records import Document
from tracker.sources.inline import words

#: Elements that a list may use; any other ``<word>`` in the text is what its author wrote, not markup.
_ELEMENTS = words(
    "a abbr b blockquote br caption center cite code col colgroup dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr"
    " i img input ins kbd li mark ol p picture pre q s samp small source span strike strong sub summary sup table tbody"
    " td tfoot th thead tr tt u ul var nav section article main header footer figure figcaption"
)
#: Elements whose line is worth knowing.
_STAMPED = words("a dd details div dt h1 h2 h3 h4 h5 h6 li p summary td tr")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])|<(?![A-Za-z/])|</(?![A-Za-z])|<[A-Za-z/][^<>\s]*(?![^<]*>)")
_BLOCK_OPENERS = frozenset(
    {"heading_open", "paragraph_open", "list_item_open", "tr_open", "bullet_list_open", "ordered_list_open"}
)
_HTML_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)

#: Nested lists below this depth are not lists that anybody reads.
_MAX_NESTING = 60


def markdown_text(document: Document) -> str:
    """The text of ``document``, once it is sure to be Markdown and not something else that came in its place.

    Raises:
        ParseError: the body is empty, not UTF-8, holds NULs, or is a web page or JSON.
    """
    try:
        text = document.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"{document.url} is not UTF-8 text (byte {error.start})") from error
    if "\0" in text:
        raise ParseError(f"{document.url} holds NUL bytes, so it is not text")
    if not text.strip():
        raise ParseError(f"{document.url} is empty")
    if _HTML_PAGE.match(text):
        raise ParseError(f"{document.url} is a web page, not Markdown")
    if text.lstrip()[0] in "{[" and _is_json(text):
        raise ParseError(f"{document.url} is JSON, not Markdown")
    return re.sub(r"\r\n?", "\n", text)


def tree(text: str) -> LexborNode:
    """The body element of ``text`` as a document; elements carry the line they start on in ``data-line``, from 1."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    references: dict[str, object] = {}
    tokens = _Mender(parser, references, text.split("\n")).mended(parser.parse(text, references))
    for token in tokens:
        if token.map is not None and token.type in _BLOCK_OPENERS:
            token.attrSet("data-line", str(token.map[0] + 1))
        elif token.type == "html_block":
            token.content = _tamed(token.content, first_line=(token.map or [0])[0] + 1)
        elif token.type == "inline":
            _tame_inline(token)
    body = LexborHTMLParser(str(parser.renderer.render(tokens, parser.options, references))).body
    if body is None:
        raise ParseError(f"a text of {len(text)} characters cannot be laid out as a document")
    return body


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _tame_inline(token: Token) -> None:
    for child in token.children or ():
        if child.type == "html_inline":
            child.content = _tamed(child.content)


def _tamed(html: str, first_line: int | None = None) -> str:
    """Escape what is no element of a list (``<IS>``, ``<title>``); stamp the rest with lines from ``first_line`` on."""

    def tame(match: re.Match[str]) -> str:
        name = (match[1] or "").lower()
        if name not in _ELEMENTS:
            return "&lt;" + match[0][1:]
        if first_line is None or match[0].startswith("</") or name not in _STAMPED:
            return match[0]
        line = first_line + html.count("\n", 0, match.start())
        return f'{match[0]} data-line="{line}"'

    # Comments go, their lines stay, so that the elements behind them keep their places.
    html = re.sub(r"<!--.*?(?:-->|\Z)", lambda comment: "\n" * comment[0].count("\n"), html, flags=re.S)
    return _TAG.sub(tame, html)


# ---------------------------------------------------------------- tables


class _Mender:
    """Rows of one document, joined or adopted; keeps the header of the table met last."""

    def __init__(self, parser: MarkdownIt, references: dict[str, object], lines: Sequence[str]) -> None:
        self._parser, self._references, self._lines = parser, references, lines

    def mended(self, tokens: Sequence[Token]) -> list[Token]:
        """``tokens`` with overfull rows joined again and stray rows put into tables of their own."""
        out: list[Token] = []
        header: list[str] = []
        i = 0
        while i < len(tokens):
            token = tokens[i]
            end = i
            if token.type == "thead_open":
                header = [t.content for t in tokens[i : _closing(tokens, i)] if t.type == "inline"]
            elif token.type == "heading_open":
                header = []
            if token.type == "tr_open" and header and (row := self._overfull(token, len(header))):
                end = _closing(tokens, i)
                out += row
            elif token.type == "paragraph_open" and (rows := self._stray_rows(token, len(header))):
                end = _closing(tokens, i)
                out += [
                    Token("table_open", "table", 1, block=True),
                    *rows,
                    Token("table_close", "table", -1, block=True),
                ]
            else:
                out.append(token)
            i = end + 1
        return out

    def _overfull(self, token: Token, wanted: int) -> list[Token]:
        """The row that starts with ``token``, its surplus cells joined; [] when it has none."""
        line = token.map[0] if token.map else len(self._lines)
        cells = _cells(self._lines[line]) if line < len(self._lines) else []
        return self._row(line, _joined(cells, wanted)) if len(cells) > wanted else []

    def _stray_rows(self, paragraph: Token, wanted: int) -> list[Token]:
        """The rows of a paragraph that is really table rows (lines begin with ``|`` and have two cells); else []."""
        first, last = paragraph.map or (0, 0)
        numbers = range(first, min(last, len(self._lines)))
        rows = [(number, _cells(self._lines[number])) for number in numbers]
        if not all(self._lines[n].lstrip(" >").startswith("|") and len(cells) >= 2 for n, cells in rows):
            return []
        return [t for n, cells in rows for t in self._row(n, _joined(cells, wanted or len(cells)))]

    def _row(self, line: int, cells: Sequence[str]) -> list[Token]:
        out = [Token("tr_open", "tr", 1, block=True, map=[line, line + 1])]
        for cell in cells:
            out.append(Token("td_open", "td", 1, block=True))
            out += self._parser.parseInline(cell.strip(" \t"), self._references)
            out.append(Token("td_close", "td", -1, block=True))
        return [*out, Token("tr_close", "tr", -1, block=True)]


def _closing(tokens: Sequence[Token], start: int) -> int:
    """The index of the token that closes the one at ``start``."""
    wanted, level = tokens[start].type.replace("_open", "_close"), tokens[start].level
    for i in range(start + 1, len(tokens)):
        if tokens[i].type == wanted and tokens[i].level == level:
            return i
    return len(tokens) - 1


def _cells(line: str) -> list[str]:
    """The cells of a table row as GFM splits them, the outer pipes removed."""
    line = line.strip(" \t>")
    cells = escapedSplit(line) if "\\" in line else line.split("|")  # without escapes the same, fifty times as fast
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _joined(cells: list[str], wanted: int) -> list[str]:
    """``cells`` reduced to ``wanted`` by joining neighbours where the fewest links are: stray ``|`` lie in prose."""
    width = len(cells) - wanted + 1
    if wanted < 1 or width < 2:
        return cells

    def cost(i: int) -> tuple[int, int]:
        window = cells[i : i + width]
        return sum(cell.count("](") + cell.count("href=") for cell in window), -sum(map(len, window))

    best = min(range(wanted), key=cost)
    return [*cells[:best], "|".join(cells[best : best + width]), *cells[best + width :]]
