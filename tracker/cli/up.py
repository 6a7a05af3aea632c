"""``tracker up``: the library in the browser within seconds, brought up to date behind."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker import running
from tracker.cli import edge, options

if TYPE_CHECKING:
    from subprocess import Popen

    from tracker.settings import Settings

app = typer.Typer()

_LOG = "dashboard.log"
_PATIENCE = 60.0


@app.command(rich_help_panel=options.BRINGING)
def up(
    ctx: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="The dashboard's port; else 8501 or the next free one.", show_default=False
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    update: Annotated[bool, typer.Option("--update/--no-update", help="Bring the library up to date behind.")] = True,
) -> None:
    """Open the library in the browser and bring it up to date behind.

    The first time it holds the starter shelf at once, with or without a network. Ctrl-C ends all of it.

    Example: [bold]tracker up --port 8600[/bold]
    """
    here = edge.Edge.of(ctx)
    settings = here.settings()
    papers, busy = _stock(here)
    typer.echo(f"{papers:,} papers in {settings.home}")
    chosen = port or _free_port()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_child(_server_command(chosen), settings, log=settings.home / _LOG))
        _await(server, chosen, settings.home / _LOG)
        address = f"http://127.0.0.1:{chosen}"
        typer.echo(f"dashboard at {address} (Ctrl-C ends it)")
        sys.stdout.flush()
        if browser and _has_display():
            _show(address)
        if update and not busy:
            stack.enter_context(_child(_update_command(settings), settings))
        code = server.wait()
    edge.complain(f"the dashboard ended by itself (see {settings.home / _LOG})")
    raise typer.Exit(code or 1)


def _stock(here: edge.Edge) -> tuple[int, bool]:
    """Put the starter shelf in place; how many papers there are, and whether another process is updating them."""
    from tracker.errors import AlreadyRunning

    with here.library() as tracker:
        try:
            added, busy = tracker.load_shelf().added, False
        except AlreadyRunning:
            added, busy = 0, True
        if added:
            typer.echo(f"the starter shelf is in your library: {added} papers")
        if busy:
            typer.echo("another process is updating the library; the dashboard follows it")
        return tracker.count(), busy


def _server_command(port: int) -> list[str]:
    page = Path(__file__).resolve().parents[2] / "app" / "main.py"
    flags = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
    }
    return running.command(
        "streamlit", "run", str(page), *(f"--{name}={value}" for name, value in flags.items()), "--", "--warm"
    )


def _update_command(settings: Settings) -> list[str]:
    return running.command("tracker.cli", "--home", str(settings.home), "update")


@contextlib.contextmanager
def _child(command: list[str], settings: Settings, log: Path | None = None) -> Iterator[Popen[bytes]]:
    """A process of ours that ends with the block: asked first, made to after five seconds."""
    import subprocess

    environment = {**running.environment(), "TRACKER_HOME": str(settings.home)}
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT if sink else None,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port(first: int = 8501, tries: int = 50) -> int:
    import socket

    for port in range(first, first + tries):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # there it would let two servers share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise edge.wrong_use(f"no port from {first} to {first + tries - 1} is free", "give one with --port")


def _await(server: Popen[bytes], port: int, log: Path) -> None:
    """Wait until the dashboard answers.

    Raises:
        TrackerError: it ended or stayed silent.
    """
    import socket

    from tracker.errors import TrackerError

    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
            raise TrackerError(f"the dashboard did not start: {tail[0]}", cure=f"see {log}, or try another --port")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TrackerError(f"the dashboard did not answer within {_PATIENCE:.0f} s", cure=f"see {log}")


def _has_display() -> bool:
    if os.environ.get("CI"):
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def _show(address: str) -> None:
    import webbrowser

    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
