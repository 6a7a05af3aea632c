"""``tracker note``: what you think of a paper."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import Note

app = typer.Typer()


@app.command(rich_help_panel=options.READING)
def note(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="A paper; with --edit or --delete, a note.")],
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]...", help="The note, in Markdown; - reads it from standard input.", show_default=False
        ),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="ID is a note's: replace its text.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="ID is a note's: remove it.")] = False,
    json: options.Json = False,
) -> None:
    """Write, change or read the notes on a paper.

    Example: [bold]tracker note 1706.03762 "Read section 3.2 again."[/bold]
    """
    if edit and delete:
        raise edge.wrong_use("--edit and --delete exclude each other", "choose one")
    if delete and text:
        raise edge.wrong_use("--delete takes no text", "leave it out")
    body = sys.stdin.read() if text == ["-"] else " ".join(text or ())
    if edit and not body.strip():
        raise edge.wrong_use("the new text is missing", "give it after the note's id, or - for standard input")
    if text and not body.strip():
        raise edge.wrong_use("the note is empty", "write something")
    with edge.Edge.of(ctx).library() as tracker:
        if delete:
            tracker.delete_note(paper)
            _tell({"deleted": paper}, f"note {paper} removed", json)
        elif edit:
            changed = tracker.edit_note(paper, body)
            _tell(changed, f"note {changed.id} changed", json)
        elif body.strip():
            written = tracker.note(paper, body)
            _tell(written, f"note {written.id} written", json)
        else:
            _show(tracker.paper(paper).notes, json)


def _tell(record: object, sentence: str, json: bool) -> None:
    if json:
        from tracker.cli.jsonable import print_json

        print_json(record)
    else:
        typer.echo(sentence)


def _show(notes: tuple[Note, ...], json: bool) -> None:
    if json:
        _tell(notes, "", json)
        return
    from tracker.cli.display import output, wrapped

    console = output()
    for one in notes:
        wrapped(console, f"[{one.id}] {one.updated.astimezone():%Y-%m-%d %H:%M}", style="dim")
        wrapped(console, one.body, 2)
    if not notes:
        typer.echo("no notes yet")
