"""A lab on a page: what it shows, the reader's own words, pictures with the numbers, and the papers behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets import cards, frame, reading
from app.widgets.text import html, label
from tracker.errors import TrackerError, UnknownPaper, UsageError
from tracker.records import Paper

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from tracker.concepts.labs import LabPaper, LabResult
    from tracker.library.lab_infos import LabInfo

Section = Callable[["LabInfo"], "LabResult | None"]


def _sections() -> Mapping[str, Section]:
    from app.widgets import labs_blocks, labs_library, labs_words

    return {
        "word-arithmetic": labs_words.arithmetic,
        "bias": labs_words.bias,
        "input": labs_words.input_sum,
        "meanings": labs_words.meanings,
        "attention": labs_blocks.attention,
        "memories": labs_blocks.memories,
        "story": labs_blocks.story,
        "layers": labs_library.layers,
        "ablate": labs_library.ablate,
        "lens": labs_library.lens,
    }


def lab(info: LabInfo) -> None:
    """Draw a lab; it answers by itself, without the rest of the page."""
    st.fragment(_lab)(info)


def _lab(info: LabInfo) -> None:
    st.markdown(label(info.shows, 500))
    try:
        result = _sections()[info.name](info)
    except TrackerError as error:
        frame.failure(error)
        return
    if result is not None:
        _behind(info.name, getattr(result, "papers", ()))


def ask(name: str, /, **inputs: object) -> LabResult | None:
    """A lab's answer, or None where what was typed makes no sense, which is said then."""
    try:
        return library.tracker().lab(name, **inputs)
    except UsageError as error:
        st.warning(label(str(error), 500))
        return None


def draw(figure: Figure, key: str) -> None:
    """A picture in the page's colours, without the tools that nobody needs here."""
    st.plotly_chart(figure, key=key, width="stretch", config={"displayModeBar": False})


def pieces(names: Sequence[str], shares: Sequence[float], colour: str = "#d55e00") -> str:
    """Pieces of a text as HTML, each with a ground as strong as its share (0 to 1)."""
    made = (
        # A piece that goes on with a word stands close to it.
        f'{"" if name.startswith("##") else " "}<span class="tr-piece" title="{html(name)} {share:.3f}"'
        f' style="background:color-mix(in srgb, {colour} {_strength(share)}%, transparent)">'
        f"{html(name.removeprefix('##'))}</span>"
        for name, share in zip(names, shares, strict=True)
    )
    return f'<div class="tr-pieces">{"".join(made)}</div>'


def keeping(text: str) -> str:
    """Escaped text that keeps a blank at either end, so that marked words stay apart."""
    return f"{' ' if text[:1].isspace() else ''}{html(text)}{' ' if text[-1:].isspace() else ''}"


def _strength(share: float) -> int:
    return round(75 * min(max(share, 0.0), 1.0))


# ---------------------------------------------------------------- the papers behind


def _behind(name: str, papers: Sequence[LabPaper]) -> None:
    st.markdown("**Papers behind this**")
    for paper in papers:
        row(f"arxiv:{paper.arxiv}", paper.title, paper.why, f"key-{name}")


def row(paper_id: str, title: str, why: str, place: str, held: Paper | None = None, about: str = "") -> None:
    """A paper to read with the reason, and one click to queue it, also where the library lacks it."""
    paper = held or _held(paper_id)
    with st.container(key=f"card-{place}-{paper_id}", gap=None):
        if paper is None:
            st.html(f"<strong>{html(title)}</strong>")
        else:
            cards.title_link(paper.id, paper.title, place)
        st.html(f'<div class="tr-meta">{html(" · ".join(part for part in (why, about) if part))}</div>')
        if paper is None:
            st.button(
                "Bring in and queue",
                key=f"bring-{place}-{paper_id}",
                icon=":material/playlist_add:",
                on_click=_bring,
                args=(paper_id,),
            )
        else:
            with st.container(horizontal=True):
                reading.status(paper.id, paper.status, place)


def _held(paper_id: str) -> Paper | None:
    try:
        return library.tracker().paper(paper_id)
    except UnknownPaper:
        return None


def _bring(paper_id: str) -> None:
    def bring() -> None:
        tracker = library.tracker()
        tracker.import_ids([paper_id], embed=False)
        tracker.mark(paper_id, "queued")

    if reading.attempt(bring):
        st.toast("In your queue; the next update learns more about it")
