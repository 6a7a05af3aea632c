"""A list's document as a stream of what readers of lists look for: items, table rows, loose text, each with its topics.

:func:`read` walks the tree of :mod:`tracker.sources.rendering` once and yields
:class:`Block` values in document order.  Topics come from headings and from
``<summary>``; a heading ends what stands at its level or deeper, so a forgotten
``</details>`` does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from selectolax.lexbor import LexborNode

from tracker.sources.flow import (
    BLOCKS,
    MAX_DEPTH,
    children_of,
    first_line_of,
    flowing,
    holds_blocks,
    line_of,
    number_in,
    rows_of,
    spread,
)
from tracker.sources.inline import Span, Spans, plain, squeezed, topic
from tracker.sources.rendering import tree

BlockKind = Literal["heading", "item", "row", "text"]

_HEADINGS = {f"h{n}": n for n in range(1, 7)}

#: The level that a ``<summary>`` adds to the heading in force: deeper than it, less deep than the next.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, list item, table row or paragraph.

    ``spans`` is the block's own line (for a row all its cells one after the
    other), ``more`` the further paragraphs inside the item, ``children`` the
    items nested in it.  ``cells`` and ``header`` are filled for rows, the
    header being empty where the table has none.  ``section`` is the topic path.
    ``group`` numbers the list or table, so that siblings know each other.
    """

    kind: BlockKind
    spans: Spans
    section: tuple[str, ...] = ()
    line: int | None = None
    level: float = 0
    more: tuple[Spans, ...] = ()
    children: tuple[Block, ...] = ()
    cells: tuple[Spans, ...] = ()
    header: tuple[str, ...] = ()
    group: int = 0


def read(text: str) -> tuple[Block, ...]:
    """The blocks of the Markdown ``text`` in document order, nested items inside their parents."""
    return tuple(_Reader().blocks(tree(text), None, 0))


@dataclass(slots=True)
class _Topics:
    """The headings in force, outermost first, each with its level."""

    stack: list[tuple[float, str]] = field(default_factory=list)

    def enter(self, level: float, title: str) -> None:
        self.stack = [frame for frame in self.stack if frame[0] < level]
        if title and not (self.stack and self.stack[-1][1].casefold() == title.casefold()):
            self.stack.append((level, title))

    @property
    def level(self) -> float:
        return self.stack[-1][0] if self.stack else 0

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.stack)


class _Reader:
    """One pass over one document."""

    def __init__(self) -> None:
        self._topics = _Topics()
        self._groups = 0

    def blocks(self, node: LexborNode, line: int | None, depth: int) -> Iterator[Block]:
        """The blocks among the children of ``node``; runs of inline children become text blocks."""
        run: list[LexborNode] = []
        for child in children_of(node):
            if not holds_blocks(child, depth):
                run.append(child)
                continue
            yield from self._text(run, line)
            run = []
            if depth < MAX_DEPTH:
                yield from self._block(child, line_of(child) or line, depth + 1)
        yield from self._text(run, line)

    def _text(self, run: list[LexborNode], line: int | None) -> Iterator[Block]:
        spans = flowing(run)
        if plain(spans) or any(span.href for span in spans):
            yield Block("text", spans, self._topics.path, first_line_of(run) or line)

    def _block(self, node: LexborNode, line: int | None, depth: int) -> Iterator[Block]:
        tag = node.tag or ""
        if tag in _HEADINGS:
            spans = flowing([node])
            self._topics.enter(_HEADINGS[tag], topic(spans))
            yield Block("heading", spans, self._topics.path, line, level=_HEADINGS[tag])
        elif tag == "details":
            yield from self._details(node, line, depth)
        elif tag in ("ul", "ol"):
            yield from self._list(node, line, depth)
        elif tag == "table":
            yield from self._table(node, line, depth)
        elif tag == "p" and not any(holds_blocks(child, depth) for child in children_of(node)):
            yield from self._text(children_of(node), line)
        elif tag == "li":  # an item outside any list: hand-written HTML
            self._groups += 1
            yield self._item(node, line, depth, self._groups)
        elif tag not in ("pre", "hr"):
            yield from self.blocks(node, line, depth)

    def _details(self, node: LexborNode, line: int | None, depth: int) -> Iterator[Block]:
        before = list(self._topics.stack)
        level = self._topics.level + _HALF
        for child in children_of(node):
            if child.tag == "summary":
                spans = flowing([child])
                self._topics.enter(level, topic(spans))
                yield Block("heading", spans, self._topics.path, line_of(child) or line, level=level)
                break
        inside = len(self._topics.stack)
        yield from self.blocks(node, line, depth)
        if len(self._topics.stack) >= inside and self._topics.stack[: len(before)] == before:
            self._topics.stack = before

    def _list(self, node: LexborNode, line: int | None, depth: int) -> Iterator[Block]:
        self._groups += 1
        group = self._groups
        for child in children_of(node):
            if child.tag == "li":
                yield self._item(child, line_of(child) or line, depth + 1, group)
            elif child.tag in BLOCKS and depth < MAX_DEPTH:
                yield from self._block(child, line_of(child) or line, depth + 1)

    def _item(self, node: LexborNode, line: int | None, depth: int, group: int) -> Block:
        paragraphs: list[Spans] = []
        children: list[Block] = []
        for block in self.blocks(node, line, depth):
            if block.kind in ("text", "heading") and not children:
                paragraphs.append(block.spans)
            else:
                children.append(block)
        own = paragraphs[0] if paragraphs else ()
        return Block(
            "item", own, self._topics.path, line, more=tuple(paragraphs[1:]), children=tuple(children), group=group
        )

    def _table(self, node: LexborNode, line: int | None, depth: int) -> Iterator[Block]:
        self._groups += 1
        group = self._groups
        header: tuple[str, ...] = ()
        carried: dict[int, tuple[int, Spans]] = {}
        for row in rows_of(node):
            cells = [child for child in children_of(row) if child.tag in ("td", "th")]
            spans = spread([(number_in(cell, "rowspan"), flowing([cell])) for cell in cells], carried)
            if cells and all(cell.tag == "th" for cell in cells) and not header:
                header = tuple(squeezed(plain(cell)) for cell in spans)
                continue
            joined = tuple(span for cell in spans for span in (*cell, Span("\n")))
            yield Block(
                "row", joined, self._topics.path, line_of(row) or line, cells=tuple(spans), header=header, group=group
            )


def descendants(block: Block) -> Iterator[Block]:
    """The blocks nested in ``block``, depth first."""
    for child in block.children:
        yield child
        yield from descendants(child)


def without_common_root(blocks: tuple[Block, ...], entries: tuple[Block, ...]) -> tuple[Block, ...]:
    """``entries`` without the document's title as their outermost topic: what all share tells nothing apart."""
    first = next((block for block in blocks if block.kind == "heading"), None)
    if first is None or not first.section:
        return entries
    root = first.section[-1]
    if not all(entry.section[:1] == (root,) for entry in entries):
        return entries
    return tuple(replace(entry, section=entry.section[1:]) for entry in entries)
