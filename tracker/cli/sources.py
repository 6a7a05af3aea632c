"""``tracker sources``: the lists that the library reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import SourceState

app = typer.Typer(no_args_is_help=True, rich_help_panel=options.BRINGING)

Slug = Annotated[str, typer.Argument(metavar="SOURCE", help="A list's short name.")]


@app.callback(rich_help_panel=options.BRINGING)
def sources() -> None:
    """List, add, remove and switch the sources.

    Example: [bold]tracker sources add https://github.com/OWNER/REPO[/bold]
    """


@app.command("list")
def list_(ctx: typer.Context, json: options.Json = False) -> None:
    """List all sources with their last and next fetch.

    Example: [bold]tracker sources list[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        states = tracker.sources()
    if json:
        from tracker.cli.jsonable import print_json

        print_json(states)
        return
    from tracker.cli.display import Column, moment, print_table

    print_table(
        (
            Column("Source", style="cyan", most=30),
            Column("Title", stretch=True),
            Column("Entries", right=True),
            Column("State", most=12),
            Column("Last fetch", drop=1),
            Column("Next", drop=2),
        ),
        [
            (
                s.spec.slug,
                s.spec.title,
                f"{s.entries:,}",
                _state(s),
                moment(s.last_fetch, "" if _imported(s) else "never"),
                moment(s.next_fetch, ""),
            )
            for s in states
        ],
    )


@app.command()
def show(ctx: typer.Context, slug: Slug, json: options.Json = False) -> None:
    """Show what a source is and how its fetches went.

    Example: [bold]tracker sources show paperswithcode[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        state = tracker.source(slug)
    _print(state, json)


@app.command()
def add(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Such as https://github.com/OWNER/REPO, or a feed's address.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="Its short name; else made from the address.", show_default=False)
    ] = None,
    json: options.Json = False,
) -> None:
    """Add a list by its address; the next update reads it.

    Example: [bold]tracker sources add https://github.com/OWNER/REPO --name mine[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        state = tracker.add_source(url, slug=name)
    _done(state, f"{state.spec.slug} added; tracker update {state.spec.slug} reads it", json)


@app.command()
def remove(ctx: typer.Context, slug: Slug, json: options.Json = False) -> None:
    """Remove a list; its papers stay, and one that came with the tracker is only switched off.

    Example: [bold]tracker sources remove mine[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        state = tracker.remove_source(slug)
    _done(state, f"{state.spec.slug} is no longer read; its papers stay in the library", json)


@app.command()
def enable(ctx: typer.Context, slug: Slug, json: options.Json = False) -> None:
    """Switch a source on.

    Example: [bold]tracker sources enable arxiv[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        state = tracker.enable_source(slug, True)
    _done(state, f"{state.spec.slug} is on", json)


@app.command()
def disable(ctx: typer.Context, slug: Slug, json: options.Json = False) -> None:
    """Switch a source off; its papers stay.

    Example: [bold]tracker sources disable arxiv[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        state = tracker.enable_source(slug, False)
    _done(state, f"{state.spec.slug} is off; its papers stay in the library", json)


def _state(state: SourceState) -> str:
    if not state.spec.enabled:
        return "off"
    if _imported(state):
        return "imported"
    if state.error:
        return "failing"
    return "on" if state.last_success else "not yet read"


def _imported(state: SourceState) -> bool:
    """A person's own file: nothing is ever fetched for it."""
    return state.spec.kind == "file"


def _done(state: SourceState, sentence: str, json: bool) -> None:
    if json:
        from tracker.cli.jsonable import print_json

        print_json(state)
    else:
        typer.echo(sentence)


def _print(state: SourceState, json: bool) -> None:
    if json:
        _done(state, "", json)
        return
    from tracker.cli.display import joined, moment, output, soon, wrapped
    from tracker.cli.words import count

    console = output()
    wrapped(console, joined(state.spec.title, _state(state)), style="bold")
    wrapped(console, state.spec.url, style="cyan")
    if state.spec.description:
        wrapped(console, state.spec.description)
    wrapped(
        console, joined(count(state.entries, "entry", "entries"), f"{state.gone:,} left the list" if state.gone else "")
    )
    if _imported(state):
        return
    wrapped(console, f"last fetch {moment(state.last_fetch)}, last change {moment(state.last_change)}")
    if state.spec.enabled:
        wrapped(console, f"next fetch {moment(state.next_fetch, 'with the next update')}")
    if state.error:
        times = count(state.failures, "time")
        wrapped(console, f"failed {times} in a row: {state.error}; tried again {soon(state.next_fetch)}", style="red")
