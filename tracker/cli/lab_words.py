"""The labs' results as plain text: the numbers that a picture would show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING

from tracker.cli.display import Column, output, print_table, wrapped
from tracker.concepts.labs import (
    Ablated,
    Arithmetic,
    AttentionView,
    BiasAxis,
    FiredUnits,
    InputEmbedding,
    LabPaper,
    LabResult,
    ManyMeanings,
    MatchLens,
    Storyboard,
    TimeMachine,
    UnitMemory,
)
from tracker.safetext import line

if TYPE_CHECKING:
    from tracker.concepts.labs import Recall
    from tracker.concepts.labs.layers import Ranked

_BAR = 24


def show(result: LabResult) -> None:
    """Print a result and the papers behind it."""
    _show(result)
    papers: Sequence[LabPaper] = getattr(result, "papers", ())
    console = output()
    if papers:
        console.print()
        console.print("Papers behind it", style="bold underline")
        for paper in papers:
            wrapped(console, f"- arxiv:{paper.arxiv}  {paper.title}: {paper.why}", 2)


@singledispatch
def _show(result: LabResult) -> None:
    raise TypeError(f"{type(result).__name__} has no words yet")


def _bar(share: float) -> str:
    return "█" * max(0, round(min(share, 1.0) * _BAR))


def _say(text: str, style: str = "") -> None:
    wrapped(output(), text, style=style)


@_show.register
def _(result: Arithmetic) -> None:
    _say(line(result.expression), "bold")
    rows = [(n.word, f"{n.cosine:.3f}", _bar(n.cosine)) for n in result.neighbours]
    print_table((Column("Nearest word", stretch=True), Column("Cosine", right=True), Column("")), rows)


@_show.register
def _(result: BiasAxis) -> None:
    _say(f"{result.first} (below 0)  to  {result.second} (above 0)", "bold")
    rows = [(one.word, f"{one.value:+.3f}") for one in result.leanings]
    print_table((Column("Word", stretch=True), Column("Place", right=True)), rows)
    if result.unknown:
        _say(f"not known as whole words: {', '.join(map(line, result.unknown))}", "yellow")
    _say(result.caution, "dim")


@_show.register
def _(result: InputEmbedding) -> None:
    columns = (
        Column("Place", right=True),
        Column("Piece", stretch=True),
        Column("Id", right=True),
        Column("|token|", right=True),
        Column("|position|", right=True),
        Column("|type|", right=True),
        Column("|sum|", right=True),
        Column("|normalised|", right=True),
    )
    parts = (result.words, result.positions, result.types, result.total, result.normalised)
    rows = [
        (str(p.place), p.piece, str(p.id), *(f"{part.lengths[p.place]:.3f}" for part in parts)) for p in result.pieces
    ]
    print_table(columns, rows)
    _say(f"Each vector has {result.dimensions} numbers; sum = token + position + type, then normalised.", "dim")
    for name, part in zip(("token", "position", "type", "sum", "normalised"), parts, strict=True):
        first = "  ".join(f"{value:+.3f}" for value in part.values[min(1, len(part.values) - 1)][:6])
        _say(f"{name:>10} of {result.pieces[min(1, len(result.pieces) - 1)].piece}: {first} ...")


@_show.register
def _(result: ManyMeanings) -> None:
    for number, use in enumerate(result.uses, 1):
        _say(f"{number}. {line(use.sentence)}")
    first, second = result.apart
    pairs = [(i, j) for i in range(len(result.uses)) for j in range(i + 1, len(result.uses))]
    columns = (Column("Layer", right=True, stretch=True), *(Column(f"{i + 1}-{j + 1}", right=True) for i, j in pairs))
    rows = [(str(at), *(f"{likeness[i, j]:.2f}" for i, j in pairs)) for at, likeness in enumerate(result.likeness)]
    print_table(columns, rows)
    _say(
        f"{result.word!r} in {first + 1} and {second + 1} parts most:"
        f" from {result.parting[0]:.2f} to {result.parting[-1]:.2f}.",
        "bold",
    )


@_show.register
def _(result: AttentionView) -> None:
    _say(f"Layer {result.layer}, head {result.head}: each row's piece looks at", "bold")
    looks = []
    for piece, weights in zip(result.pieces, result.weights, strict=True):
        best = weights.argsort()[::-1][:3]
        looks.append((piece, ", ".join(f"{result.pieces[at]} {weights[at]:.2f}" for at in best)))
    print_table((Column("Piece"), Column("Looks at", stretch=True)), looks)
    step = result.step
    _say(f"How {step.piece} (place {step.place}) gets there: q·k / √{len(step.query)}, then softmax", "bold")
    rows = [
        (piece, f"{product:+.3f}", f"{score:+.3f}", f"{share:.3f}", _bar(float(share)))
        for piece, product, score, share in zip(result.pieces, step.products, step.scores, step.shares, strict=True)
    ]
    columns = (
        Column("Key of", stretch=True),
        Column("q·k", right=True),
        Column("scaled", right=True),
        Column("share", right=True),
        Column(""),
    )
    print_table(columns, rows)
    _say(f"The mix of values agrees with the model's own pass to {step.difference:.1e}.", "dim")


@_show.register
def _(result: FiredUnits) -> None:
    _say("Units that this sentence fires most (see one with --layer and --unit)", "bold")
    rows = [
        (str(one.layer), str(one.unit), one.piece, f"{one.strength:.2f}", f"{one.share:.1%}")
        for layer in result.units
        for one in layer
    ]
    columns = (
        Column("Layer", right=True),
        Column("Unit", right=True),
        Column("At", stretch=True),
        Column("Fires", right=True),
        Column("Of all added", right=True),
    )
    print_table(columns, rows)


@_show.register
def _(result: UnitMemory) -> None:
    _say(f"Layer {result.layer}, unit {result.unit}, over {result.papers_read:,} papers", "bold")
    for fired in result.fired:
        _say(f"{fired.strength:.2f} at {fired.pieces[fired.place]}: {line(fired.sentence, 300)}")
        wrapped(output(), f"{line(fired.title, 120)} ({line(fired.paper)})", 5, "dim")
    if not result.fired:
        _say("No sentence of your library fires it.")
    _say(f"pushes towards: {', '.join(f'{n.word} {n.cosine:.2f}' for n in result.towards)}")
    _say(f"and away from: {', '.join(f'{n.word} {n.cosine:.2f}' for n in result.away)}")
    _say(result.note, "dim")


@_show.register
def _(result: Storyboard) -> None:
    _say(f"{result.piece} (place {result.place}) in: {line(result.text)}", "bold")
    for frame in result.frames:
        near = ", ".join(word.word for word in frame.nearest)
        _say(f"layer {frame.layer}: like its input {frame.to_start:.2f}; near {near}", "bold")
        for stage in frame.stages:
            added = f"adds {stage.added:.2f}, " if stage.added else ""
            wrapped(output(), f"{stage.name}: {added}length {stage.length:.2f}, direction kept {stage.kept:.2f}", 4)
        if frame.looks_at:
            wrapped(output(), "looks at " + ", ".join(f"{piece} {share:.2f}" for piece, share in frame.looks_at), 4)


@_show.register
def _(result: TimeMachine) -> None:
    _say(f"{line(result.query)}: {result.papers_ranked:,} papers ranked by each layer", "bold")
    for ranking in result.layers:
        _say(f"layer {ranking.layer}: {ranking.recall:.0%} of the last layer's first ten", "bold")
        for hit in ranking.hits[:3]:
            wrapped(output(), _ranked(hit), 4)
    _measured(result.measured, "the last layer's")


@_show.register
def _(result: Ablated) -> None:
    _say(f"{result.off}: {result.recall:.0%} of the first ten are still there", "bold")
    if result.both_sides:
        _say(f"Question and papers are read by the damaged model, over the {result.papers_ranked:,} that it has read.")
    else:
        _say(
            f"Only the question is read by the damaged model; the {result.papers_ranked:,} papers are as the whole one"
            " reads them. To let it read the papers too (minutes): tracker lab --build --without PART"
        )
    _say(f"The question's own vector keeps a cosine of {result.cosine:.3f}.")
    for title, hits in (("whole", result.whole), ("damaged", result.damaged)):
        _say(title, "bold")
        for hit in hits:
            wrapped(output(), _ranked(hit), 4)
    if result.measured:
        _measured(result.measured, "the whole model's")
    else:
        _say("How many known papers are still found: ask with --recall (some seconds).", "dim")


def _measured(rows: Sequence[Recall], whose: str) -> None:
    if not rows:
        return
    output().print()
    _say(
        f"Recall: {rows[0].questions} sentences of abstracts ask for their paper among {rows[0].papers:,}."
        f" The last column is how much of {whose} first ten is kept.",
        "bold",
    )
    columns = (
        Column("Model", stretch=True),
        Column("First", right=True),
        Column("In ten", right=True),
        Column("MRR@10", right=True),
        Column("Kept", right=True),
    )
    shown = [(row.name, f"{row.at_1:.1%}", f"{row.at_10:.1%}", f"{row.mrr_10:.3f}", f"{row.kept:.0%}") for row in rows]
    print_table(columns, shown)


def _ranked(hit: Ranked) -> str:
    before = f"was {hit.before}" if hit.before else "beyond 100"
    return f"{hit.cosine:.3f}  {line(hit.title, 120)} ({line(hit.id)}, {before})"


@_show.register
def _(result: MatchLens) -> None:
    _say(f"{line(result.query)}  met  {line(result.text, 160)}", "bold")
    rows = [(m.piece, m.met, f"{m.cosine:.3f}", f"{m.part:.3f}", _bar(m.cosine)) for m in result.meetings]
    columns = (
        Column("Your word"),
        Column("met", stretch=True),
        Column("Cosine", right=True),
        Column("Part", right=True),
        Column(""),
    )
    print_table(columns, rows)
    _say(f"The parts add up to {result.score:.4f}.", "bold")
    if result.shown is not None and result.error is not None:
        _say(f"The search gave this meeting of words {result.shown:.4f}: a difference of {result.error:.1e}.")
    if (whole := result.whole) is not None:
        _say(
            f"The hit's score: {whole.words_share:.3f} × words {whole.words:.3f} + {whole.meaning_share:.3f} × meaning"
            f" {whole.meaning:.3f} + {whole.tokens_share:.3f} × meetings {whole.tokens:.3f} = {whole.total:.4f},"
            f" shown {whole.shown:.4f}: a difference of {whole.error:.1e}."
        )
    if result.truncated:
        _say("The text goes on beyond what the model reads at once.", "dim")
