"""Reading plans over a small catalogue."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.concepts import graph
from tracker.concepts.catalogue import Catalogue, Concept, KeyPaper
from tracker.concepts.paths import PaperTarget, plan
from tracker.errors import UsageError


def concept(
    slug: str, needs: tuple[str, ...] = (), papers: tuple[tuple[str, float, bool], ...] | None = None
) -> Concept:
    listed = ((f"{slug}-1", 2.0, True), (f"{slug}-2", 1.0, False)) if papers is None else papers
    return Concept(
        slug=slug,
        title=slug.title(),
        one_line="",
        explanation="",
        group="Embeddings",
        position=1,
        prerequisites=needs,
        key_papers=tuple(KeyPaper(id=i, why=f"why {i}", hours=h, core=c) for i, h, c in listed),
        resources=(),
        lab=None,
        keywords=(),
        hours=1.0,
    )


LEAVES = (("leaves-1", 2.0, True), ("leaves-2", 2.0, True), ("leaves-3", 1.0, False))
#: seeds -> roots -> trunk -> leaves; light is needed by leaves alone; moss is on no way.
TREE = Catalogue(
    (
        concept("seeds"),
        concept("roots", ("seeds",)),
        concept("trunk", ("roots",)),
        concept("light"),
        concept("leaves", ("trunk", "light"), LEAVES),
        concept("moss"),
    )
)  # fmt: skip


SLUGS = tuple("abcdefg")


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    concepts = []
    for number, slug in enumerate(SLUGS):
        needs = draw(st.sets(st.sampled_from(SLUGS[:number]), max_size=3)) if number else set()
        concepts.append(concept(slug, tuple(sorted(needs))))
    return Catalogue(tuple(concepts))


def _places(steps: tuple[object, ...]) -> list[tuple[str, str | None]]:
    return [(step.concept, step.paper) for step in steps]  # type: ignore[attr-defined]


def test_everything_that_is_needed_in_the_order_of_need() -> None:
    found = plan("leaves", set(), TREE)
    assert _places(found.steps) == [
        ("seeds", None), ("seeds", "seeds-1"), ("roots", None), ("roots", "roots-1"), ("trunk", None),
        ("trunk", "trunk-1"), ("light", None), ("light", "light-1"), ("leaves", None), ("leaves", "leaves-1"),
        ("leaves", "leaves-2"),
    ]  # fmt: skip
    assert [step.number for step in found.steps] == list(range(1, 12))
    assert found.hours == 17
    assert found.steps[0].reason == "needed for Roots"
    assert found.steps[1].reason == "why seeds-1"
    assert [choice.paper for choice in found.steps[1].alternatives] == ["seeds-2"]
    assert found.steps[-3].reason == "what you want to understand"
    assert not found.left_out
    assert not found.over


def test_what_was_read_is_not_read_again_and_stands_for_what_it_needs() -> None:
    found = plan("leaves", {"trunk-1"}, TREE)
    assert [k.concept for k in found.known] == ["trunk"]
    assert found.known[0].paper == "trunk-1"
    assert {step.concept for step in found.steps} == {"light", "leaves"}
    further = plan("leaves", {"trunk-2"}, TREE)  # not a core paper
    assert "trunk" in {step.concept for step in further.steps}
    assert "trunk-2" not in [choice.paper for step in further.steps for choice in step.alternatives]
    assert "leaves-1" not in {step.paper for step in plan("leaves", {"leaves-1"}, TREE).steps}


def test_few_hours_keep_what_is_near() -> None:
    found = plan("leaves", set(), TREE, hours=8)
    assert found.hours <= 8
    assert not found.over
    places = _places(found.steps)
    assert ("leaves", "leaves-1") in places
    assert ("trunk", None) in places
    assert ("seeds", None) not in places
    assert {left.concept for left in found.left_out} >= {"seeds", "roots"}


def test_a_shorter_paper_takes_the_place_of_a_long_one() -> None:
    found = plan("trunk", {"roots-1"}, TREE, hours=2)
    assert _places(found.steps) == [("trunk", "trunk-1")]
    swapped = plan("leaves", {"light-1"}, TREE, hours=7)
    step = next(step for step in swapped.steps if step.concept == "trunk" and step.paper)
    assert step.paper == "trunk-2"
    assert "shorter than trunk-1" in step.reason
    assert step.alternatives[0].paper == "trunk-1"


def test_less_time_than_the_shortest_way() -> None:
    single = Catalogue((concept("one", (), (("one-1", 5.0, True),)),))
    found = plan("one", set(), single, hours=1)
    assert _places(found.steps) == [("one", "one-1")]
    assert found.over


def test_getting_ready_for_a_paper() -> None:
    target = PaperTarget(ids=("arxiv:1", "doi:1"), title="Bark", concepts=("trunk", "unknown"), hours=4)
    found = plan(target, {"seeds-1"}, TREE, titles={"roots-1": "On roots"})
    assert found.title == "Bark"
    assert found.steps[-1].paper == "arxiv:1"
    assert found.steps[-1].reason == "the paper itself, which is about Trunk"
    assert [step.title for step in found.steps][:2] == ["Roots", "On roots"]
    alone = plan(PaperTarget(ids=("x",), title="X", concepts=()), set(), TREE, hours=1)
    assert _places(alone.steps) == [("", "x")]
    assert "tied to no concept" in alone.steps[0].reason


@given(catalogues(), st.sampled_from(SLUGS), st.sampled_from("12"), st.none() | st.floats(1, 30))
def test_a_paper_stands_once_in_its_own_plan(tree: Catalogue, slug: str, which: str, hours: float | None) -> None:
    """Also where it is a key paper of the concept that it is about."""
    name = f"{slug}-{which}"
    found = plan(PaperTarget(ids=("x", name), title="X", concepts=(slug,)), set(), tree, hours)
    named = [step.paper for step in (*found.steps, *found.left_out) if step.paper]
    named += [choice.paper for step in found.steps for choice in step.alternatives]
    assert named.count("x") == 1
    assert name not in named


def test_two_goals_where_one_needs_the_other() -> None:
    target = PaperTarget(ids=("x",), title="X", concepts=("trunk", "seeds"))
    order = [step.concept for step in plan(target, set(), TREE).steps]
    assert order.index("seeds") < order.index("roots") < order.index("trunk")


@pytest.mark.parametrize("hours", [0, -1, float("nan"), float("inf"), 10_001])
def test_no_time_is_wrong_use(hours: float) -> None:
    with pytest.raises(UsageError, match="no time"):
        plan("leaves", set(), TREE, hours=hours)


def test_an_unknown_target_names_near_ones() -> None:
    with pytest.raises(UsageError, match="leaves"):
        plan("leavse", set(), TREE)


@given(catalogues(), st.sets(st.sampled_from([f"{slug}-1" for slug in SLUGS])), st.none() | st.floats(1, 30))
def test_nothing_comes_before_what_it_needs(tree: Catalogue, read: set[str], hours: float | None) -> None:
    found = plan("g", read, tree, hours)
    order = list(dict.fromkeys(step.concept for step in found.steps))
    below = {slug: graph.needed_for(tree.graph, slug) for slug in SLUGS}
    for first, second in itertools.combinations(order, 2):
        assert second not in below[first]
    assert not {step.paper for step in found.steps} & read
    assert set(order) <= below["g"] | {"g"}
    if hours is not None and not found.over:
        assert found.hours <= hours
