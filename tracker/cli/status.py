"""``tracker status``: the library at a glance, and whether it is kept up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.journal import Run
    from tracker.progressfile import RunProgress
    from tracker.records import LibraryStatus
    from tracker.schedule.planning import Plan

app = typer.Typer()

#: Turns that are shown; the others come later.
_TURNS = 5


@app.command(rich_help_panel=options.KEEPING)
def status(ctx: typer.Context, json: options.Json = False) -> None:
    """Show what the library holds, what is missing, how the last update went, and what is out of order.

    Example: [bold]tracker status[/bold]
    """
    from tracker.progressfile import read_progress

    here = edge.Edge.of(ctx)
    with here.library() as tracker:
        state, plan, runs = tracker.status(), tracker.plan(), tracker.runs(1)
    progress = read_progress(here.settings().home)
    if json:
        from tracker.cli.jsonable import jsonable, print_json

        updating = bool(progress and progress.running())
        print_json({**jsonable(state), "updating": updating, "health": jsonable(_health(plan, runs))})
        return
    for line in (*_lines(state, progress), *_health_lines(plan, runs)):
        typer.echo(line)
    _complaints(state, plan)


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


def _health_lines(plan: Plan, runs: tuple[Run, ...]) -> list[str]:
    from tracker.cli.display import moment, soon
    from tracker.cli.words import count
    from tracker.safetext import line

    lines = []
    if runs and runs[0].ended:
        seconds = (runs[0].ended - runs[0].started).total_seconds()
        said = f": {line(runs[0].report['error'], 200)}" if "error" in runs[0].report else ""
        lines.append(f"last run   {runs[0].kind}, {runs[0].outcome} in {seconds:,.0f} s{said}")
    failing = sum(turn.reason == "retry" for turn in plan.turns)
    if plan.ok and failing:
        lines.append(f"health     {count(failing, 'list')} failed the last time, not often enough to be an outage")
    elif plan.ok and not plan.answered:
        lines.append("health     in order: no list was asked yet")
    elif plan.ok:
        lines.append("health     in order: every list answers")
    else:
        parts = [count(len(plan.outages), "list") + " out of order"] if plan.outages else []
        parts += [] if plan.updates_ok else [f"the last {plan.broken_runs} updates broke off"]
        lines.append(f"health     {'; '.join(parts)}")
    waits = [(plan.quiet_until, "quiet until"), (plan.held_until, "waiting, since updates broke off, until")]
    lines += [f"schedule   {words} {moment(at)}" for at, words in waits if at]
    if plan.turns:
        lines.append("next       " + "; ".join(f"{t.slug} {soon(t.at)}" for t in plan.turns[:_TURNS]))
    answered = sorted(((plan.answered[t.slug], t.slug) for t in plan.turns if t.slug in plan.answered), reverse=True)
    return [*lines, *(f"answered   {slug}, last {moment(at)}" for at, slug in answered)]


def _health(plan: Plan, runs: tuple[Run, ...]) -> dict[str, Any]:
    """For programs: ``turns`` say when each list is asked next; a moment in the past is overdue."""
    return {
        "ok": plan.ok,
        "broken_runs": plan.broken_runs,
        "whole_run": plan.whole_run,
        "quiet_until": plan.quiet_until,
        "held_until": plan.held_until,
        "next_turn": plan.wake,
        "turns": plan.turns,
        "answered": plan.answered,
        "outages": plan.outages,
        "last_run": runs[0] if runs else None,
    }


def _complaints(state: LibraryStatus, plan: Plan) -> None:
    """What is out of order, in plain words: since when, why, and when it is tried again."""
    from tracker.cli.display import moment, soon
    from tracker.safetext import line

    down = {outage.slug for outage in plan.outages}
    for source in state.sources:
        slug = source.spec.slug
        if not source.error or not source.spec.enabled:
            continue
        since = ""
        if slug in down:
            since = f" {source.failures} times in a row, last answered {moment(plan.answered.get(slug))}"
        edge.say(f"{slug} fails{since}: {line(source.error, 300)}; tried again {soon(source.next_fetch)}")
