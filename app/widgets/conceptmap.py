"""The map of concepts: what stands on what, drawn from below to above, coloured by what has been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from tracker.concepts import graph
from tracker.library.concepts import ConceptCard

_WIDTH, _BOX, _HIGH, _ROW = 1100, 92, 46, 88
#: One hue a group, told apart also by people who see red and green alike (after Okabe and Ito).
GROUP_COLOURS: tuple[str, ...] = (
    "#0072b2", "#d55e00", "#cc79a7", "#009e73", "#56b4e9", "#e69f00", "#7f7f7f", "#8c6d31",
)  # fmt: skip


def colours(cards: Sequence[ConceptCard]) -> dict[str, str]:
    """Each group's colour, in the order in which the groups come."""
    groups = list(dict.fromkeys(card.group for card in cards))
    return {group: GROUP_COLOURS[number % len(GROUP_COLOURS)] for number, group in enumerate(groups)}


def places(cards: Sequence[ConceptCard]) -> dict[str, tuple[float, float]]:
    """The middle of each concept's box: a row a level, ordered so that lines cross little."""
    needs = {card.slug: card.prerequisites for card in cards}
    level = graph.levels(needs)
    rows: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for card in cards:
        rows[level[card.slug]].append(card.slug)
    x: dict[str, float] = {}
    followers = {slug: [other for other, below in needs.items() if slug in below] for slug in needs}
    for _ in range(4):  # a few sweeps of the barycentre rule settle it
        for row in rows:
            _spread(row, needs, x)
        for row in reversed(rows):
            _spread(row, followers, x)
    return {slug: (x[slug], number * _ROW + _HIGH / 2 + 4) for number, row in enumerate(rows) for slug in row}


def _spread(row: list[str], near: Mapping[str, Sequence[str]], x: dict[str, float]) -> None:
    def wanted(slug: str) -> float:
        held = [x[other] for other in near[slug] if other in x]
        return sum(held) / len(held) if held else x.get(slug, _WIDTH / 2)

    row.sort(key=wanted)
    step = _WIDTH / len(row)
    for number, slug in enumerate(row):
        x[slug] = (number + 0.5) * step


def drawing(cards: Sequence[ConceptCard], chosen: str = "") -> str:
    """The map as HTML; every box leads to its concept.

    The lines are an image behind the boxes, since a page lets HTML through but no drawing inside it.
    """
    at, hue = places(cards), colours(cards)
    high = max((y for _, y in at.values()), default=0) + _HIGH / 2 + 6
    lines = [
        _edge(at[need], at[card.slug], chosen in (need, card.slug)) for card in cards for need in card.prerequisites
    ]
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {high:.0f}" preserveAspectRatio="none"'
        f' fill="none" stroke="#888" stroke-opacity=".45">{"".join(lines)}</svg>'
    )
    boxes = "".join(_box(card, at[card.slug], hue[card.group], card.slug == chosen, high) for card in cards)
    return (
        f'<div class="tr-map"><div style="aspect-ratio:{_WIDTH}/{high:.0f};'
        f"background-image:url('data:image/svg+xml,{quote(drawn)}')\">{boxes}</div></div>"
    )


def legend(cards: Sequence[ConceptCard]) -> str:
    """What the colours mean."""
    groups = "".join(
        f'<span class="tr-key"><i style="background:{hue}"></i>{escape(group)}</span>'
        for group, hue in colours(cards).items()
    )
    states = (
        '<span class="tr-key"><b class="tr-known"></b>a core paper read</span>'
        '<span class="tr-key"><b class="tr-begun"></b>begun</span>'
    )
    return f'<div class="tr-keys">{states}{groups}</div>'


def _edge(start: tuple[float, float], end: tuple[float, float], strong: bool) -> str:
    (x1, y1), (x2, y2) = start, end
    y1, y2 = y1 + _HIGH / 2, y2 - _HIGH / 2
    middle = (y1 + y2) / 2
    css = ' stroke-opacity="1" stroke-width="2"' if strong else ""
    return f'<path{css} d="M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"/>'


def _box(card: ConceptCard, at: tuple[float, float], hue: str, chosen: bool, high: float) -> str:
    state = "tr-known" if card.known else "tr-begun" if card.read else ""
    place = (
        f"left:{100 * (at[0] - _BOX / 2) / _WIDTH:.2f}%;top:{100 * (at[1] - _HIGH / 2) / high:.2f}%;"
        f"width:{100 * _BOX / _WIDTH:.2f}%;height:{100 * _HIGH / high:.2f}%;border-left-color:{hue}"
    )
    css = " ".join(part for part in ("tr-box", state, "tr-chosen" if chosen else "") if part)
    return (
        f'<a class="{css}" href="concepts?concept={escape(card.slug)}" target="_self" style="{place}"'
        f' title="{escape(card.one_line)}">{escape(card.title.split(":")[0])}</a>'
    )
