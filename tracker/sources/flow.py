"""The tree of a document from below: what flows within a block, a table's rows, the line an element stands on."""

from __future__ import annotations

from dataclasses import replace

from selectolax.lexbor import LexborNode

from tracker.sources.inline import Span, Spans, words

#: Elements that stand for themselves; everything else flows within a line.
BLOCKS = words(
    "address article blockquote body center dd details div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BOLD, _ITALIC, _STRUCK = {"b", "strong"}, {"i", "em", "cite", "var"}, {"s", "del", "strike"}
#: How deep the tree is followed; what is nested deeper is read as if it were not there.
MAX_DEPTH = 60


def flowing(nodes: list[LexborNode]) -> Spans:
    """The text, links and images of ``nodes`` in reading order, blocks inside them set off by line breaks."""
    spans: list[Span] = []
    for node in nodes:
        _flow(node, Span(""), spans, 0)
    return tuple(spans)


def _flow(node: LexborNode, style: Span, spans: list[Span], depth: int) -> None:
    tag = node.tag or ""
    if tag == "-text":
        text = node.text_content or ""
        if text:
            spans.append(replace(style, text=text))
        return
    if tag == "br":
        spans.append(Span("\n"))
        return
    attributes = node.attributes
    if tag == "img":
        spans.append(replace(style, text=attributes.get("alt") or "", image=attributes.get("src") or "-"))
        return
    if depth > MAX_DEPTH or tag.startswith("-"):
        return
    if tag == "a" and attributes.get("href"):
        style = replace(style, href=(attributes["href"] or "").strip(), number=len(spans))
    style = replace(
        style,
        bold=style.bold or tag in _BOLD,
        italic=style.italic or tag in _ITALIC,
        struck=style.struck or tag in _STRUCK,
        code=style.code or tag in ("code", "kbd", "pre"),
    )
    block = tag in BLOCKS and tag not in ("td", "th")
    if block and spans:
        spans.append(Span("\n"))
    for child in children_of(node):
        _flow(child, style, spans, depth + 1)
    if block:
        spans.append(Span("\n"))


def children_of(node: LexborNode) -> list[LexborNode]:
    """The children of ``node``, text among them."""
    out = []
    child = node.child
    while child is not None:
        out.append(child)
        child = child.next
    return out


def holds_blocks(node: LexborNode, depth: int) -> bool:
    """Whether ``node`` is a block, or an inline element wrapped around blocks (``<a name>`` left open)."""
    tag = node.tag or ""
    if tag in BLOCKS:
        return True
    if tag.startswith("-") or depth > MAX_DEPTH:
        return False
    return any(holds_blocks(child, depth + 1) for child in children_of(node))


def rows_of(table: LexborNode) -> list[LexborNode]:
    """The rows of ``table`` itself, not of tables inside it."""
    out = []
    for child in children_of(table):
        if child.tag == "tr":
            out.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            out += [row for row in children_of(child) if row.tag == "tr"]
    return out


def spread(cells: list[tuple[int, Spans]], carried: dict[int, tuple[int, Spans]]) -> list[Spans]:
    """One row's cells, with those repeated that reach down from rows above (``rowspan``); updates ``carried``."""
    out: list[Spans] = []
    fresh = iter(cells)
    while True:
        column = len(out)
        left, spans = carried.get(column, (0, ()))
        if left:
            carried[column] = (left - 1, spans)
            out.append(spans)
            continue
        cell = next(fresh, None)
        if cell is None:
            return out
        if cell[0] > 1:
            carried[column] = (cell[0] - 1, cell[1])
        out.append(cell[1])


def number_in(node: LexborNode, attribute: str) -> int:
    """The whole number in an attribute; 1 where there is none."""
    text = node.attributes.get(attribute) or ""
    return min(int(text), 1000) if text.isascii() and text.isdigit() else 1


def line_of(node: LexborNode) -> int | None:
    """The line that ``node`` was stamped with."""
    text = node.attributes.get("data-line") if not (node.tag or "-").startswith("-") else None
    return int(text) if text and text.isascii() and text.isdigit() else None


def first_line_of(nodes: list[LexborNode]) -> int | None:
    """The first line known among ``nodes``."""
    return next((line for node in nodes if (line := line_of(node)) is not None), None)
