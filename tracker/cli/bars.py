"""Progress on standard error: bars with rate and time left on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tracker.safetext import line

if TYPE_CHECKING:
    from tracker.records import Progress

OnProgress = Callable[["Progress"], None]


@contextlib.contextmanager
def bars(*also: OnProgress) -> Iterator[OnProgress]:
    """A progress callback for the length of a ``with`` block; each step goes to ``also`` as well."""

    def tell(progress: Progress) -> None:
        for listener in also:
            listener(progress)

    if not sys.stderr.isatty():
        yield tell
        return
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    from tracker.cli.display import errors

    class Pace(ProgressColumn):
        """Rate and time left, where the step does not say them itself."""

        def render(self, task: Task) -> Text:
            if not task.speed or "/s" in str(task.fields["message"]):
                return Text("")
            left = f", {int(task.time_remaining)} s left" if task.time_remaining else ""
            return Text(f"{task.speed:.1f}/s{left}", style="dim")

    shown = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        Pace(),
        TextColumn("{task.fields[message]}", markup=False, style="dim"),
        console=errors(),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def draw(progress: Progress) -> None:
        tell(progress)
        if progress.stage not in tasks:
            tasks[progress.stage] = shown.add_task(line(progress.stage, 12), total=progress.total, message="")
        shown.update(
            tasks[progress.stage],
            completed=progress.done,
            visible=progress.done != progress.total,
            total=progress.total,
            message=line(progress.message, 40),
        )

    with shown:
        yield draw
