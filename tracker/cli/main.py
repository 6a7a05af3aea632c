"""The command ``tracker``: names its commands and imports each only when it is called for.

``tracker --help`` reads every command's module, so these stay light: whatever
costs more than a few milliseconds to import is imported in a command's body.
"""

from __future__ import annotations

import importlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tracker.cli.edge import Edge, guarded

#: Command -> its module, in the order in which the help lists them.
COMMANDS: dict[str, str] = {
    "up": "up",
    "update": "update",
    "fetch": "fetch",
    "enrich": "enrich",
    "embed": "embed",
    "import": "import_",
    "search": "search",
    "similar": "similar",
    "show": "show",
    "list": "list_",
    "queue": "queue",
    "mark": "mark",
    "note": "note",
    "tag": "tag",
    "concept": "concept",
    "path": "path",
    "lab": "lab",
    "sources": "sources",
    "duplicates": "duplicates",
    "export": "export",
    "publish": "publish",
    "status": "status",
    "check": "check",
    "backup": "backup",
    "restore": "restore",
    "serve": "serve",
    "schedule": "schedule",
    "digest": "digest",
    "mcp": "mcp",
}


class LazyGroup(TyperGroup):
    """A group whose commands live in modules of their own, imported on demand; the one edge for errors."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, grouped by purpose."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module = importlib.import_module(f"tracker.cli.{COMMANDS[cmd_name]}")
            command = typer.main.get_command(module.app)
            command.name = cmd_name
            self.commands[cmd_name] = command
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the base class; a mistyped name is answered with the nearest ones."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else " See tracker --help."
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what goes wrong becomes one line and an exit code."""
        return guarded(lambda: super(LazyGroup, self).invoke(ctx))


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("paper-tracker")
        except PackageNotFoundError:
            number = "unknown (not installed)"
        typer.echo(f"tracker {number}")
        raise typer.Exit


def _log_to_stderr(wanted: bool) -> None:
    """The library's log, if asked for; what a person must know the commands say themselves."""
    import logging

    log = logging.getLogger("tracker")
    if not wanted:
        log.addHandler(logging.NullHandler())
        logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # its findings are in the report
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)


@app.callback()
def options(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", metavar="DIR", help="The data folder; else TRACKER_HOME, else the platform's.", show_default=False
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell every step on standard error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Curated reading lists in one library: what is new, what to read next, found by meaning.

    Start with [bold]tracker up[/bold]: it opens the library in the browser and brings it up to date behind.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done (the rest is kept).
    """
    _log_to_stderr(verbose)
    edge = ctx.obj if isinstance(ctx.obj, Edge) else Edge()
    ctx.obj = replace(edge, home=home or edge.home)


def _stop_when_asked() -> None:
    """SIGTERM and a closed terminal end a command as Ctrl-C does: what is half done is put back, children end too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        wanted = getattr(signal, name, None)
        if wanted is not None and signal.getsignal(wanted) is signal.SIG_DFL:  # nohup has SIGHUP ignored: leave it so
            signal.signal(wanted, stop)


def main() -> None:
    """The console script."""
    # Model libraries draw bars of their own, also into pipes; progress is ours to show.
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when numpy is imported: threads for small products cost more than they bring, and 40 ms to limit afterwards.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Read when onnxruntime is imported: it would keep a diary of its use and send it.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    _stop_when_asked()
    app(prog_name="tracker")
