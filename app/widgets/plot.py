"""The map as a figure: one trace a colour, drawn by WebGL, with the groups' names above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.widgets.text import html
from app.widgets.words import STATUS_NAMES

if TYPE_CHECKING:
    from tracker.library.mapping import MapCluster, MapPoint

BY = {"concept": "Concept", "list": "List", "year": "Year", "status": "Status"}
#: More colours than this cannot be told apart; the rest is "other".
_COLOURS = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#009988",
)  # fmt: skip
_REST = "#9a9a9a"
_STATUS_COLOURS = {"inbox": "#9a9a9a", "queued": "#4477aa", "reading": "#ee7733", "read": "#228833",
                   "skipped": "#d0a0a0"}  # fmt: skip
#: A name this near to another's, across and down, would be written over it; the larger group keeps its name.
_ROOM = (3.2, 1.0)
_HEIGHT = 560


def figure(
    points: Sequence[MapPoint], clusters: Sequence[MapCluster], by: str, list_title: Callable[[str], str]
) -> dict[str, Any]:
    """The map's figure, as plotly takes it: plain values, since building graph objects costs ten times the time.

    Args:
        points: what to draw; the first of each point's ``customdata`` is the paper's id.
        clusters: the groups whose names stand on the map.
        by: a name in :data:`BY`.
        list_title: a list's title by its short name.
    """
    traces = [_by_year(points)] if by == "year" else _by_name(points, by, list_title)
    return {
        "data": traces,
        "layout": {
            "height": _HEIGHT,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "dragmode": "lasso",
            "hovermode": "closest",
            "uirevision": "map",
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
            "legend": {"orientation": "h", "y": 0, "yanchor": "top", "itemsizing": "constant", "font": {"size": 11}},
            "annotations": _labels(clusters),
        },
    }


def _labels(clusters: Sequence[MapCluster]) -> list[dict[str, Any]]:
    shown: list[MapCluster] = []
    for one in sorted((c for c in clusters if c.name and c.papers), key=lambda c: -c.papers):
        if not any(abs(one.x - c.x) < _ROOM[0] and abs(one.y - c.y) < _ROOM[1] for c in shown):
            shown.append(one)
    return [
        {
            "x": c.x, "y": c.y, "text": f"<b>{html(c.name.split(', ')[0], 30)}</b>", "showarrow": False,
            "font": {"size": 11, "color": "#222"}, "bgcolor": "rgba(255,255,255,0.72)", "borderpad": 1,
            "captureevents": False,
        }
        for c in shown
    ]  # fmt: skip


def _trace(points: Sequence[MapPoint], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "x": [p.x for p in points],
        "y": [p.y for p in points],
        # numbers and letters only in what plotly reads as HTML: titles are strangers' text
        "customdata": [[p.id] for p in points],
        "text": [_hover(p) for p in points],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 6, "opacity": 0.8, "line": {"width": 0}, **marker},
        "selected": {"marker": {"opacity": 1.0, "size": 8}},
        "unselected": {"marker": {"opacity": 0.22}},
    }


def _hover(point: MapPoint) -> str:
    title = html(point.title, 110).replace("{", "&#123;")
    about = " · ".join(part for part in (str(point.year or ""), STATUS_NAMES[point.status]) if part)
    return f"<b>{title}</b><br>{about}"


def _by_year(points: Sequence[MapPoint]) -> dict[str, Any]:
    years = sorted(p.year for p in points if p.year)
    middle = years[len(years) // 2] if years else None
    # most papers are of the last few years: the scale begins where one in twenty lies, so that those can be told apart
    low = years[len(years) // 20] if years else 0
    marker = {
        "color": [p.year or middle for p in points], "colorscale": "Viridis", "cmin": low,
        "cmax": years[-1] if years else 1, "showscale": True,
        "colorbar": {"thickness": 8, "len": 0.5, "tickformat": "d"},
    }  # fmt: skip
    return _trace(points, "year", marker)


def _by_name(points: Sequence[MapPoint], by: str, list_title: Callable[[str], str]) -> list[dict[str, Any]]:
    def name_of(point: MapPoint) -> str | None:
        return {"concept": point.concept, "list": point.source, "status": point.status}[by]

    counted = Counter(name for point in points if (name := name_of(point)))
    most = [name for name, _ in counted.most_common(len(_COLOURS))]
    colours = _STATUS_COLOURS if by == "status" else dict(zip(most, _COLOURS, strict=False))
    titles: Callable[[str], str] = {
        "concept": lambda name: name.replace("-", " ").capitalize(), "list": list_title,
        "status": STATUS_NAMES.__getitem__,
    }[by]  # fmt: skip
    rest = [p for p in points if name_of(p) not in colours]
    traces = [_trace(rest, "Other", {"color": _REST, "opacity": 0.45}) | {"legendrank": 2_000}] if rest else []
    named = {name: [p for p in points if name_of(p) == name] for name in (STATUS_NAMES if by == "status" else most)}
    traces += [_trace(found, html(titles(n), 40), {"color": colours[n]}) for n, found in named.items() if found]
    return traces
