"""``tracker lab``: what a transformer does with your own words, computed on the model that ranks the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.library.lab_infos import LabInfo
    from tracker.service import Tracker

app = typer.Typer()

#: Seconds that an update gives to the labs.
_KEEP_UP = 10.0
_OFF = {"head": "heads", "feed-forward": "feed_forward", "attention": "attention"}


@app.command(rich_help_panel=options.LEARNING, context_settings=options.QUERY_SETTINGS)
def lab(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[LAB]", help="Which one; none lists them.", show_default=False)
    ] = None,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]...", help="What the lab looks at.", show_default=False)
    ] = None,
    layer: Annotated[int | None, typer.Option("--layer", help="The layer, from 0.")] = None,
    head: Annotated[int | None, typer.Option("--head", help="attention: the head, from 0.")] = None,
    place: Annotated[int | None, typer.Option("--place", help="attention, story: the piece, from 0.")] = None,
    unit: Annotated[int | None, typer.Option("--unit", help="memories: the unit, from 0.")] = None,
    pair: Annotated[
        list[str] | None, typer.Option("--pair", metavar="A:B", help="bias: the two ends.", show_default=False)
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="PART",
            help="ablate: positions, head:LAYER.HEAD, feed-forward:LAYER or attention:LAYER.",
            show_default=False,
        ),
    ] = None,
    paper: Annotated[
        str | None, typer.Option("--paper", metavar="ID", help="A paper's title as the sentence.", show_default=False)
    ] = None,
    sentence: Annotated[
        int, typer.Option("--sentence", min=0, help="With --paper: which sentence of it; 0 is the title.")
    ] = 0,
    build: Annotated[
        bool,
        typer.Option(
            "--build", help="Read the library for the labs that look through it; with --without, as that model."
        ),
    ] = False,
    recall: Annotated[
        bool, typer.Option("--recall", help="ablate: count now how many known papers are still found (seconds).")
    ] = False,
    json: options.Json = False,
) -> None:
    """Look inside the model with your own words.

    Labs: word-arithmetic "king - man + woman"; bias WORD...; input SENTENCE; meanings WORD SENTENCE SENTENCE...;
    attention SENTENCE; memories SENTENCE, or --layer and --unit; story SENTENCE; layers QUERY;
    ablate QUERY --without PART; lens QUERY ID.

    Example: [bold]tracker lab word-arithmetic "king - man + woman"[/bold]
    """
    for word in words or ():
        if word.startswith("--") and len(word) > 2:
            raise edge.wrong_use(f"there is no option {word!r} here", "see tracker lab --help")
    with edge.Edge.of(ctx).library() as tracker:
        if build:
            _build(tracker, _off(without or ()), json)
            return
        if name is None:
            _list(tracker.labs(), json)
            return
        from tracker.library.lab_infos import info

        given = words or []
        if paper is not None:
            given = [*given, _sentence(tracker, paper, sentence)]
        inputs: dict[str, object] = {
            **_inputs(info(name).name, given),
            **{"layer": layer, "head": head, "place": place, "unit": unit, "pairs": pair, **_off(without or ())},
            "measure": recall or None,
        }
        result = tracker.lab(name, **{key: value for key, value in inputs.items() if value is not None})
    if json:
        from tracker.cli.jsonable import print_json

        print_json(result.to_json())
        return
    from tracker.cli.lab_words import show

    show(result)


def keep_up(tracker: Tracker) -> None:
    """After an update: labs that have read the library before read what is new, for a few seconds at most.

    Where they never did, nothing happens here: the first reading takes
    minutes and belongs to ``--build``, the dashboard or the service.
    """
    if not tracker.lab_ready() or not tracker.labs_due():
        return
    from tracker.cli.bars import bars

    with bars() as progress:
        done = tracker.keep_labs_up(_KEEP_UP, progress)
    if not done:
        edge.say("the labs read the rest later, or now with: tracker lab --build")


def _sentence(tracker: Tracker, paper: str, number: int) -> str:
    sentences = tracker.lab_sentences(paper)
    if number >= len(sentences):
        raise edge.wrong_use(
            f"{paper} has no sentence {number} that a lab can show", f"it has {len(sentences)}, counted from 0"
        )
    return sentences[number]


def _inputs(name: str, words: Sequence[str]) -> dict[str, object]:
    """What the words on the command line are to a lab."""
    text = " ".join(words) or None
    if name == "word-arithmetic":
        return {"expression": text}
    if name == "bias":
        return {"words": tuple(words) or None}
    if name == "meanings":
        return {"word": words[0] if words else None, "sentences": tuple(words[1:]) or None}
    if name in ("layers", "ablate"):
        return {"query": text}
    if name == "lens":
        return {"query": " ".join(words[:-1]) or None, "paper": words[-1] if words else None}
    return {"text": text}


def _off(parts: Sequence[str]) -> dict[str, object]:
    off: dict[str, object] = {}
    for part in parts:
        kind, _, where = part.partition(":")
        if part == "positions":
            off["positions"] = True
        elif kind in _OFF and where:
            held = off.setdefault(_OFF[kind], [])
            if isinstance(held, list):
                held.append(where)
        else:
            raise edge.wrong_use(
                f"there is no part {part!r} to switch off",
                "name positions, head:LAYER.HEAD, feed-forward:LAYER or attention:LAYER",
            )
    return off


def _list(labs: Sequence[LabInfo], json: bool) -> None:
    if json:
        from tracker.cli.jsonable import print_json

        print_json(labs)
        return
    from tracker.cli.display import output, wrapped

    console = output()
    for one in labs:
        wrapped(console, f"{one.name}  {one.title}", style="bold")
        wrapped(console, one.shows, 2)
        for takes in one.inputs:
            if not takes.optional:
                shown = takes.example if isinstance(takes.example, (str, int)) else " | ".join(takes.example)
                wrapped(console, f"{takes.name}: {takes.what}, such as: {shown}", 4, "dim")


def _build(tracker: Tracker, off: dict[str, object], json: bool) -> None:
    """Read the library as the whole model does, or as the one that lacks these parts."""
    from tracker.cli.bars import bars

    with bars() as progress:
        if off:
            reports = {"damaged": tracker.build_damaged(progress=progress, **off)}
        else:
            reports = dict(zip(("layers", "memories"), tracker.build_lab_indexes(progress), strict=True))
    if json:
        from tracker.cli.jsonable import print_json

        print_json(tuple(reports.values()))
        return
    for name, report in reports.items():
        typer.echo(
            f"{name}: {report.done:,} papers read, {report.kept:,} already there, {report.dropped:,} dropped"
            f" ({report.seconds:.0f} s)"
        )
