"""``tracker fetch``: read the lists, and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.BRINGING)
def fetch(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these lists.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also lists that are not due, and read them anew.")] = False,
    json: options.Json = False,
) -> None:
    """Read the lists and note what is new on them.

    Example: [bold]tracker fetch ai-papers-of-the-week[/bold]
    """
    from tracker.cli import bars, words
    from tracker.cli.jsonable import print_json

    with edge.Edge.of(ctx).library() as tracker, bars.bars() as progress:
        reports = tracker.fetch(sources or None, force=force, progress=progress)
    if json:
        print_json(reports)
    else:
        for line in words.source_lines(reports):
            typer.echo(line)
        if not reports:
            typer.echo("no list is switched on; see tracker sources list")
    for failure in words.source_failures(reports):
        edge.say(failure)
    if any(report.error for report in reports):
        raise typer.Exit(edge.PARTLY)
