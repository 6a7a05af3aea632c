"""``tracker queue``: what to read next."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.READING)
def queue(
    ctx: typer.Context,
    papers: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Put these papers into the queue.", show_default=False)
    ] = None,
    limit: options.Limit = 20,
    json: options.Json = False,
) -> None:
    """Show what to read next, or queue papers.

    What you are reading comes first, then the queue by priority and age.

    Example: [bold]tracker queue arxiv:1706.03762[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        marked = tracker.mark(papers, "queued") if papers else ()
        shown = marked or tracker.queue(limit)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(shown)
        return
    if not shown:
        typer.echo("the queue is empty; tracker queue ID puts a paper into it")
        return
    from tracker.cli.display import print_papers

    print_papers(shown)
