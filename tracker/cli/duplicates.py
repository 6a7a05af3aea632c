"""``tracker duplicates``: papers that may be one, and the decision about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import Paper
    from tracker.service import Tracker

app = typer.Typer(no_args_is_help=True)

Pair = Annotated[
    list[str], typer.Argument(metavar="NUMBER | FIRST SECOND", help="A pair's number from the list, or two papers.")
]


@app.callback(rich_help_panel=options.KEEPING)
def duplicates() -> None:
    """List, merge and split papers that may be the same.

    Example: [bold]tracker duplicates merge 3[/bold]
    """


@app.command("list")
def list_(ctx: typer.Context, json: options.Json = False) -> None:
    """List the pairs that wait for your word, with the evidence.

    Example: [bold]tracker duplicates list[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        pairs = tracker.duplicates()
    if json:
        from tracker.cli.jsonable import print_json

        print_json(pairs)
        return
    if not pairs:
        typer.echo("no pair is in doubt")
        return
    from tracker.cli.display import joined, names, output, wrapped

    console = output()
    for pair in pairs:
        wrapped(console, f"{pair.number}  {pair.score:.2f}  {', '.join(pair.evidence)}", style="bold")
        for paper in (pair.first, pair.second):
            wrapped(console, joined(paper.title, names(paper.authors), str(paper.year or ""), paper.id), 4)
    edge.say("tracker duplicates merge NUMBER, or apart NUMBER")


@app.command()
def merge(ctx: typer.Context, pair: Pair, json: options.Json = False) -> None:
    """Make one paper of two; nothing is lost, split undoes it.

    Example: [bold]tracker duplicates merge 3[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        first, second = _pair(tracker, pair)
        kept = tracker.merge(first, second)
    _told((kept,), f"merged into {kept.id}; tracker duplicates split {kept.id} undoes it", json)


@app.command()
def apart(ctx: typer.Context, pair: Pair, json: options.Json = False) -> None:
    """Say that two papers are not the same; they are not asked about again.

    Example: [bold]tracker duplicates apart 3[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        first, second = _pair(tracker, pair)
        tracker.keep_apart(first, second)
        papers = (tracker.paper(first), tracker.paper(second))
    _told(papers, f"{papers[0].id} and {papers[1].id} stay apart", json)


@app.command()
def split(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="The merged paper, or the former id of one part.")],
    json: options.Json = False,
) -> None:
    """Undo the last merge into a paper.

    Example: [bold]tracker duplicates split arxiv:1706.03762[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        papers = tracker.split(paper)
    _told(papers, f"split into {' and '.join(part.id for part in papers)}", json)


def _pair(tracker: Tracker, given: list[str]) -> tuple[str, str]:
    """The two papers meant.

    Raises:
        UsageError: neither a pair's number nor two papers.
    """
    if len(given) == 2:
        return given[0], given[1]
    if len(given) == 1 and given[0].isdecimal():
        for pair in tracker.duplicates():
            if pair.number == int(given[0]):
                return pair.first.id, pair.second.id
        raise edge.wrong_use(f"there is no pair {given[0]}", "see tracker duplicates list")
    raise edge.wrong_use("neither a pair's number nor two papers", "see tracker duplicates list")


def _told(papers: tuple[Paper, ...], sentence: str, json: bool) -> None:
    if json:
        from tracker.cli.jsonable import print_json

        print_json(papers)
    else:
        from tracker.safetext import line

        typer.echo(line(sentence))
