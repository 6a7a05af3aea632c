"""``tracker similar``: papers near to one in meaning."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.FINDING)
def similar(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="A paper's id, arXiv id, DOI or address.")],
    limit: options.Limit = 10,
    json: options.Json = False,
) -> None:
    """List the papers nearest to one in meaning.

    Example: [bold]tracker similar arxiv:1706.03762[/bold]
    """
    from tracker.cli.search import show

    with edge.Edge.of(ctx).library() as tracker:
        result = tracker.similar(paper, limit)
    show(result, json=json)
