"""The prerequisite graph: what to understand before what.  Plain functions over ``{slug: slugs it needs}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

Graph = Mapping[str, Sequence[str]]


def cycle(graph: Graph) -> tuple[str, ...]:
    """A ring of prerequisites, first slug repeated at the end; () where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def ordered(graph: Graph, positions: Mapping[str, int]) -> tuple[str, ...]:
    """All slugs, each after what it needs; where the graph leaves a choice the smaller position comes first.

    Raises:
        ValueError: the graph has a cycle.
    """
    if ring := cycle(graph):
        raise ValueError(f"prerequisites go round: {' -> '.join(ring)}")
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ready: list[str] = []
    found: list[str] = []
    while sorter.is_active():
        ready += sorter.get_ready()
        ready.sort(key=lambda slug: (positions.get(slug, len(positions)), slug), reverse=True)
        slug = ready.pop()
        found.append(slug)
        sorter.done(slug)
    return tuple(found)


def needed_for(graph: Graph, slug: str) -> frozenset[str]:
    """All that ``slug`` stands on, directly or not; without itself."""
    found: set[str] = set()
    waiting = list(graph.get(slug, ()))
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting += graph.get(step, ())
    return frozenset(found - {slug})


def leads_to(graph: Graph, slug: str) -> tuple[str, ...]:
    """The slugs that name ``slug`` as a prerequisite, in the order of the graph."""
    return tuple(other for other, needs in graph.items() if slug in needs)


def levels(graph: Graph) -> dict[str, int]:
    """How many steps lie below each slug at most: 0 for what needs nothing.  For drawing in columns.

    Raises:
        ValueError: the graph has a cycle.
    """
    depth: dict[str, int] = {}
    for slug in ordered(graph, {}):
        depth[slug] = max((depth[need] + 1 for need in graph.get(slug, ())), default=0)
    return depth
