"""The labs about what happens in a block: attention, feed-forward memories, and the storyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from app.widgets import cards, labs, labs_input, labs_library, plots
from app.widgets.text import html, label

if TYPE_CHECKING:
    from tracker.concepts.labs import AttentionView, FiredUnits, LabResult, Storyboard, UnitMemory
    from tracker.library.lab_infos import LabInfo

_HABITS = {
    "to_previous": "looks at the piece before",
    "to_next": "looks at the piece after",
    "to_itself": "looks at itself",
    "to_markers": "looks at the markers",
    "entropy": "spreads its look (bits)",
}
_FIRST_SHOWN = 8
#: In the example this is "it", which asks who is meant.
_ASKING = 9


def _place(key: str, text: str, first: int) -> int:
    """The piece that was chosen of this very text; another text begins anew, with a piece that it has."""
    if st.session_state.get(f"{key}-text") != text:
        st.session_state[f"{key}-text"] = text
        st.session_state.pop(f"{key}-place", None)
    return int(st.session_state.get(f"{key}-place", first))


def attention(info: LabInfo) -> LabResult | None:
    """Who looks at whom, and the arithmetic of one piece."""
    text = labs_input.sentence(info, "lab-attention")
    left, right = st.columns(2)
    layer = left.slider("Layer", 0, 5, 3, key="lab-attention-layer")
    head = right.slider("Head", 0, 11, 1, key="lab-attention-head")
    place = _place("lab-attention", text, _ASKING if text == str(info.inputs[0].example) else 1)
    result = cast("AttentionView | None", labs.ask(info.name, text=text, layer=layer, head=head, place=place))
    if result is None:
        return None
    labs.draw(plots.attention(result), "lab-attention-map")
    st.caption("A row asks, the columns answer; each row adds up to 1.")
    st.markdown("**One piece's sum, step by step**")
    st.session_state["lab-attention-place"] = place
    st.selectbox(
        "The piece that asks", range(len(result.pieces)), key="lab-attention-place",
        format_func=lambda at: f"{at} {result.pieces[at]}" if at < len(result.pieces) else "",
    )  # fmt: skip
    _step(result)
    with st.expander("What all heads do with this sentence"):
        what = st.selectbox("Each head", list(_HABITS), format_func=_HABITS.__getitem__, key="lab-attention-habit")
        table = np.zeros((1 + max(h.layer for h in result.habits), 1 + max(h.head for h in result.habits)))
        for habit in result.habits:
            table[habit.layer, habit.head] = getattr(habit, what)
        rows, columns = (
            [f"layer {n}" for n in range(table.shape[0])],
            [f"head {n}" for n in range(table.shape[1])],
        )
        top = None if what == "entropy" else 1.0
        labs.draw(plots.heat(rows, columns, table, top=top, say="%{y}, %{x}: %{z:.2f}"), "lab-attention-habits")
    return result


def _step(result: AttentionView) -> None:
    step = result.step
    root = f"√{len(step.query)}"
    rows = "".join(
        f"<tr><td>{html(piece)}</td><td>{product:+.2f}</td><td>{score:+.2f}</td><td>{share:.3f}</td>"
        f'<td style="width:30%"><i class="tr-bar" style="width:{100 * share:.0f}%"></i></td></tr>'
        for piece, product, score, share in zip(result.pieces, step.products, step.scores, step.shares, strict=True)
    )
    st.html(
        '<div class="tr-scroll"><table class="tr-table"><tr><th>key of</th><th>q · k</th>'
        f"<th>÷ {root}</th><th>softmax</th><th></th></tr>{rows}</table></div>"
    )
    vectors = {"q": step.query, "k of itself": step.keys[step.place], "v of itself": step.values[step.place]}
    vectors["result Σ share · v"] = step.result
    lines = "".join(
        f"<tr><td>{name}</td>"
        + "".join(f"<td>{v:+.2f}</td>" for v in vector[:_FIRST_SHOWN])
        + f"<td>… {len(vector)}</td></tr>"
        for name, vector in vectors.items()
    )
    st.html(f'<div class="tr-scroll"><table class="tr-table">{lines}</table></div>')
    st.caption(f"Worked out here step by step; it differs from the model's own pass by at most {step.difference:.0e}.")


def memories(info: LabInfo) -> LabResult | None:
    """Units that a sentence fires; what a unit remembers of the library."""
    text = labs_input.sentence(info, "lab-memories")
    fired = cast("FiredUnits | None", labs.ask(info.name, text=text))
    if fired is None:
        return None
    last = len(fired.units) - 1
    layer = st.slider("Layer", 0, last, min(3, last), key="lab-memories-layer")
    firing = {one.unit: one for one in fired.units[layer]}
    st.caption("Units that your sentence fires most in this layer; choose one to see what else fires it.")
    unit = st.pills(
        "Unit", list(firing), default=next(iter(firing)), key=f"lab-memories-unit-{layer}-{hash(text)}",
        format_func=lambda n: f"{n}: {firing[n].strength:.1f} at “{firing[n].piece}”" if n in firing else str(n),
        label_visibility="collapsed",
    )  # fmt: skip
    own = st.number_input("Or any unit, 0 to 1535", 0, 1535, value=None, key="lab-memories-own")
    number = int(own) if own is not None else unit
    if number is None:
        return fired
    if not labs_library.ready():
        return fired
    memory = cast("UnitMemory | None", labs.ask(info.name, layer=layer, unit=number))
    if memory is not None:
        _memory(memory)
    return fired


def _memory(memory: UnitMemory) -> None:
    st.markdown(f"**Layer {memory.layer}, unit {memory.unit}: what fires it in your {memory.papers_read:,} papers**")
    top = max((fired.strength for fired in memory.fired), default=1.0)
    if not memory.fired:
        st.markdown("No sentence of your library fires it.")
    for number, fired in enumerate(memory.fired):
        names, strengths = fired.pieces[1:-1], [max(float(a), 0.0) / top for a in fired.activations[1:-1]]
        st.html(f'{labs.pieces(names, strengths)}<div class="tr-meta">fires {fired.strength:.2f}</div>')
        cards.title_link(fired.paper, fired.title, f"near-fired-{number}")
    left, right = st.columns(2)
    with left:
        st.markdown("Its value pushes towards")
        labs.draw(plots.cosines([n.word for n in memory.towards], [n.cosine for n in memory.towards]), "lab-mem-to")
    with right:
        st.markdown("and away from")
        labs.draw(
            plots.cosines([n.word for n in memory.away], [n.cosine for n in memory.away], plots.GREY), "lab-mem-from"
        )
    st.caption(label(memory.note, 300))


def story(info: LabInfo) -> LabResult | None:
    """A piece on its way through all blocks."""
    text = labs_input.sentence(info, "lab-story")
    place = _place("lab-story", text, 2 if text == str(info.inputs[0].example) else 1)
    result = cast("Storyboard | None", labs.ask(info.name, text=text, place=place))
    if result is None:
        return None
    st.session_state["lab-story-place"] = place
    st.selectbox(
        "The piece to follow", range(len(result.pieces)), key="lab-story-place",
        format_func=lambda at: f"{at} {result.pieces[at]}" if at < len(result.pieces) else "",
    )  # fmt: skip
    _frames(result)
    left, right = st.columns(2)
    with left:
        st.markdown("What each block adds to it")
        labs.draw(plots.added(result), "lab-story-added")
    with right:
        st.markdown(f"Its way, among the others (the plane keeps {result.kept:.0%})")
        labs.draw(plots.path(result), "lab-story-path")
    st.caption(
        "The residual path carries the vector on; attention and feed-forward only add to it, and each addition is "
        "followed by a normalisation. Nearest words are a rough reading aid: later layers leave the words' space."
    )
    return result


def _frames(result: Storyboard) -> None:
    most = max((s.added for f in result.frames for s in f.stages), default=1.0) or 1.0
    made = []
    for shot in result.frames:
        adds = {s.name.split()[0]: s.added for s in shot.stages if s.added}
        bars = "".join(
            f'{html(name)} adds {size:.1f}<i class="tr-bar{" ff" if name != "attention" else ""}"'
            f' style="width:{100 * size / most:.0f}%"></i>'
            for name, size in adds.items()
        )
        looks = ", ".join(f"{html(piece)} {share:.2f}" for piece, share in shot.looks_at)
        made.append(
            f'<div class="tr-frame"><h4>{f"After block {shot.layer}" if shot.layer else "The input"}</h4>{bars}'
            + (f"<p>looks at {looks}</p>" if looks else "")
            + f"<p>near {html(', '.join(n.word for n in shot.nearest[:4]))}</p>"
            f'<p class="tr-meta">like its input: {shot.to_start:.2f}</p></div>'
        )
    st.html(f'<div class="tr-story">{"".join(made)}</div>')
