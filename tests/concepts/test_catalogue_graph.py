"""Laws of the prerequisite graph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.concepts import graph

NAMES = [f"c{number}" for number in range(8)]


@st.composite
def acyclic(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Each slug needs only slugs before it in a hidden order; the mapping itself is shuffled."""
    hidden = draw(st.permutations(NAMES))
    needs = {
        slug: tuple(draw(st.lists(st.sampled_from(hidden[:place]), unique=True))) if place else ()
        for place, slug in enumerate(hidden)
    }
    return {slug: needs[slug] for slug in draw(st.permutations(NAMES))}


@given(acyclic(), st.permutations(NAMES))
def test_everything_comes_once_and_after_what_it_needs(needs, by):
    order = graph.ordered(needs, {slug: place for place, slug in enumerate(by)})
    assert sorted(order) == sorted(needs)
    for slug in order:
        assert all(order.index(need) < order.index(slug) for need in needs[slug])
    assert graph.cycle(needs) == ()


@given(acyclic())
def test_the_order_does_not_depend_on_the_order_of_the_mapping(needs):
    positions = {slug: place for place, slug in enumerate(NAMES)}
    assert graph.ordered(needs, positions) == graph.ordered(dict(sorted(needs.items())), positions)


@given(acyclic())
def test_what_is_needed_is_closed(needs):
    for slug in needs:
        below = graph.needed_for(needs, slug)
        assert slug not in below
        assert set(needs[slug]) <= below
        assert all(graph.needed_for(needs, other) <= below for other in below)


@given(acyclic())
def test_levels_rise_along_the_graph(needs):
    depth = graph.levels(needs)
    for slug in needs:
        assert depth[slug] == max((depth[need] + 1 for need in needs[slug]), default=0)


@given(acyclic())
def test_leads_to_is_needs_the_other_way_round(needs):
    for slug in needs:
        assert set(graph.leads_to(needs, slug)) == {other for other in needs if slug in needs[other]}


def test_a_ring_is_shown():
    ring = graph.cycle({"a": ["b"], "b": ["c"], "c": ["a"], "d": []})
    assert ring[0] == ring[-1]
    assert set(ring) == {"a", "b", "c"}
    with pytest.raises(ValueError, match="prerequisites go round"):
        graph.ordered({"a": ["a"]}, {})


def test_a_ring_does_not_trap_the_search_for_what_is_needed():
    assert graph.needed_for({"a": ["b"], "b": ["a"]}, "a") == {"b"}
