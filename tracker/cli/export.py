"""``tracker export``: the library in formats that other programs read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING, context_settings=options.QUERY_SETTINGS)
def export(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", help="Only what these filters admit, as in search.", show_default=False),
    ] = None,
    format: Annotated[options.Format, typer.Option("--format", help="What to write.")] = options.Format.jsonl,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="Where to: a file, or a folder for notes; else standard output.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write papers as JSON lines, BibTeX, RIS, CSV or CSL-JSON, or as a folder with a Markdown note for each.

    Example: [bold]tracker export status:read --format bibtex --output read.bib[/bold]
    """
    text = options.query_of(query)
    if format is options.Format.markdown:
        if output is None:
            raise edge.wrong_use("notes need a folder", "name it with --output DIR")
        with edge.Edge.of(ctx).library() as tracker:
            edge.say(f"{tracker.export_notes(output, query=text)} notes written to {output}")
        return
    with edge.Edge.of(ctx).library() as tracker:
        written = tracker.export(output, format=format.value, query=text)
    if output is not None:
        edge.say(f"written to {output}")
    elif written:
        # Through the buffer: an export is UTF-8 with \n whatever the terminal's encoding.
        sys.stdout.flush()
        sys.stdout.buffer.write(written.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
