"""``tracker serve``: API, feeds and schedule in one process."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from tracker.cli import edge, options

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING)
def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = 8321,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Also bring the library up to date when lists are due.")
    ] = True,
) -> None:
    """Serve the library over HTTP, with feeds, and keep it up to date.

    On this machine reading is free; writing, and serving other machines, needs TRACKER_API_TOKEN.
    Ctrl-C or SIGTERM ends it in order.

    Example: [bold]tracker serve --port 8321[/bold]
    """
    import logging

    from tracker.api.server import serve as run

    _log_to_stderr()
    with edge.Edge.of(ctx).library() as tracker, contextlib.suppress(KeyboardInterrupt):
        run(
            tracker,
            host,
            port,
            schedule=schedule,
            ready=lambda address: edge.say(f"serving {tracker.settings.home} at {address}; Ctrl-C ends it"),
        )
    logging.getLogger("tracker").info("stopped")


def _log_to_stderr() -> None:
    """A service tells what it does, with or without --verbose."""
    import logging

    log = logging.getLogger("tracker")
    if log.isEnabledFor(logging.DEBUG):
        return  # --verbose did it
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    for name in ("tracker", "uvicorn.error", "apscheduler"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO if name == "tracker" else logging.WARNING)
