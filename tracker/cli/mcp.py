"""``tracker mcp``: the library as tools for an assistant."""

from __future__ import annotations

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.FINDING)
def mcp(ctx: typer.Context) -> None:
    """Answer an assistant over standard input and output (Model Context Protocol): search, paper, similar, queue, path.

    It only reads. Enter this command where the assistant asks for a server.

    Example: [bold]tracker mcp[/bold]
    """
    from tracker.api.model_context import create_server

    with edge.Edge.of(ctx).library() as tracker:
        create_server(tracker).run("stdio")
