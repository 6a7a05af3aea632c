"""``tracker restore``: a backup put in place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that tracker backup wrote.")],
    json: options.Json = False,
) -> None:
    """Put a backup in place of the library; the replaced one is kept beside it.

    Example: [bold]tracker restore library.sqlite3[/bold]
    """
    if not file.is_file():
        raise edge.wrong_use(f"there is no file {str(file)!r}", "check the path")
    from tracker.service import Tracker

    restored = Tracker.restore(file, edge.Edge.of(ctx).settings().home)
    if json:
        from tracker.cli.jsonable import print_json

        print_json({"restored": restored})
    else:
        typer.echo(f"restored; the library is {restored}")
