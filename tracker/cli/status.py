"""``tracker status``: the library at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.progressfile import RunProgress
    from tracker.records import LibraryStatus

app = typer.Typer()


@app.command(rich_help_panel=options.KEEPING)
def status(ctx: typer.Context, json: options.Json = False) -> None:
    """Show what the library holds, what is missing and how the last update went.

    Example: [bold]tracker status[/bold]
    """
    from tracker.progressfile import read_progress

    here = edge.Edge.of(ctx)
    with here.library() as tracker:
        state = tracker.status()
    progress = read_progress(here.settings().home)
    if json:
        from tracker.cli.jsonable import jsonable, print_json

        print_json({**jsonable(state), "updating": bool(progress and progress.running())})
        return
    for line in _lines(state, progress):
        typer.echo(line)
    _sources(state)


def _lines(state: LibraryStatus, progress: RunProgress | None) -> list[str]:
    from tracker.cli.display import moment
    from tracker.cli.words import count

    marked = ", ".join(f"{number:,} {name}" for name, number in state.by_status.items() if number)
    lines = [
        f"library    {state.home}",
        f"papers     {state.papers:,}, {state.new_papers:,} of them new; {count(state.mentions, 'place')} on lists",
        f"abstracts  {state.abstracts:,} known",
        f"meaning    {state.embedded:,} embedded with {state.model or 'no model'}"
        + (f", {state.unembedded:,} still to do (tracker embed)" if state.unembedded else ""),
        f"reading    {marked or 'nothing yet'}",
    ]
    if state.unsure_pairs:
        lines.append(f"doubts     {count(state.unsure_pairs, 'pair')} that may be one paper (tracker duplicates list)")
    asked = {name: number for name, number in state.waiting.items() if number}
    if asked:
        lines.append(
            f"waiting    {', '.join(f'{number:,} for {name}' for name, number in asked.items())} (tracker enrich)"
        )
    last = f"{moment(state.last_run)}, {state.last_outcome}" if state.last_run else "never (tracker update)"
    lines.append(f"updated    {last}")
    if progress and progress.running():
        steps = "; ".join(f"{p.stage} {p.done:,}{f' of {p.total:,}' if p.total else ''}" for p in progress.stages)
        lines.append(f"updating   now: {steps or 'just begun'}")
    return lines


def _sources(state: LibraryStatus) -> None:
    from tracker.cli.display import soon
    from tracker.safetext import line

    for source in state.sources:
        if source.error and source.spec.enabled:
            edge.say(f"{source.spec.slug} fails: {line(source.error, 300)}; tried again {soon(source.next_fetch)}")
