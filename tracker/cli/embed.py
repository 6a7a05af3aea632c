"""``tracker embed``: make search by meaning know every paper."""

from __future__ import annotations

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.BRINGING)
def embed(ctx: typer.Context, json: options.Json = False) -> None:
    """Embed what is new or has changed, for search by meaning.

    Example: [bold]tracker embed[/bold]
    """
    from tracker.cli import bars, words
    from tracker.cli.jsonable import print_json
    from tracker.cli.lab import keep_up

    with edge.Edge.of(ctx).library() as tracker:
        with bars.bars() as progress:
            report = tracker.embed(progress=progress)
        if json:
            print_json(report)
        else:
            done = words.embed_lines(report) or [f"nothing to embed; {words.count(report.kept, 'text')} already there"]
            typer.echo(f"{done[0]} with {report.model}")
        for failure in words.embed_failures(report):
            edge.say(failure)
        if report.embedded:
            keep_up(tracker)
    if report.error:
        raise typer.Exit(edge.PARTLY if report.embedded or report.kept else 1)
