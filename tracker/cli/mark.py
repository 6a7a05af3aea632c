"""``tracker mark``: reading status, rating and priority."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import ReadingStatus

app = typer.Typer()


class Status(Enum):
    """Where a reader is with a paper."""

    inbox = "inbox"
    queued = "queued"
    reading = "reading"
    read = "read"
    skipped = "skipped"


@app.command(rich_help_panel=options.READING)
def mark(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]... [STATUS]", help="Papers, and inbox, queued, reading, read or skipped.", show_default=False
        ),
    ] = None,
    rating: Annotated[
        int | None, typer.Option("--rating", min=0, max=5, help="1 to 5; 0 takes it away.", show_default=False)
    ] = None,
    priority: Annotated[
        int | None,
        typer.Option("--priority", min=-9, max=9, help="Higher comes first in the queue.", show_default=False),
    ] = None,
    as_status: Annotated[
        Status | None, typer.Option("--status", help="The status, instead of a word.", show_default=False)
    ] = None,
    seen: Annotated[bool, typer.Option("--seen", help="Only note as seen; without papers: everything new.")] = False,
    json: options.Json = False,
) -> None:
    """Say where you are with a paper.

    The status word may come first or last.

    Example: [bold]tracker mark 1706.03762 read --rating 5[/bold]
    """
    papers, status = (what or [], as_status.value) if as_status else _status_of(what or [])
    if seen:
        if status or rating is not None or priority is not None:
            raise edge.wrong_use("--seen goes alone", "leave out status, rating and priority")
        with edge.Edge.of(ctx).library() as tracker:
            number = tracker.mark_seen([tracker.paper(p).id for p in papers] or None)
        _seen(number, json)
        return
    if not papers:
        raise edge.wrong_use("no paper is named", "give at least one id")
    if status is None and rating is None and priority is None:
        raise edge.wrong_use("nothing to mark", f"give one of {', '.join(Status.__members__)}, --rating or --priority")
    with edge.Edge.of(ctx).library() as tracker:
        marked = tracker.mark(papers, status, rating=rating, priority=priority)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(marked)
        return
    from tracker.cli.display import print_papers

    print_papers(marked)


def _status_of(what: list[str]) -> tuple[list[str], ReadingStatus | None]:
    for place in (-1, 0):
        if what and (status := next((s for s in Status.__members__ if s == what[place].lower()), None)):
            return (what[:-1] if place == -1 else what[1:]), cast("ReadingStatus", status)
    return what, None


def _seen(number: int, json: bool) -> None:
    if json:
        from tracker.cli.jsonable import print_json

        print_json({"seen": number})
    else:
        typer.echo(f"{number:,} {'paper' if number == 1 else 'papers'} marked as seen")
