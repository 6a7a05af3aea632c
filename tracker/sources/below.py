"""Lines below a title that tell of one paper: its labelled links, its authors, its venue or year, words about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.sources.dates import VENUE, date_in
from tracker.sources.evidence import label_role
from tracker.sources.inline import Span, Spans, links, plain, readable, squeezed
from tracker.sources.linked import read_links, without_labels
from tracker.sources.people import names_in
from tracker.sources.reading import Reading, is_note, read
from tracker.sources.structure import Block
from tracker.sources.titles import FIELD

_PARTS = re.compile(r"\s*[·•|;\n]\s*|\s[-–—]\s")
_AUTHORS = re.compile(r"^\W*(?:authors?|by|作者)\s*[:：]\s*", re.I)
#: More words than this are no venue and year.
_LONGEST_VENUE = 8


def is_note_block(child: Block) -> bool:
    """Whether a nested line only adds to the paper above it."""
    return child.kind in ("item", "text") and not child.children and is_note(child.spans)


def notes_of(children: Sequence[Block]) -> list[Block]:
    """Those nested lines that only add to the paper above them.

    Several addresses that nothing labels are several papers: then they are no notes.
    """
    notes = [child for child in children if is_note_block(child)]
    return [note for note in notes if not _unlabelled(note)] if not _one_paper(notes) else notes


def notes_after(blocks: Sequence[Block], at: int) -> list[Block]:
    """What follows a title line when all of it tells of that one paper: the list right under it, or a paragraph."""
    title = read(blocks[at].spans)
    if title is None or title.words < 2 or title.has_paper:
        return []
    within = blocks[at].kind == "heading" and blocks[at].level > 1  # not under the list's own title
    if within and at + 1 < len(blocks) and _tells_of(title, blocks[at + 1]):
        return [blocks[at + 1]]
    out: list[Block] = []
    for block in blocks[at + 1 :]:
        if block.kind != "item" or (out and block.group != out[0].group):
            break
        if not (is_note_block(block) or is_detail(block)):
            return []
        out.append(block)
    return out if 1 <= sum(map(_leads_to_paper, out)) <= 3 and _one_paper(out) else []


def is_detail(block: Block) -> bool:
    """Whether a line without links is nothing but authors, or a venue with its year."""
    return not block.children and not links(block.spans) and _is_detail(plain(block.spans))


def belongs(title: Reading, others: Sequence[Block]) -> bool:
    """Whether all lines nested under a title without a link are about it: authors and venue, or words without links."""
    if title.words < 2 or title.has_paper:
        return False
    if all(is_detail(block) for block in others):
        return True
    linkless = not any(block.children or links(block.spans) or read_links(block.spans) for block in others)
    return linkless and title.kind in ("bold", "quoted") and title.words >= 3


def detailed(reading: Reading, below: Sequence[Block]) -> Reading:
    """``reading`` with the words of the lines below it, and what they tell of authors and year."""
    lines = [part for block in below for part in _PARTS.split(plain(block.spans))]
    words = readable("\n".join(plain(block.spans) for block in below if not read_links(block.spans)))
    text = "\n".join(part for part in (reading.text, words) if part)
    authors = reading.authors or next((names for line in lines if (names := _authors(line))), ())
    year, month = reading.year, reading.month
    if year is None:
        told = (date_in(line) for line in lines if _is_detail(line) or FIELD.match(line))
        year, month = next((found for found in told if found[0]), (None, None))
    venue = reading.venue or any(VENUE.search(line) and _is_detail(line) for line in lines)
    return replace(reading, text=text, authors=authors, year=year, month=month, venue=venue)


def lines_of(spans: Spans) -> list[Spans]:
    """The lines of ``spans`` that say or link something."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        for number, part in enumerate(span.text.split("\n")):
            if number:
                lines.append([])
            if part or span.image is not None:
                lines[-1].append(replace(span, text=part))
    return [tuple(line) for line in lines if plain(line) or links(line)]


def _tells_of(title: Reading, block: Block) -> bool:
    """Whether a paragraph under a heading holds one paper's labelled links and besides them only authors and venue."""
    if block.kind != "text":
        return False
    found = read_links(block.spans)
    if any(link.own or not link.link.label for link in found) or not any(link.role == "paper" for link in found):
        return False
    rest = without_labels(plain(block.spans), found)
    parts = [part for part in _PARTS.split(rest) if re.search(r"\w{2,}", part)]
    written = any(span.href and span.image is None and span.text.strip() for span in block.spans)
    return all(_is_detail(part) for part in parts) and (bool(parts) or (title.words >= 4 and written))


def _is_detail(text: str) -> bool:
    """Whether ``text`` is nothing but authors, a venue with its year, or both."""
    text = squeezed(text).strip(" ()[].,;:|*_-–—")
    if not re.search(r"\w{2,}", text) or _authors(text):
        return True
    head, comma, tail = text.rpartition(", ")
    if comma and _is_venue(tail) and names_in(head):
        return True
    return _is_venue(text)


def _is_venue(text: str) -> bool:
    told = date_in(text)[0] is not None or label_role(text) == "paper"
    return told and len(text.split()) <= _LONGEST_VENUE and (bool(VENUE.search(text)) or len(text.split()) <= 4)


def _authors(line: str) -> tuple[str, ...]:
    """The people that a line names and nothing else, or that it names first, a venue and year behind them."""
    text = squeezed(line).strip(" *_|·")
    if field := _AUTHORS.match(text):
        return names_in(text[field.end() :], alone=True)
    if names := names_in(text):
        return names
    head, comma, tail = text.rpartition(", ")
    return names_in(head) if comma and _is_venue(tail) else ()


def _one_paper(blocks: Sequence[Block]) -> bool:
    """Whether the links to papers, if in several lines, are all labelled by what they are ("pdf", "arXiv")."""
    return not any(map(_unlabelled, blocks)) or sum(map(_leads_to_paper, blocks)) <= 1


def _unlabelled(block: Block) -> bool:
    return any(link.role == "paper" and not link.link.label for link in read_links(block.spans))


def _leads_to_paper(block: Block) -> bool:
    return any(link.role == "paper" for link in read_links(block.spans))
