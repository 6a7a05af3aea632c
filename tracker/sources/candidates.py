"""Everything in an unknown list that might be a paper, read and put beside its neighbours.

Items, rows, paragraphs and headings become :class:`Candidate` values; lines
that only add to the paper above them (nested "Authors: …", "[Code](…)", a list
of labelled links under a bold title) are taken into it; bullets that hold other
candidates become topics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.sources.below import belongs, detailed, lines_of, notes_after, notes_of
from tracker.sources.inline import Spans, is_web, links, plain, squeezed, topic
from tracker.sources.linked import read_links
from tracker.sources.reading import Reading, joined, read
from tracker.sources.structure import Block, BlockKind
from tracker.sources.tables import parts_of, read_row


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something read as a paper, and where it stands.

    ``group`` names the list, table or run of paragraphs whose members vouch for
    each other.  ``tabled``: in a table with a column for papers; ``told``: with
    lines below it that tell of one paper.
    """

    reading: Reading
    kind: BlockKind
    section: tuple[str, ...]
    line: int | None
    group: tuple[object, ...]
    tabled: bool = False
    told: bool = False


def candidates(blocks: Sequence[Block], topics: tuple[str, ...] = ()) -> Iterator[Candidate]:
    """The candidates in ``blocks``, which lie under ``topics`` besides their own sections, in document order."""
    i = 0
    subtopic: tuple[str, ...] = ()
    group = -1
    while i < len(blocks):
        block = blocks[i]
        notes = notes_after(blocks, i) if block.kind in ("text", "heading") else []
        if block.kind != "row" or block.group != group:
            subtopic, group = (), block.group
        if block.kind == "row":
            if heading := _row_topic(block):
                subtopic = (heading,)
            else:
                yield from _row(block, (*topics, *subtopic))
        elif block.kind == "item":
            yield from _item(block, topics)
        else:
            yield from _paragraph(block, notes, topics)
        i += 1 + len(notes)


def _item(item: Block, topics: tuple[str, ...]) -> Iterator[Candidate]:
    where = (*item.section, *topics)
    lines = _entry_lines((item.spans, *item.more))
    if len(lines) > 1:
        for line in lines:
            if reading := read(line):
                yield Candidate(reading, "item", where, item.line, ("list", item.group))
        yield from candidates(item.children, topics)
        return
    own = joined((item.spans, *item.more))
    reading = read(own)
    notes = notes_of(item.children)
    others = [child for child in item.children if child not in notes]
    if reading is not None and (better := _told_below(reading, others)):
        yield Candidate(better, "item", where, item.line, ("list", item.group))
        return
    added = (
        read(own, title=None, links=read_links(joined((own, *(note.spans for note in notes))))) if notes else reading
    )
    own_paper = reading is None or reading.has_paper or not others or belongs(reading, others)
    if added is not None and added.has_paper and own_paper:
        added = detailed(added, (*notes, *_linkless(others)))
        yield Candidate(added, "item", where, item.line, ("list", item.group))
        yield from candidates([child for child in others if child not in _linkless(others)], topics)
        return
    if reading is not None and not others:
        yield Candidate(reading, "item", where, item.line, ("list", item.group))
    above = topic(own).strip("[] ")
    yield from candidates(others, (*topics, above) if above else topics)


def _paragraph(block: Block, notes: Sequence[Block], topics: tuple[str, ...]) -> Iterator[Candidate]:
    section = block.section[:-1] if block.kind == "heading" else block.section
    where, group = (*section, *topics), (block.kind, *section, *topics)
    lines = _entry_lines((block.spans,))
    if len(lines) > 1 and not notes:
        for line in lines:
            if reading := read(line):
                yield Candidate(reading, block.kind, where, block.line, group)
        return
    found = read_links(joined((block.spans, *(note.spans for note in notes))))
    if not found or (block.kind == "heading" and not any(link.role == "paper" for link in found)):
        return
    if reading := read(block.spans, links=found):
        yield Candidate(detailed(reading, notes), block.kind, where, block.line, group, told=bool(notes))


def _row(row: Block, topics: tuple[str, ...]) -> Iterator[Candidate]:
    for part in parts_of(row):
        reading, tabled = read_row(part)
        if reading is not None:
            yield Candidate(reading, "row", (*row.section, *topics), row.line, ("table", row.group), tabled)


def _row_topic(row: Block) -> str | None:
    """The words of a row that only names a topic: one cell filled, no link in it."""
    filled = [cell for cell in row.cells if squeezed(plain(cell)) or links(cell)]
    distinct = {plain(cell) for cell in filled}
    if len(row.cells) > 1 and len(distinct) == 1 and not links(filled[0]) and len(distinct.pop().split()) <= 12:
        return topic(filled[0]) if len(filled) in (1, len(row.cells)) else None
    return topic(filled[0]) if len(row.cells) == 1 and len(row.header) > 1 and filled and not links(filled[0]) else None


# ---------------------------------------------------------------- what belongs together


def _told_below(reading: Reading, others: Sequence[Block]) -> Reading | None:
    """A short name with a link whose nested line tells authors and title ("Google [Paper]" / "A. Name, *Title*")."""
    if len(others) != 1 or not reading.has_paper or reading.words > 6 or reading.kind not in ("plain", "bold"):
        return None
    if any(is_web(link.url) for link in links(others[0].spans)):
        return None
    below = read(others[0].spans, links=reading.links)
    if below is None or below.kind == "plain" or not below.authors:
        return None
    return replace(below, alias=below.alias or (reading.title if len(reading.title.split()) <= 3 else None))


def _linkless(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if not _has_links(block)]


def _has_links(block: Block) -> bool:
    return bool(read_links(block.spans)) or any(_has_links(child) for child in block.children)


def _entry_lines(paragraphs: Sequence[Spans]) -> list[Spans]:
    """The lines of a block when each of two or more names a paper by a link of its own; else one element."""
    whole = joined(paragraphs)
    kept = lines_of(whole)
    if len(kept) < 2:
        return [whole]
    papers = [line for line in kept if any(link.role == "paper" for link in read_links(line))]
    readings = [reading for line in papers if (reading := read(line))]
    owned = [r for r in readings if r.words >= 3 and r.before == 0 and r.kind != "plain"]
    numbered = [
        r for line, r in zip(papers, readings, strict=False) if plain(line)[:1] in "[0123456789" and r.words >= 3
    ]
    defined = [line for line in papers if plain(line).startswith(":")]  # a term's definitions
    enough = max(len(owned), len(numbered), len(defined)) == len(papers) == len(readings)
    return papers if len(papers) >= 2 and enough else [whole]
