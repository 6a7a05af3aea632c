"""``tracker check``: whether all that is kept is sound."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING)
def check(
    ctx: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    json: options.Json = False,
) -> None:
    """Check database, full-text index, vectors, files of search and model.

    Ends with exit code 1 when something is wrong.

    Example: [bold]tracker check --repair[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        findings = tracker.check(repair=repair)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(findings)
    else:
        from tracker.safetext import line

        for finding in findings:
            told = finding.ok or finding.cure in finding.message  # an error may have said its cure itself
            cure = "" if told else f" ({line(finding.cure)})"
            typer.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.area:<9}  {line(finding.message)}{cure}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
