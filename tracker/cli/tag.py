"""``tracker tag``: words of your own on a paper."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.READING)
def tag(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="A paper.")],
    add: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Tags to add.", show_default=False)
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="WORD", help="A tag to take away; may be repeated.", show_default=False),
    ] = None,
    json: options.Json = False,
) -> None:
    """Add and remove tags, or read them.

    Example: [bold]tracker tag 1706.03762 attention classic --remove todo[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        changed = tracker.tag(paper, add=add or (), remove=remove or ()) if add or remove else tracker.paper(paper)
    if json:
        from tracker.cli.jsonable import print_json

        print_json({"id": changed.id, "tags": changed.tags})
    else:
        from tracker.safetext import line

        typer.echo(line(" ".join(f"#{word}" for word in changed.tags)) or "no tags")
