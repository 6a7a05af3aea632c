"""Table rows of unknown lists: what the columns hold, told by their headers, and the row read as a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tracker.sources.below import lines_of
from tracker.sources.dates import date_in
from tracker.sources.evidence import LinkRole, label_role
from tracker.sources.inline import Spans, plain, squeezed
from tracker.sources.linked import ReadLink, read_links
from tracker.sources.people import people
from tracker.sources.reading import Reading, joined, read
from tracker.sources.structure import Block

Column = Literal["title", "name", "link", "code", "authors", "date", "venue", "beside", "text"]

#: Words of headers, in the order in which columns are told by them.
_HEADERS: tuple[tuple[Column, str], ...] = (
    ("authors", r"^(?:first\s+)?authors?\b|^作者"),
    ("date", r"\b(?:year|date|time|month|published|submitted|released?)\b|^(?:年份|时间|日期)"),
    ("venue", r"\b(?:venue|conf\w*|journal|publisher|published\s+in|pub\.?|booktitle|where|status)\b|^会议"),
    ("code", r"\b(?:code|github|repo\w*|implementation|source)\b|^代码"),
    ("link", r"\b(?:links?|urls?|pdf|arxiv|doi|paper\s*links?|preprint)\b|^链接"),
    ("title", r"\b(?:titles?|papers?|publications?|articles?|works?|references?)\b|^(?:论文|标题|题目)"),
    (
        "name",
        r"\b(?:names?|models?|methods?|abbr\w*|acronym|alias|approach\w*|algorithms?|datasets?|benchmarks?)\b|^名称",
    ),
    (
        "beside",
        r"\b(?:projects?|pages?|website|homepage|demos?|videos?|slides|blogs?|data|weights|checkpoints?|stars?)\b",
    ),
)
_COLUMN_ROLES: dict[Column, LinkRole] = {"title": "paper", "link": "paper", "code": "code", "beside": "beside"}


def columns(header: tuple[str, ...]) -> tuple[Column, ...]:
    """What each column holds; the first that may be the title is it, a later one holds text."""
    out: list[Column] = []
    for cell in header:
        column: Column = next((column for column, pattern in _HEADERS if re.search(pattern, cell, re.I)), "text")
        out.append("text" if column == "title" and "title" in out and not re.search(r"title", cell, re.I) else column)
    return tuple(out)


def parts_of(row: Block) -> Sequence[Block]:
    """The row; or one for each line of a cell whose every line is a linked title, since each is a paper.

    The links of the other cells are then left out: nothing tells whose they are.
    """
    for at, cell in enumerate(row.cells):
        lines = lines_of(cell)
        if len(lines) < 2 or not all(map(_names_a_paper, lines)):
            continue
        rest = [tuple(replace(span, href=None) for span in other) for other in row.cells]
        return [replace(row, cells=(*rest[:at], line, *rest[at + 1 :]), spans=line) for line in lines]
    return [row]


def _names_a_paper(line: Spans) -> bool:
    """Whether a cell's line begins with a link to a paper that has a name of its own."""
    first = next(iter(read_links(line)), None)
    return first is not None and first.own and first.role == "paper" and _begins(line, first.link.label)


def _begins(line: Spans, label: str) -> bool:
    """Whether ``line`` begins with ``label``, bullets and numbers before it left out."""
    return squeezed(re.sub(r"^[^\w\"'“]+|^\d+[.)]\s+", "", plain(line))).startswith(label)


def read_row(row: Block) -> tuple[Reading | None, bool]:
    """The row as a paper, and whether its table has a column for papers.

    Where a title column holds only "[Paper](…)" the name column tells the title.
    """
    kinds: tuple[Column, ...] = columns(row.header)
    if len(kinds) != len(row.cells):
        kinds = tuple("text" for _ in row.cells)
    cells = list(zip(kinds, row.cells, strict=True))
    links: list[ReadLink] = []
    for kind, cell in cells:
        links += [link for link in read_links(cell, _COLUMN_ROLES.get(kind)) if link not in links]
    tabled = "title" in kinds or ("link" in kinds and "name" in kinds)
    reading = _by_columns(cells, links) if tabled else _by_cells(row, links)
    if reading is None:
        return None, tabled
    authors = next(
        (found for kind, cell in cells if kind == "authors" and (found := people(plain(cell)))), reading.authors
    )
    year, month = reading.year, reading.month
    if year is None:
        year, month = date_in(" ".join(plain(cell) for kind, cell in cells if kind in ("date", "venue")))
    if year is None:
        year, month = date_in(" ".join(plain(cell) for kind, cell in cells if kind == "text"))
    return replace(reading, authors=authors, year=year, month=month, text=_told(cells), before=0), tabled


def _by_columns(cells: list[tuple[Column, Spans]], links: list[ReadLink]) -> Reading | None:
    titled = next((cell for kind, cell in cells if kind == "title"), None)
    named = next((cell for kind, cell in cells if kind == "name" and squeezed(plain(cell))), None)
    if titled is not None:
        own = read(titled, links=read_links(titled, "paper"))
        if own is not None and _says_more_than_a_role(titled):
            name = squeezed(plain(named)) if named is not None and re.search(r"[^\W\d_]", plain(named)) else None
            reading = read(titled, links=_ordered(titled, links))
            return (
                replace(reading, alias=name or reading.alias)
                if reading and name and len(name.split()) <= 4
                else reading
            )
        if not read_links(titled):
            return None  # a dash: the row has no paper
    if named is None:
        return None
    shown = squeezed(plain(named))
    return read(joined([named, *(cell for _, cell in cells if cell is not named)]), title=shown, links=links)


def _by_cells(row: Block, links: list[ReadLink]) -> Reading | None:
    """The first cell that by itself names a paper; else the row as one line."""
    for cell in row.cells:
        reading = read(cell)
        if reading is not None and reading.has_paper and reading.words >= 2:
            return read(cell, links=_ordered(cell, links))
    return read(joined(row.cells)) if any(link.role == "paper" for link in links) else None


def _ordered(cell: Spans, links: list[ReadLink]) -> list[ReadLink]:
    """``links`` with those of ``cell`` first."""
    urls = {link.link.url for link in read_links(cell)}
    return sorted(links, key=lambda link: link.link.url not in urls)


def _says_more_than_a_role(cell: Spans) -> bool:
    """Whether the cell holds a title rather than just "[Paper](…)" or a dash."""
    unlinked = plain(span for span in cell if span.href is None)  # "OpenVLA" before "[paper](…)"
    texts = (squeezed(plain(cell)), squeezed(unlinked))
    return any(re.search(r"[^\W\d_]{2,}", text) and label_role(text) is None for text in texts)


def _told(cells: list[tuple[Column, Spans]]) -> str:
    """The row's other words: venue and free columns."""
    told = [(kind, squeezed(plain(cell))) for kind, cell in cells if kind in ("venue", "text")]
    kept = (text for kind, text in told if re.search(r"\w{2,}", text) and (kind == "venue" or label_role(text) is None))
    return "; ".join(kept)
