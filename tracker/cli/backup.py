"""``tracker backup``: a copy of the library in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING)
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Where to; it must not exist yet.")],
    json: options.Json = False,
) -> None:
    """Copy the library into one file, also while an update runs.

    Example: [bold]tracker backup library.sqlite3[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        written = tracker.backup(file)
    if json:
        from tracker.cli.jsonable import print_json

        print_json({"backup": written})
    else:
        typer.echo(f"backed up to {written}")
