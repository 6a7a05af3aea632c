"""``tracker list``: the papers that a filter admits."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command("list", rich_help_panel=options.FINDING, context_settings=options.QUERY_SETTINGS)
def list_(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...", help="As in search: list:, year:, status:, tag:, is:new ...", show_default=False
        ),
    ] = None,
    sort: Annotated[options.Order, typer.Option("--sort", help="What comes first.")] = options.Order.added,
    limit: options.Limit = 50,
    offset: options.Offset = 0,
    json: options.Json = False,
) -> None:
    """List papers, newest first unless sorted otherwise.

    Example: [bold]tracker list is:new --sort endorsed[/bold]
    """
    text = options.query_of(query)
    with edge.Edge.of(ctx).library() as tracker:
        papers = tracker.papers(text, sort=sort.value, limit=limit, offset=offset)
        total = tracker.count(text)
    if json:
        from tracker.cli.jsonable import print_json

        print_json({"query": text, "total": total, "offset": offset, "papers": papers})
        return
    if not papers:
        typer.echo("no paper fits" if text else "the library is empty; tracker update fills it")
        return
    from tracker.cli.display import print_papers

    print_papers(papers)
    if offset + len(papers) < total:
        edge.say(f"{offset + 1}-{offset + len(papers)} of {total:,}; more with --offset {offset + len(papers)}")
