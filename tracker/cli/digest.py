"""``tracker digest``: what is new, told once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.READING)
def digest(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", dir_okay=False, help="Write HTML there.", show_default=False),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it by mail (TRACKER_SMTP_URL).")] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="Send new papers to TRACKER_WEBHOOK instead.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show it, and count nothing as told.")] = False,
) -> None:
    """Tell what came in since the last digest; each paper is told once.

    Without an option it is printed as text.

    Example: [bold]tracker digest --output new.html[/bold]
    """
    from tracker.safetext import line

    if sum(map(bool, (output, send, webhook, preview))) > 1:
        raise edge.wrong_use("one way at a time", "give one of --output, --send, --webhook, --preview")
    with edge.Edge.of(ctx).library() as tracker:
        if webhook:
            edge.say(f"{tracker.call_webhook()} papers told to the webhook")
        elif send:
            edge.say(f"sent to {tracker.send_digest()}")
        elif output:
            edge.say(f"{tracker.write_digest(output)} papers written to {output}")
        else:
            for told in tracker.digest_text(told=not preview).splitlines():
                typer.echo(line(told, 2000) if told else "")
