"""``tracker show``: all that is known of a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from rich.console import Console

    from tracker.records import Mention, Paper

app = typer.Typer()


@app.command(rich_help_panel=options.FINDING)
def show(
    ctx: typer.Context,
    paper: Annotated[
        str, typer.Argument(metavar="ID", help="A paper's id, arXiv id, DOI or address, or the beginning of its id.")
    ],
    json: options.Json = False,
) -> None:
    """Show a paper: abstract, lists, links, code, your notes.

    Example: [bold]tracker show 1706.03762[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        found = tracker.paper(paper)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(found)
        return
    from tracker.cli.display import output

    _print(found, output())


def _print(paper: Paper, console: Console) -> None:
    from tracker.cli.display import day, joined, names, wrapped

    wrapped(console, paper.title, style="bold")
    if paper.authors:
        wrapped(console, names(paper.authors, 12))
    wrapped(console, joined(day(paper.published) or str(paper.year or ""), paper.venue or "", paper.id), style="cyan")
    stars = f"{'★' * paper.rating}{'☆' * (5 - paper.rating)}" if paper.rating else ""
    priority = f"priority {paper.priority}" if paper.priority else ""
    tags = " ".join(f"#{tag}" for tag in paper.tags)
    wrapped(console, joined("new" if paper.is_new else "", paper.status, stars, priority, tags), style="green")
    if paper.abstract:
        _section(console, f"Abstract ({_origin(paper)})")
        wrapped(console, paper.abstract, 2)
    else:
        _section(console, "No abstract is known; the lists' own words stand in for it.")
    if paper.mentions:
        _section(console, "Listed")
        for mention in paper.mentions:
            _mention(console, mention)
    _bullets(console, "Links", [joined(link.label, link.url) for link in paper.urls])
    _bullets(console, "Code", paper.code)
    _bullets(
        console,
        "Results",
        [
            joined(r.task, r.dataset, f"{r.metric} {r.value}", f"rank {r.rank}" if r.rank else "")
            for r in paper.results[:10]
        ],
    )
    _bullets(console, "Concepts", [f"{c.slug} ({c.score:.2f}) {c.evidence}" for c in paper.concepts])
    if paper.notes:
        _section(console, "Notes")
        for note in paper.notes:
            wrapped(console, f"[{note.id}] {note.updated.astimezone():%Y-%m-%d %H:%M}", 2, "dim")
            wrapped(console, note.body, 2)
    _bullets(console, "Also known as", [*map(str, paper.identifiers), *paper.aliases])


def _origin(paper: Paper) -> str:
    origin = paper.provenance.get("abstract")
    source = paper.abstract_source or (origin.source if origin else "unknown source")
    return f"{source}, {origin.at.astimezone():%Y-%m-%d}" if origin else source


def _section(console: Console, title: str) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(title, style="bold underline"))


def _bullets(console: Console, title: str, texts: Sequence[str]) -> None:
    from tracker.cli.display import wrapped
    from tracker.safetext import line

    shown = [line(text, 500) for text in texts]
    if shown:
        _section(console, title)
        for text in shown:
            wrapped(console, f"- {text}", 2)


def _mention(console: Console, mention: Mention) -> None:
    from tracker.cli.display import day, joined, wrapped
    from tracker.safetext import line

    week = f"week {day(mention.week_start)} to {day(mention.week_end)}" if mention.week_start else ""
    gone = f"left the list {mention.gone_at.astimezone():%Y-%m-%d}" if mention.gone_at else ""
    section = " > ".join(mention.section)
    wrapped(
        console,
        joined(
            mention.source, week, f"rank {mention.rank}" if mention.rank else "", section, mention.marker or "", gone
        ),
        2,
        "dim" if mention.gone_at else "",
    )
    if mention.text:
        wrapped(console, line(mention.text, 400), 4, "dim")
