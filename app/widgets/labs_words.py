"""The labs about words: arithmetic, bias, from text to input, and many meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from app.widgets import labs, labs_input, plots
from app.widgets.text import html, label

if TYPE_CHECKING:
    from tracker.concepts.labs import Arithmetic, BiasAxis, InputEmbedding, LabResult, ManyMeanings
    from tracker.library.lab_infos import LabInfo

_SUMS = ("king - man + woman", "paris - france + germany", "walking - walk + swim", "bigger - big + small", "attention")


def arithmetic(info: LabInfo) -> LabResult | None:
    """Words with + and -."""
    labs_input.begin("lab-sum", str(info.inputs[0].example))
    expression = st.text_input(
        "Words with + and −", key="lab-sum", max_chars=labs_input.MOST,
        help=f"Also try: {'; '.join(_SUMS[1:])}",
    )  # fmt: skip
    result = cast("Arithmetic | None", labs.ask(info.name, expression=expression))
    if result is None:
        return None
    best = result.neighbours[0]
    st.markdown(f"**{label(result.expression)} → {label(best.word)}** (cosine {best.cosine:.2f})")
    left, right = st.columns(2)
    with left:
        names = [n.word for n in result.neighbours]
        labs.draw(plots.cosines(names, [n.cosine for n in result.neighbours]), "lab-sum-bars")
    with right:
        labs.draw(plots.words(result), "lab-sum-plane")
        st.caption(f"384 numbers a word, drawn with 2: the picture keeps {result.kept:.0%} of how they differ.")
    st.caption(
        "Nearest by cosine among all whole words of the model; the words of the sum itself are left out, as is the "
        "custom of this test. Without that rule, “king” would often win."
    )
    return result


def bias(info: LabInfo) -> LabResult | None:
    """Words along an axis between two others."""
    from tracker.concepts.labs import OCCUPATIONS
    from tracker.concepts.labs.words import CAUTION

    st.warning(label(CAUTION, 500), icon=":material/warning:")
    left, right = st.columns(2)
    first = left.text_input("From", value="he", key="lab-bias-first", max_chars=40)
    second = right.text_input("to", value="she", key="lab-bias-second", max_chars=40)
    typed = st.text_area(
        "Words to place", value=", ".join(OCCUPATIONS), key="lab-bias-words", height=90, max_chars=2000
    )
    words = tuple(word.strip() for word in typed.replace("\n", ",").split(",") if word.strip())
    result = cast("BiasAxis | None", labs.ask(info.name, words=words, pairs=(f"{first}:{second}",)))
    if result is None:
        return None
    labs.draw(plots.bias(result), "lab-bias-bars")
    if result.unknown:
        st.caption(f"Not known as whole words: {label(', '.join(result.unknown), 300)}")
    return result


def input_sum(info: LabInfo) -> LabResult | None:
    """Pieces, numbers, and three vectors added."""
    text = labs_input.sentence(info, "lab-input")
    result = cast("InputEmbedding | None", labs.ask(info.name, text=text))
    if result is None:
        return None
    cells = "".join(
        f"<tr><td>{p.place}</td><td><strong>{html(p.piece)}</strong></td><td>{p.id}</td>"
        + "".join(f"<td>{part.lengths[p.place]:.2f}</td>" for part in (result.words, result.positions, result.total))
        + "</tr>"
        for p in result.pieces
    )
    head = "".join(f"<th>{name}</th>" for name in ("place", "piece", "id", "|token|", "|position|", "|sum|"))
    st.html(f'<div class="tr-scroll"><table class="tr-table"><tr>{head}</tr>{cells}</table></div>')
    place = st.select_slider(
        "The piece to look at",
        options=[p.place for p in result.pieces],
        value=min(1, len(result.pieces) - 1),
        format_func=lambda at: f"{at} {result.pieces[at].piece}" if at < len(result.pieces) else str(at),
        key=f"lab-input-place-{len(result.pieces)}",
    )
    labs.draw(plots.input_sum(result, place), "lab-input-bars")
    st.caption(
        f"The first {result.words.values.shape[1]} of {result.dimensions} numbers. Token, position and type are added "
        f"number by number; then the sum is brought from mean {result.means[place]:+.3f} and deviation "
        f"{result.deviations[place]:.3f} to mean 0 and deviation 1, and scaled by learned factors. "
        "That is what the first block gets."
    )
    return result


def meanings(info: LabInfo) -> LabResult | None:
    """One word in several sentences."""
    examples = cast("tuple[str, ...]", info.inputs[1].example)
    word = st.text_input("A word", value=str(info.inputs[0].example), key="lab-word", max_chars=60)
    st.session_state.setdefault("lab-sentences", "\n".join(examples))
    typed = st.text_area("Sentences with it, one a line", key="lab-sentences", height=130, max_chars=3000)
    labs_input.uses(word, "lab-sentences")
    sentences = tuple(line for line in typed.splitlines() if line.strip())
    result = cast("ManyMeanings | None", labs.ask(info.name, word=word, sentences=sentences))
    if result is None:
        return None
    items = "".join(
        f"<li>{labs.keeping(u.sentence[: u.start])}<mark>{html(u.sentence[u.start : u.end])}</mark>"
        f"{labs.keeping(u.sentence[u.end :])}</li>"
        for u in result.uses
    )
    first, second = result.apart
    st.html(f'<ol class="tr-uses">{items}</ol>')
    st.markdown(
        f"**{first + 1} and {second + 1} part most: from {result.parting[0]:.2f} at the input "
        f"to {result.parting[-1]:.2f} after the last layer.**"
    )
    left, right = st.columns(2)
    with left:
        labs.draw(plots.parting(result), "lab-meanings-lines")
    with right:
        last = len(result.places) - 1
        layer = st.slider("Layer", 0, last, last, key="lab-meanings-layer")
        labs.draw(plots.senses(result, layer), "lab-meanings-plane")
    st.caption("At the input only position tells the uses apart; every block lets the sentence flow into the word.")
    return result
