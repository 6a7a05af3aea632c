"""``tracker concept``: the ideas behind the papers, each with what it needs and what to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from rich.console import Console

    from tracker.library.concepts import ConceptCard, ConceptPage
    from tracker.records import Paper

app = typer.Typer()

_PAPERS_SHOWN = 10


@app.command(rich_help_panel=options.LEARNING)
def concept(
    ctx: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(metavar="[CONCEPT]", help="A concept's name; none lists them all.")
    ] = None,
    confirm: Annotated[
        list[str] | None,
        typer.Option("--confirm", metavar="ID", help="Say that this paper is about it.", show_default=False),
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option("--reject", metavar="ID", help="Say that this paper is not about it.", show_default=False),
    ] = None,
    limit: options.Limit = _PAPERS_SHOWN,
    json: options.Json = False,
) -> None:
    """Explain a concept: what it is, what it needs, what to read; or list all concepts.

    What you confirm or reject is remembered and improves how other papers are sorted.

    Example: [bold]tracker concept self-attention[/bold]
    """
    if slug is None and (confirm or reject):
        raise edge.wrong_use("there is no concept to say it of", "tracker concept CONCEPT --confirm ID")
    with edge.Edge.of(ctx).library() as tracker:
        if slug is None:
            cards = tracker.concepts()
        else:
            for accepted, papers in ((True, confirm), (False, reject)):
                for paper in papers or ():
                    tracker.say_concept(paper, slug, accepted)
            page = tracker.concept(slug, limit)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(cards if slug is None else page)
        return
    if slug is None:
        _list(cards)
    else:
        _page(page)


def _list(cards: Sequence[ConceptCard]) -> None:
    from tracker.cli.display import Column, output, print_table

    groups: dict[str, list[ConceptCard]] = {}
    for card in cards:
        groups.setdefault(card.group, []).append(card)
    columns = (
        Column("", most=1),
        Column("Concept", style="cyan", most=32),
        Column("What it is", stretch=True),
        Column("Papers", right=True, drop=2),
        Column("Read", right=True, drop=1),
    )
    console = output()
    for number, (group, members) in enumerate(groups.items()):
        if number:
            console.print()
        console.print(group, style="bold underline")
        rows = [("✓" if c.known else "", c.slug, c.one_line, str(c.papers or ""), str(c.read or "")) for c in members]
        print_table(columns, rows, to=console)


def _page(page: ConceptPage) -> None:
    from tracker.cli.display import output, wrapped

    concept, console = page.concept, output()
    wrapped(console, concept.title, style="bold")
    wrapped(console, concept.one_line, style="green")
    console.print()
    wrapped(console, concept.explanation)
    if page.needs:
        _section(console, "Needs")
        for card in page.needs:
            wrapped(console, f"{'✓' if card.known else '-'} {card.slug}: {card.one_line}", 2)
    if page.leads_to:
        _section(console, "Leads to")
        wrapped(console, ", ".join(card.slug for card in page.leads_to), 2)
    _section(console, "Key papers, in reading order")
    for number, (key, paper) in enumerate(page.key_papers, 1):
        status = f" ({paper.status})" if paper and paper.status != "inbox" else ""
        wrapped(console, f"{number}. {paper.title if paper else key.id}{status}", 2, "bold" if key.core else "")
        wrapped(console, f"{key.id} · {key.hours:g} h · {key.why}", 5, "dim")
    if page.resources:
        _section(console, "Also good")
        for resource in page.resources:
            wrapped(console, f"- {resource.title}: {resource.url}", 2)
    if concept.lab:
        from tracker.library.lab_infos import parts

        _section(console, "See it live")
        for lab in parts(concept.lab):
            wrapped(console, f"tracker lab {lab.name}: {lab.shows}", 2)
    _papers(console, page.papers, concept.slug, page.card.papers)


def _papers(console: Console, papers: Sequence[Paper], slug: str, total: int) -> None:
    from tracker.cli.display import wrapped
    from tracker.safetext import line

    if not papers:
        return
    _section(console, f"In your library: {total:,}, strongest tie first")
    for paper in papers:
        tie = next((link for link in paper.concepts if link.slug == slug), None)
        wrapped(console, f"- {line(paper.title)} ({line(paper.id)})", 2)
        if tie and tie.evidence:
            wrapped(console, f"{tie.score:.2f} {line(tie.evidence, 200)}", 4, "dim")


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(title, style="bold underline")
