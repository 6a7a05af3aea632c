"""Pictures of labs' results: plotly figures that follow the page's theme.  Values in, figures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from tracker.concepts.labs import (
        Arithmetic,
        AttentionView,
        BiasAxis,
        InputEmbedding,
        ManyMeanings,
        Storyboard,
        TimeMachine,
    )

BLUE, RUST, GREEN, GREY = "#0072b2", "#d55e00", "#2e9e6b", "#8a8a8a"
_LINES = (BLUE, RUST, GREEN, "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", GREY)


def _figure(traces: Sequence[Any], height: int, **layout: Any) -> Figure:
    from plotly.graph_objects import Figure

    figure = Figure(list(traces))
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 28, "b": 8}, dragmode=False, showlegend=False, **layout
    )
    figure.update_xaxes(automargin=True, fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True)
    return figure


def words(result: Arithmetic) -> Figure:
    """Words as dots on a plane: those of the sum, the answer, its neighbours."""
    from plotly.graph_objects import Scatter

    looks = {"term": (BLUE, 11), "answer": (RUST, 15), "neighbour": (GREY, 8)}
    dots = result.dots
    trace = Scatter(
        x=[dot.x for dot in dots],
        y=[dot.y for dot in dots],
        text=[dot.word for dot in dots],
        mode="markers+text",
        textposition=["bottom center" if dot.role == "neighbour" else "top center" for dot in dots],
        cliponaxis=False,
        marker={"color": [looks[dot.role][0] for dot in dots], "size": [looks[dot.role][1] for dot in dots]},
        hovertemplate="%{text}<extra></extra>",
    )
    figure = _figure([trace], 380)
    for axis, values in ((figure.update_xaxes, [d.x for d in dots]), (figure.update_yaxes, [d.y for d in dots])):
        room = 0.15 * (max(values) - min(values) or 1.0)
        axis(showticklabels=False, zeroline=False, range=[min(values) - room, max(values) + room])
    return figure


def cosines(names: Sequence[str], values: Sequence[float], colour: str = BLUE) -> Figure:
    """Horizontal bars, the first on top."""
    from plotly.graph_objects import Bar

    trace = Bar(
        x=list(values),
        y=list(names),
        orientation="h",
        marker={"color": colour},
        text=[f"{value:.2f}" for value in values],
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )
    return _figure([trace], 60 + 26 * len(names), yaxis={"autorange": "reversed", "type": "category"})


def bias(result: BiasAxis) -> Figure:
    """Words along the axis, the two ends named."""
    from plotly.graph_objects import Bar

    values = [one.value for one in result.leanings]
    trace = Bar(
        x=values,
        y=[one.word for one in result.leanings],
        orientation="h",
        marker={"color": [BLUE if value < 0 else RUST for value in values]},
        hovertemplate="%{y}: %{x:+.3f}<extra></extra>",
    )
    most = max(0.05, *(abs(value) for value in values)) * 1.1
    figure = _figure([trace], 80 + 22 * len(values), yaxis={"autorange": "reversed", "type": "category"})
    figure.update_xaxes(range=[-most, most], title=f"← {result.first}   ·   {result.second} →")
    return figure


def input_sum(result: InputEmbedding, place: int) -> Figure:
    """One piece's token, position and type vectors, their sum and it normalised: the first numbers as bars."""
    from plotly.graph_objects import Bar
    from plotly.subplots import make_subplots

    parts = (result.words, result.positions, result.types, result.total, result.normalised)
    names = ("token", "+ position", "+ type", "= sum", "normalised")
    figure = make_subplots(rows=5, cols=1, shared_xaxes=True, vertical_spacing=0.055, subplot_titles=names)
    for row, (part, colour) in enumerate(zip(parts, (BLUE, "#e69f00", GREY, GREEN, RUST), strict=True), 1):
        values = part.values[place].tolist()
        bar = Bar(
            x=list(range(len(values))),
            y=values,
            marker={"color": colour},
            hovertemplate="number %{x}: %{y:+.4f}<extra></extra>",
        )
        figure.add_trace(bar, row=row, col=1)
    top = float(max(abs(part.values[place]).max() for part in parts[:4])) * 1.1
    figure.update_layout(height=560, margin={"l": 8, "r": 8, "t": 28, "b": 8}, showlegend=False, dragmode=False)
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True, nticks=5)
    for row in range(1, 5):  # one scale for what is added, so that sizes can be compared
        figure.update_yaxes(range=[-top, top], row=row, col=1)
    return figure


def parting(result: ManyMeanings) -> Figure:
    """How alike each pair of uses is, layer by layer."""
    from plotly.graph_objects import Scatter

    count = len(result.uses)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    traces = [
        Scatter(
            x=list(range(len(result.likeness))),
            y=result.likeness[:, i, j].tolist(),
            mode="lines+markers",
            name=f"{i + 1} and {j + 1}",
            line={"width": 4 if (i, j) == result.apart else 1.6, "color": _LINES[number % len(_LINES)]},
            hovertemplate=f"{i + 1} and {j + 1}: %{{y:.2f}} after layer %{{x}}<extra></extra>",
        )
        for number, (i, j) in enumerate(pairs)
    ]
    figure = _figure(traces, 340, xaxis={"title": "after layer"}, yaxis={"title": "cosine"})
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.25})
    return figure


def senses(result: ManyMeanings, layer: int) -> Figure:
    """The word's vectors of one layer as dots, numbered as the sentences."""
    from plotly.graph_objects import Scatter

    at = result.places[layer]
    trace = Scatter(
        x=at[:, 0].tolist(),
        y=at[:, 1].tolist(),
        mode="markers+text",
        text=[str(number + 1) for number in range(len(result.uses))],
        textposition="middle center",
        textfont={"color": "white"},
        marker={"size": 26, "color": [_LINES[n % len(_LINES)] for n in range(len(result.uses))]},
        hovertext=[use.sentence for use in result.uses],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    most = max(0.1, float(abs(result.places).max())) * 1.25
    figure = _figure([trace], 340)
    figure.update_xaxes(range=[-most, most], showticklabels=False)
    figure.update_yaxes(range=[-most, most], showticklabels=False)
    return figure


#: From nothing at all, so that a zero is the page's own ground, on light and on dark.
_INK = [[0.0, "rgba(63, 127, 191, 0)"], [0.5, "rgba(63, 127, 191, 0.62)"], [1.0, "rgba(52, 116, 184, 1)"]]


def heat(
    rows: Sequence[str], columns: Sequence[str], values: Any, *, height: int | None = None, top: float | None = 1.0,
    say: str = "%{y} → %{x}: %{z:.3f}",
) -> Figure:  # fmt: skip
    """A table of numbers as colours; names may repeat."""
    from plotly.graph_objects import Heatmap

    trace = Heatmap(
        z=values.tolist(),
        colorscale=_INK,
        zmin=0,
        zmax=top,
        showscale=False,
        customdata=None,
        hovertemplate=f"{say}<extra></extra>",
    )
    figure = _figure([trace], height or 110 + 26 * len(rows))
    figure.update_xaxes(tickvals=list(range(len(columns))), ticktext=list(columns), side="top", tickangle=-50)
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=list(rows), autorange="reversed")
    figure.update_xaxes(showgrid=False)  # a zero is as clear as the ground, and lines would show through
    figure.update_yaxes(showgrid=False)
    return figure


def attention(result: AttentionView) -> Figure:
    """Who looks at whom: a row is a piece that asks, a column one that answers."""
    return heat(result.pieces, result.pieces, result.weights)


def path(result: Storyboard) -> Figure:
    """All pieces on their way through the layers in one plane, the chosen one in front."""
    from plotly.graph_objects import Scatter

    traces = []
    for place, piece in enumerate(result.pieces):
        chosen = place == result.place
        traces.append(
            Scatter(
                x=result.path[:, place, 0].tolist(),
                y=result.path[:, place, 1].tolist(),
                mode="lines+markers+text" if chosen else "lines",
                text=[str(layer) for layer in range(len(result.path))] if chosen else None,
                textposition="top center",
                line={"color": RUST if chosen else GREY, "width": 3 if chosen else 1},
                opacity=1.0 if chosen else 0.45,
                name=piece,
                hovertemplate=f"{piece}<extra></extra>",
            )
        )
    figure = _figure([t for t in traces if t.opacity != 1.0] + [t for t in traces if t.opacity == 1.0], 380)
    # The markers at both ends go far away; the frame is around the text, and around the chosen piece.
    inside = result.path[:, sorted({*range(1, len(result.pieces) - 1), result.place})]
    for axis, values in ((figure.update_xaxes, inside[..., 0]), (figure.update_yaxes, inside[..., 1])):
        room = 0.1 * (float(values.max() - values.min()) or 1.0)
        axis(showticklabels=False, range=[float(values.min()) - room, float(values.max()) + room])
    return figure


def added(result: Storyboard) -> Figure:
    """How much attention and the feed-forward part add to the piece in each block."""
    from plotly.graph_objects import Bar

    frames = result.frames[1:]
    traces = [
        Bar(
            x=[f.layer for f in frames],
            y=[next(s.added for s in f.stages if s.name.startswith(name)) for f in frames],
            name=name,
            marker={"color": colour},
        )
        for name, colour in (("attention", BLUE), ("feed-forward", RUST))
    ]
    figure = _figure(
        traces, 300, barmode="group", xaxis={"title": "block", "dtick": 1}, yaxis={"title": "length added"}
    )
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.3})
    return figure


def layers(result: TimeMachine, chosen: int) -> Figure:
    """The share of the last layer's first ten that each layer finds too."""
    from plotly.graph_objects import Scatter

    at = [ranking.layer for ranking in result.layers]
    trace = Scatter(
        x=at,
        y=[ranking.recall for ranking in result.layers],
        mode="lines+markers",
        line={"color": BLUE, "width": 3},
        marker={"size": [16 if n == chosen else 9 for n in at], "color": [RUST if n == chosen else BLUE for n in at]},
        hovertemplate="layer %{x}: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    figure = _figure([trace], 260, xaxis={"title": "layer", "dtick": 1}, yaxis={"title": "of the last ten"})
    figure.update_yaxes(range=[-0.05, 1.08], tickformat=".0%")
    return figure


def years(counts: Mapping[int, int], read: Mapping[int, int]) -> Figure:
    """Papers a year, those that were read in front."""
    from plotly.graph_objects import Bar

    at = list(range(min(counts), max(counts) + 1))
    traces = [
        Bar(x=at, y=[read.get(year, 0) for year in at], name="read", marker={"color": GREEN}),
        Bar(x=at, y=[counts.get(year, 0) - read.get(year, 0) for year in at], name="not yet", marker={"color": GREY}),
    ]
    figure = _figure(traces, 220, barmode="stack")
    figure.update_xaxes(dtick=1 if len(at) <= 12 else None, tickformat="d")
    figure.update_yaxes(tickformat="d")
    return figure


def weeks(starts: Sequence[date], read: Sequence[int], queued: Sequence[int]) -> Figure:
    """Papers read and queued in weeks that begin on ``starts`` (Mondays, in order)."""
    from plotly.graph_objects import Bar

    five_days = 5 * 86_400_000  # milliseconds, as the axis counts; a gap is left between weeks
    traces = [
        Bar(x=starts, y=counts, name=name, width=five_days, marker={"color": colour},
            hovertemplate="week of %{x|%-d %b}: %{y} " + name + "<extra></extra>")
        for name, counts, colour in (("read", read, GREEN), ("queued", queued, BLUE))
    ]  # fmt: skip
    half = timedelta(days=4)
    figure = _figure(traces, 280, barmode="stack", legend={"orientation": "h", "y": -0.15})
    figure.update_layout(showlegend=True)
    figure.update_xaxes(range=[starts[0] - half, starts[-1] + half], tickformat="%-d %b", nticks=7)
    most = max(map(sum, zip(read, queued, strict=True)), default=0)
    figure.update_yaxes(tickformat="d", rangemode="tozero", title="papers", dtick=1 if most < 6 else None)
    return figure
