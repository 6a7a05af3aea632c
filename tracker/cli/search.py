"""``tracker search``: by words, by meaning, or both."""

from __future__ import annotations

import json as json_lines
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from tracker.cli import edge, options
from tracker.errors import QueryError

if TYPE_CHECKING:
    from tracker.records import SearchResult

app = typer.Typer()

#: Lines of a batch that are named when they could not be answered.
_NAMED = 5


@app.command(rich_help_panel=options.FINDING, context_settings=options.QUERY_SETTINGS)
def search(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY...", help="What to look for.", show_default=False)
    ] = None,
    limit: options.Limit = 10,
    offset: options.Offset = 0,
    mode: Annotated[
        options.Mode, typer.Option("--mode", help="Both ways together, words only, or meaning only.")
    ] = options.Mode.hybrid,
    json: options.Json = False,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch",
            metavar="FILE",
            help='Lines of {"query": ...}; - is standard input. One result or error a line.',
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find papers by meaning and by words.

    Beside plain words: "a phrase", -not, list:NAME, year:2023..2025, author:NAME, status:queued, tag:WORD,
    concept:NAME, has:code, is:new. In a shell, put a phrase in two kinds of quotes: '"like this"'.

    Example: [bold]tracker search how do transformers store facts year:2020..[/bold]
    """
    text = options.query_of(query)
    if batch is not None:
        if text or offset:
            raise edge.wrong_use("--batch takes its queries from the file", "leave out QUERY and --offset")
        _batch(edge.Edge.of(ctx), batch, limit, mode)
        return
    if not text.strip():
        raise edge.wrong_use("there is nothing to search for", "give some words, or use tracker list")
    with edge.Edge.of(ctx).library() as tracker:
        result = tracker.search(text, limit, offset=offset, mode=mode.value)
    show(result, json=json, first=offset + 1)


def show(result: SearchResult, *, json: bool, first: int = 1) -> None:
    """Print one result, for a program or for a person; what was not used goes to standard error."""
    if json:
        from tracker.cli.jsonable import print_json, search_record

        print_json(search_record(result))
    else:
        from tracker.cli.display import print_hits

        print_hits(result, first=first)
        if not result.hits:
            typer.echo("nothing found" if first == 1 else "no more hits")
    for notice in result.notices:
        edge.say(f"note: {notice}")


def _batch(here: edge.Edge, name: str, limit: int, mode: options.Mode) -> None:
    """One line of output a query; one that cannot be read has its error there, and the others go on.

    Raises:
        typer.Exit: with 3 when there was such a line.
    """
    from tracker.cli.jsonable import print_json, search_record

    bad: list[int] = []
    with _lines_of(name) as lines, here.library() as tracker:
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            where, asked = f"{name}, line {number}", None
            try:
                asked = _asked(text, where)
                query = _query(asked, where)
                print_json(search_record(tracker.search(query, limit, mode=mode.value)))
            except QueryError as error:
                bad.append(number)
                print_json({"query": asked, "error": str(error)})
    if bad:
        shown = ", ".join(map(str, bad[:_NAMED])) + (" and more" if len(bad) > _NAMED else "")
        edge.complain(f"{name}: {len(bad)} queries could not be answered (line {shown})")
        raise typer.Exit(edge.PARTLY)


def _lines_of(name: str) -> TextIO:
    return sys.stdin if name == "-" else Path(name).open(encoding="utf-8-sig", errors="replace")


def _asked(text: str, where: str) -> object:
    """What a line gives as its query, whatever it is.

    Raises:
        QueryError: the line is not an object with a "query"; says where.
    """
    try:
        asked: object = json_lines.loads(text)["query"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise QueryError(f'{where} is not {{"query": ...}}', cure="one JSON object a line") from error
    return asked


def _query(query: object, where: str) -> str:
    """The query, if it is a text with something in it.

    Raises:
        QueryError: it is not; says where.
    """
    if not isinstance(query, str):
        raise QueryError(f"{where}: the query is not a text", cure="put it in quotes")
    if not query.strip():
        raise QueryError(f"{where}: there is nothing to search for", cure="give some words")
    return query
