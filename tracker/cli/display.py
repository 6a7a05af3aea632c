"""What the commands print: tables and blocks that fit the terminal, and plain text where there is none.

On a terminal, columns shrink and the least telling ones go when the window is
narrow.  In a pipe nothing is cut and nothing is coloured.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from tracker.safetext import line, multiline

if TYPE_CHECKING:
    from tracker.records import Paper, SearchResult

_MIN_STRETCH = 40
_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``stretch`` takes what is left (exactly one), ``drop`` goes the earlier the higher it is (0: never)."""

    name: str
    style: str = ""
    right: bool = False
    stretch: bool = False
    drop: int = 0
    most: int = 24


class _Console(Console):
    """A console that leaves a closed pipe to the edge instead of ending the process by itself."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def output() -> Console:
    """Standard output, as rich sees it: colours only on a terminal and never under ``NO_COLOR``."""
    return _Console(highlight=False, emoji=False, markup=False, soft_wrap=True)


def errors() -> Console:
    """Standard error, the same way."""
    return _Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True)


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, to: Console | None = None) -> None:
    """Print a table: fitted to the window on a terminal, whole in a pipe."""
    console = to or output()
    cells = [[line(cell) for cell in row] for row in rows]
    kept, widths = _fit(columns, cells, console.width if console.is_terminal else None)
    header = Text()
    for place, index in enumerate(kept):
        _append(header, columns[index], columns[index].name, widths[index], last=place == len(kept) - 1, style="bold")
    console.print(header)
    for row in cells:
        text = Text()
        for place, index in enumerate(kept):
            column = columns[index]
            _append(text, column, row[index], widths[index], last=place == len(kept) - 1, style=column.style)
        console.print(text)


def _append(text: Text, column: Column, cell: str, width: int, *, last: bool, style: str) -> None:
    if cell_len(cell) > width:
        cell = set_cell_size(cell, max(width - 1, 0)).rstrip() + "…"
    padding = " " * (width - cell_len(cell))
    if column.right:
        text.append(padding)
    text.append(cell, style)
    if not last:
        text.append(" " * _GAP if column.right else padding + " " * _GAP)


def _fit(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], window: int | None
) -> tuple[list[int], dict[int, int]]:
    """Which columns to show, and how wide each is."""
    natural = {i: max([cell_len(column.name), *(cell_len(row[i]) for row in rows)]) for i, column in enumerate(columns)}
    kept = list(range(len(columns)))
    if window is None:
        return kept, natural
    stretch = next(i for i, column in enumerate(columns) if column.stretch)
    widths = {i: w if i == stretch else min(w, columns[i].most) for i, w in natural.items()}
    while True:
        room = window - sum(widths[i] + _GAP for i in kept if i != stretch)
        droppable = [i for i in kept if columns[i].drop]
        if room >= min(_MIN_STRETCH, natural[stretch]) or not droppable:
            break
        kept.remove(max(droppable, key=lambda i: columns[i].drop))
    widths[stretch] = max(min(natural[stretch], room), 8)
    return kept, widths


def moment(at: datetime | None, never: str = "never") -> str:
    """A moment in the reader's own time zone, to the minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else never


def soon(at: datetime | None, now: datetime | None = None) -> str:
    """When something is tried again, in words."""
    if at is None:
        return "with the next update"
    local, here = at.astimezone(), (now or datetime.now(UTC)).astimezone()
    if local <= here:
        return "with the next update"
    return f"at {local:%H:%M}" if local.date() == here.date() else f"on {local:%Y-%m-%d} at {local:%H:%M}"


def day(value: date | None) -> str:
    """A date, or nothing."""
    return value.isoformat() if value else ""


def names(authors: Sequence[str], most: int = 3) -> str:
    """Authors, the first ones by name and the rest counted."""
    shown = ", ".join(line(author) for author in authors[:most])
    return f"{shown} +{len(authors) - most}" if len(authors) > most else shown


def joined(*parts: str) -> str:
    """The parts that say something, with dots between."""
    return " · ".join(part for part in parts if part)


def wrapped(console: Console, text: str, indent: int = 0, style: str = "") -> None:
    """Print prose: wrapped to the window on a terminal, a line a paragraph in a pipe."""
    pad = " " * indent
    for paragraph in multiline(text).split("\n"):
        if not paragraph.strip():
            console.print()
            continue
        width = min(console.width, 100) if console.is_terminal else 10**9
        filled = textwrap.fill(
            paragraph.strip(),
            width,
            initial_indent=pad,
            subsequent_indent=pad,
            break_long_words=False,
            break_on_hyphens=False,
        )
        console.print(Text(filled, style=style))


def print_papers(papers: Sequence[Paper]) -> None:
    """Papers as a table."""
    print_table(
        (
            Column("Title", stretch=True, style="bold"),
            Column("Year", right=True),
            Column("Status", drop=1),
            Column("Lists", right=True, drop=3),
            Column("Added", drop=2),
            Column("Id", style="cyan", most=28),
        ),
        [
            (
                paper.title,
                str(paper.year or ""),
                ("new" if paper.is_new and paper.status == "inbox" else paper.status),
                str(len({m.source for m in paper.mentions if m.gone_at is None}) or ""),
                day(paper.added.astimezone().date() if paper.added else None),
                paper.id,
            )
            for paper in papers
        ],
    )


def _distinct(texts: Iterable[str]) -> list[str]:
    """The words of comma-separated lists, each once, whatever its case."""
    words = (line(word) for text in texts for word in text.split(","))
    return list({word.casefold(): word for word in reversed([w for w in words if w])}.values())[::-1]


def print_hits(result: SearchResult, *, first: int = 1) -> None:
    """Hits as blocks: title, who and when, why."""
    console = output()
    for number, hit in enumerate(result.hits, first):
        head = Text(f"{number:>2}  ", style="dim")
        head.append(line(hit.title), style="bold")
        head.append(f"  {hit.score:.3f}", style="dim")
        console.print(head, soft_wrap=not console.is_terminal)
        about = joined(
            names(hit.authors), str(hit.year or ""), line(hit.id), hit.status if hit.status != "inbox" else ""
        )
        wrapped(console, about, 4, "cyan")
        words = _distinct(m.text for m in hit.matched if m.kind in ("words", "title", "tokens"))
        if words:
            wrapped(console, "words: " + ", ".join(words), 4, "green")
        nearest = next((m.text for m in hit.matched if m.kind == "sentence"), hit.snippet)
        if nearest:
            wrapped(console, line(nearest, 300), 4, "dim")
