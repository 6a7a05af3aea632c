"""Reading plans: from what I have read to a concept or a paper, in the order in which ideas need each other.

A concept counts as known when one of its core papers has been read (any of
its papers where none is core).  What remains is laid out so that nothing
comes before what it needs.  With few hours, what is nearest to the target
stays and what is far from it goes first; what was left out is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tracker.concepts.catalogue import Catalogue, Concept
from tracker.errors import UsageError

#: More than anybody reads in a life.
MOST_HOURS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTarget:
    """A paper to get ready for: its names, its title, the concepts it is about, the hours to read it."""

    ids: tuple[str, ...]
    title: str
    concepts: tuple[str, ...]
    hours: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another paper for the same step."""

    paper: str
    title: str
    why: str
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One thing to do: read a concept's page and try its lab, or read a paper.

    ``paper`` is None for a page.  ``reason`` says why it is there.
    """

    number: int
    kind: Literal["page", "paper"]
    concept: str
    concept_title: str
    paper: str | None
    title: str
    hours: float
    reason: str
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A concept that needs no step, and the read paper that says so."""

    concept: str
    title: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A step that did not fit into the hours."""

    concept: str
    title: str
    paper: str | None
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan:
    """The way to a target.  ``over`` tells that even the shortest way takes more than the hours given."""

    target: str
    title: str
    steps: tuple[PlanStep, ...]
    hours: float
    budget: float | None
    known: tuple[Known, ...]
    left_out: tuple[LeftOut, ...]
    over: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    """A step that may be taken: lower ``weight`` is kept longer; ``position`` is its place in the plan.

    A paper on the way to the target is no use without the page that leads to it (``needs_page``).
    """

    weight: float
    position: int
    step: PlanStep
    needs_page: bool = False


def plan(
    target: str | PaperTarget,
    read: Collection[str],
    catalogue: Catalogue,
    hours: float | None = None,
    titles: Mapping[str, str] | None = None,
) -> ReadingPlan:
    """A reading plan.

    Args:
        target: a concept's slug, or a paper with the concepts it is about.
        read: ids of the papers that have been read, under all their names.
        catalogue: the concepts.
        hours: so much time there is; None for all that is worth it.
        titles: titles of papers by id, where the library knows them.

    Raises:
        UsageError: there is no such concept, or the hours make no sense.
    """
    if hours is not None and not 0 < hours <= MOST_HOURS:
        raise UsageError(f"{hours:g} hours are no time to read", cure=f"give up to {MOST_HOURS:,}, or none")
    slugs = (target,) if isinstance(target, str) else tuple(slug for slug in target.concepts if slug in catalogue)
    goals = [catalogue.get(slug) for slug in slugs]
    ordered = _ordered(goals, catalogue)
    distance = _distances(slugs, ordered)
    known = [found for concept in ordered if distance[concept.slug] and (found := _known(concept, read))]
    skipped = _unneeded(slugs, ordered, {found.concept for found in known})
    itself = target.ids if isinstance(target, PaperTarget) else ()
    items = _items([c for c in ordered if c.slug not in skipped], distance, read, itself, titles or {})
    if isinstance(target, PaperTarget):
        items.append(_target_item(target, goals, len(items)))
    chosen, left = _within(items, hours)
    steps = tuple(replace(item.step, number=number) for number, item in enumerate(chosen, 1))
    total = round(sum(step.hours for step in steps), 2)
    return ReadingPlan(
        target=target if isinstance(target, str) else target.ids[0],
        title=goals[0].title if isinstance(target, str) else target.title,
        steps=steps,
        hours=total,
        budget=hours,
        known=tuple(found for found in known if found.concept in distance),
        left_out=tuple(_left_out(item.step) for item in left),
        over=hours is not None and total > hours,
    )


def _ordered(goals: Sequence[Concept], catalogue: Catalogue) -> list[Concept]:
    """All concepts on the way, goals included, each after what it needs."""
    ordered: dict[str, Concept] = {}
    for goal in goals:
        for concept in (*catalogue.needed_for(goal.slug), goal):
            ordered.setdefault(concept.slug, concept)
    # A goal may stand on another goal: sorting by need keeps the order right whatever order they were named in.
    placed: dict[str, Concept] = {}

    def place(concept: Concept) -> None:
        for need in concept.prerequisites:
            if need not in placed and need in ordered:
                place(ordered[need])
        placed.setdefault(concept.slug, concept)

    for concept in ordered.values():
        place(concept)
    return list(placed.values())


def _distances(goals: Sequence[str], ordered: Sequence[Concept]) -> dict[str, int]:
    """How many steps of need a concept is away from the nearest goal; goals are 0."""
    concepts = {concept.slug: concept for concept in ordered}
    distance = dict.fromkeys(goals, 0)
    front = list(goals)
    while front:
        after = []
        for slug in front:
            for need in concepts[slug].prerequisites:
                if need in concepts and need not in distance:
                    distance[need] = distance[slug] + 1
                    after.append(need)
        front = after
    return distance


def _known(concept: Concept, read: Collection[str]) -> Known | None:
    core = [paper for paper in concept.key_papers if paper.core] or list(concept.key_papers)
    for paper in core:
        if paper.id in read:
            return Known(concept=concept.slug, title=concept.title, paper=paper.id)
    return None


def _unneeded(goals: Sequence[str], ordered: Sequence[Concept], known: Collection[str]) -> set[str]:
    """Known concepts, and those that only known ones stand on: who knows a thing knows what it needs."""
    concepts = {concept.slug: concept for concept in ordered}
    needed: set[str] = set()
    front = [slug for slug in goals if slug in concepts]
    while front:
        slug = front.pop()
        if slug in needed or (slug in known and slug not in goals):
            continue
        needed.add(slug)
        front += [need for need in concepts[slug].prerequisites if need in concepts]
    return set(concepts) - needed


def _items(
    ordered: Sequence[Concept],
    distance: Mapping[str, int],
    read: Collection[str],
    itself: Collection[str],
    titles: Mapping[str, str],
) -> list[_Item]:
    """The steps on the way; the target, where it is a paper (``itself``, its names), has a step of its own."""
    items: list[_Item] = []
    taken: set[str] = {*read, *itself}
    for concept in ordered:
        away = distance[concept.slug]
        reason = _why_concept(concept, ordered, away)
        items.append(_Item(2.0 * away + (0.5 if away == 0 else 0.0), len(items), _page(concept, reason)))
        fresh = [paper for paper in concept.key_papers if paper.id not in taken]
        core = [paper for paper in fresh if paper.core]
        if not core and not any(paper.id in itself for paper in concept.key_papers):
            core = fresh[:1]
        wanted = core if away == 0 else core[:1]
        others = [paper for paper in fresh if paper not in wanted]
        for rank, paper in enumerate(wanted):
            taken.add(paper.id)
            named = [Alternative(paper=p.id, title=titles.get(p.id, p.id), why=p.why, hours=p.hours) for p in others]
            step = PlanStep(
                number=0,
                kind="paper",
                concept=concept.slug,
                concept_title=concept.title,
                paper=paper.id,
                title=titles.get(paper.id, paper.id),
                hours=paper.hours,
                reason=paper.why,
                alternatives=tuple(named) if rank == 0 else (),
            )
            # The goal's first paper outweighs everything; its further ones come after what the goal stands on.
            weight = (0.0 if rank == 0 else 2.5 + rank / 10) if away == 0 else 2.0 * away + 1.0
            items.append(_Item(weight, len(items), step, needs_page=away > 0))
    return items


def _page(concept: Concept, reason: str) -> PlanStep:
    return PlanStep(
        number=0,
        kind="page",
        concept=concept.slug,
        concept_title=concept.title,
        paper=None,
        title=concept.title,
        hours=concept.hours,
        reason=reason,
    )


def _why_concept(concept: Concept, ordered: Sequence[Concept], away: int) -> str:
    if away == 0:
        return "what you want to understand"
    users = [other.title for other in ordered if concept.slug in other.prerequisites]
    return f"needed for {' and '.join(users[:3])}"


def _target_item(target: PaperTarget, goals: Sequence[Concept], position: int) -> _Item:
    about = " and ".join(goal.title for goal in goals)
    step = PlanStep(
        number=0,
        kind="paper",
        concept=goals[0].slug if goals else "",
        concept_title=goals[0].title if goals else "",
        paper=target.ids[0],
        title=target.title,
        hours=target.hours,
        reason=f"the paper itself, which is about {about}"
        if about
        else "the paper itself; it is tied to no concept yet",
    )
    return _Item(-1.0, position, step)


def _within(items: Sequence[_Item], hours: float | None) -> tuple[list[_Item], list[_Item]]:
    """The items that fit, in reading order, and those that do not; the weightiest one is always taken."""
    if hours is None:
        return list(items), []
    chosen: list[_Item] = []
    spent = 0.0
    pages: set[str] = set()
    for item in sorted(items, key=lambda one: (one.weight, one.position)):
        if item.needs_page and item.step.concept not in pages:
            continue
        fitting = _fitted(item, hours - spent)
        if fitting is None and not chosen:
            fitting = item
        if fitting is not None:
            chosen.append(fitting)
            spent += fitting.step.hours
            if item.step.kind == "page":
                pages.add(item.step.concept)
    places = {item.position for item in chosen}
    left = [item for item in items if item.position not in places]
    return sorted(chosen, key=lambda one: one.position), left


def _fitted(item: _Item, room: float) -> _Item | None:
    """The item, or the same step with a shorter paper, where it fits into the room."""
    if item.step.hours <= room:
        return item
    shorter = [choice for choice in item.step.alternatives if choice.hours <= room]
    if not shorter:
        return None
    best = max(shorter, key=lambda choice: choice.hours)
    long = item.step
    swapped = Alternative(paper=long.paper or "", title=long.title, why=long.reason, hours=long.hours)
    rest = tuple(choice for choice in item.step.alternatives if choice != best)
    step = replace(
        item.step,
        paper=best.paper,
        title=best.title,
        hours=best.hours,
        reason=f"{best.why} (shorter than {item.step.title})",
        alternatives=(swapped, *rest),
    )
    return replace(item, step=step)


def _left_out(step: PlanStep) -> LeftOut:
    return LeftOut(concept=step.concept, title=step.title, paper=step.paper, hours=step.hours)
