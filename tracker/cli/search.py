"""``tracker search``: by words, by meaning, or both."""

from __future__ import annotations

import json as json_lines
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import SearchResult
    from tracker.service import Tracker

app = typer.Typer()


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
            help='Lines of {"query": ...}; - is standard input. One result a line.',
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
    from tracker.cli.jsonable import print_json, search_record

    with _lines_of(name) as lines, here.library() as tracker:
        for result in _results(tracker, _queries(lines, name), limit, mode):
            print_json(search_record(result))


def _results(tracker: Tracker, queries: Iterator[str], limit: int, mode: options.Mode) -> Iterator[SearchResult]:
    yield from tracker.search_many(queries, limit, mode=mode.value)


def _lines_of(name: str) -> TextIO:
    return sys.stdin if name == "-" else Path(name).open(encoding="utf-8-sig")


def _queries(lines: TextIO, name: str) -> Iterator[str]:
    """The queries, one a line.

    Raises:
        UsageError: a line is not an object with a text "query"; names the line.
    """
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            query = json_lines.loads(text)["query"]
        except (ValueError, KeyError, TypeError) as error:
            raise edge.wrong_use(f'{name}, line {number} is not {{"query": ...}}', "one JSON object a line") from error
        if not isinstance(query, str):
            raise edge.wrong_use(f"{name}, line {number}: the query is not a text", "put it in quotes")
        yield query
