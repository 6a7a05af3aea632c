"""``tracker update``: fetch, enrich and embed in one run."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.BRINGING)
def update(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these lists.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also lists that are not due, and read them anew.")] = False,
    json: options.Json = False,
) -> None:
    """Bring the library up to date: lists, abstracts, vectors.

    A list or a service that fails leaves the rest untouched; the run then ends with exit code 3
    and says which, why and when it is tried again.

    Example: [bold]tracker update[/bold]
    """
    from tracker.cli import bars, words
    from tracker.cli.jsonable import print_json
    from tracker.cli.lab import keep_up
    from tracker.progressfile import ProgressFile

    here = edge.Edge.of(ctx)
    with here.library() as tracker:
        told = ProgressFile(here.settings().home)
        with told.during(), bars.bars(told) as progress:
            report = tracker.update(sources=sources or None, force=force, progress=progress)
        lines, failures = words.update_lines(report), words.update_failures(report, offline=tracker.settings.offline)
        told.finish("partly" if report.failed else "done", (*lines, *failures))
        if json:
            print_json(report)
        else:
            for line in lines:
                typer.echo(line)
        for failure in failures:
            edge.say(failure)
        if report.embed and report.embed.embedded:
            keep_up(tracker)
    if report.failed:
        raise typer.Exit(edge.PARTLY)
