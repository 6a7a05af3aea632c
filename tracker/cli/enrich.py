"""``tracker enrich``: ask public services for abstracts, authors, dates and code."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.BRINGING)
def enrich(
    ctx: typer.Context,
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.", show_default=False)
    ] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", min=1, help="At most so many requests a service.", show_default=False)
    ] = None,
    json: options.Json = False,
) -> None:
    """Ask public services for what the lists do not say.

    It goes on where an earlier run stopped.

    Example: [bold]tracker enrich arxiv --budget 20[/bold]
    """
    from tracker.cli import bars, words
    from tracker.cli.jsonable import print_json

    with edge.Edge.of(ctx).library() as tracker, bars.bars() as progress:
        reports = tracker.enrich(services or None, budget=budget, progress=progress)
    if json:
        print_json(reports)
    else:
        for line in words.enrich_lines(reports) or ["nothing to ask"]:
            typer.echo(line)
    failures = words.enrich_failures(reports)
    for failure in failures:
        edge.say(failure)
    if failures:
        useful = any(not report.error and report.asked for report in reports) or any(r.found for r in reports)
        raise typer.Exit(edge.PARTLY if useful else 1)
