"""``tracker publish``: the reading list as a page to put anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING, context_settings=options.QUERY_SETTINGS)
def publish(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made where it is not there.")],
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...",
            help="Only what these filters admit, as in search; else all that is queued, being read or read.",
            show_default=False,
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="The headline.")] = "Reading list",
    status: Annotated[bool, typer.Option(help="Show what is to read, being read and read.")] = True,
    ratings: Annotated[bool, typer.Option(help="Show your ratings.")] = True,
    tags: Annotated[bool, typer.Option(help="Show your tags.")] = True,
    notes: Annotated[bool, typer.Option("--notes", help="Show your notes, too: everybody can read them then.")] = False,
    json: options.Json = False,
) -> None:
    """Write the reading list as a page with a search of its own, which needs no server.

    The folder gets index.html and papers.bib; other files in it stay.

    Example: [bold]tracker publish site tag:thesis --title "What I read for my thesis"[/bold]
    """
    from tracker.cli.jsonable import print_json
    from tracker.cli.words import count

    with edge.Edge.of(ctx).library() as tracker:
        number = tracker.publish(
            folder,
            query=options.query_of(query),
            title=title,
            status=status,
            ratings=ratings,
            tags=tags,
            notes=notes,
        )
    if json:
        print_json({"folder": str(folder), "papers": number, "notes": notes})
    else:
        typer.echo(f"{count(number, 'paper')} published: {folder / 'index.html'}")
