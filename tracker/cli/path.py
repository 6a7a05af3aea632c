"""``tracker path``: what to read, in which order, to understand something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.concepts.paths import ReadingPlan

app = typer.Typer()


@app.command(rich_help_panel=options.LEARNING)
def path(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="CONCEPT_OR_PAPER", help="Where you want to get to.")],
    hours: Annotated[
        float | None, typer.Option("--hours", help="So much time there is; else all that is worth it.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Plan the way from what you have read to a concept or a paper.

    Example: [bold]tracker path self-attention --hours 8[/bold]
    """
    with edge.Edge.of(ctx).library() as tracker:
        plan = tracker.path(target, hours)
    if json:
        from tracker.cli.jsonable import print_json

        print_json(plan)
        return
    _print(plan)


def _print(plan: ReadingPlan) -> None:
    from tracker.cli.display import output, wrapped
    from tracker.safetext import line

    console = output()
    budget = f" of {plan.budget:g}" if plan.budget is not None else ""
    wrapped(console, f"To {line(plan.title)}: {len(plan.steps)} steps, {plan.hours:g}{budget} hours", style="bold")
    if plan.over:
        wrapped(console, "Even the shortest way takes longer than that.", style="yellow")
    if plan.known:
        wrapped(console, f"You know: {', '.join(known.title for known in plan.known)}", style="green")
    for step in plan.steps:
        console.print()
        wrapped(console, f"{step.number}. {'Read about: ' if step.kind == 'page' else ''}{line(step.title)}", 0, "bold")
        where = f"tracker concept {step.concept}" if step.kind == "page" else line(step.paper or "")
        wrapped(console, f"{step.hours:g} h · {where}", 3, "cyan")
        wrapped(console, step.reason, 3)
        for other in step.alternatives:
            wrapped(console, f"or {line(other.title)} ({line(other.paper)}, {other.hours:g} h): {other.why}", 3, "dim")
    if plan.left_out:
        console.print()
        left = sum(one.hours for one in plan.left_out)
        wrapped(console, f"Left out for want of time ({left:g} h more):", style="yellow")
        for one in plan.left_out:
            wrapped(console, f"- {line(one.title)}{'' if one.paper else ' (page)'}, {one.hours:g} h", 2)
