"""Where the command line meets the library: opening it, and turning what goes wrong into a line and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from tracker.errors import TrackerError, UsageError
from tracker.safetext import line

if TYPE_CHECKING:
    from tracker.service import Tracker
    from tracker.settings import Settings

T = TypeVar("T")

PARTLY = 3
INTERRUPTED = 130
BROKEN_PIPE = 141


def _open(settings: Settings) -> Tracker:
    from tracker.service import Tracker

    return Tracker.open(settings=settings)


@dataclass(frozen=True)
class Edge:
    """What each command is handed: the data folder asked for, and how a library is opened."""

    home: Path | None = None
    open_tracker: Callable[[Settings], Tracker] = _open

    @classmethod
    def of(cls, ctx: typer.Context) -> Edge:
        """The edge of this invocation."""
        return ctx.ensure_object(cls)

    def settings(self) -> Settings:
        """The settings for this invocation.

        Raises:
            SettingsError: a variable or a line of the settings file is wrong.
        """
        from tracker.settings import load_settings

        return load_settings(self.home)

    @contextlib.contextmanager
    def library(self) -> Iterator[Tracker]:
        """The library, open for the length of a ``with`` block."""
        with self.open_tracker(self.settings()) as tracker:
            yield tracker


def guarded(run: Callable[[], T]) -> T:
    """Run a command; a known error becomes one line on standard error and its exit code.

    Raises:
        typer.Exit: with 1, 2 or 3 for a known error, 130 when interrupted, 141 when nobody reads the output any more.
    """
    try:
        result = run()
        sys.stdout.flush()
    except TrackerError as error:
        complain(str(error))
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError as error:
        _let_go_of(sys.stdout)
        raise typer.Exit(BROKEN_PIPE) from error
    except KeyboardInterrupt as error:
        say("stopped; what was finished is kept")
        raise typer.Exit(INTERRUPTED) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        complain(f"{place}{error.strerror or error}")
        raise typer.Exit(1) from error
    return result


def complain(message: str) -> None:
    """One line on standard error that names what went wrong."""
    say(f"error: {message}")


def say(message: str) -> None:
    """One line on standard error."""
    with contextlib.suppress(OSError):
        typer.echo(line(message), err=True)


def wrong_use(message: str, cure: str) -> UsageError:
    """The error for arguments that make no sense together."""
    return UsageError(message, cure=cure)


def _let_go_of(stream: Any) -> None:
    """Point a broken stream at nothing, so that the interpreter's last flush stays silent."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
