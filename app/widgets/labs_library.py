"""The labs that look through the reader's own library: the layer time machine, ablation, and the match lens."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from app import labreading, library
from app.widgets import cards, labs, labs_input, plots
from app.widgets.text import html
from app.widgets.words import count, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.concepts.labs import Ablated, LabResult, MatchLens, Recall, TimeMachine
    from tracker.concepts.labs.layers import Ranked
    from tracker.library.lab_infos import LabInfo

_COLUMNS = 24


def ready() -> bool:
    """Whether the library has been read for these labs; starts the reading where something is new, and says so."""
    tracker = library.tracker()
    if not tracker.labs_due():
        return True
    labreading.start()
    known = tracker.lab_ready()
    said = "New papers are being read for this lab in the background; they join when they are done."
    if not known:
        said = "Your library is being read for this lab in the background, once; that takes some minutes."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said)
        st.button("Look again", key="lab-look-again", type="tertiary", icon=":material/refresh:")
    return known


def _query(info: LabInfo, key: str) -> str:
    # a search hit leads here with its own query in the address
    labs_input.begin(key, str(info.inputs[0].example))
    return st.text_input("What you look for", key=key, max_chars=labs_input.MOST)


def layers(info: LabInfo) -> LabResult | None:
    """The library as each layer ranks it."""
    query = _query(info, "lab-layers")
    if not ready():
        return None
    result = cast("TimeMachine | None", labs.ask(info.name, query=query))
    if result is None:
        return None
    last = len(result.layers) - 1
    chosen = st.slider("Layer", 0, last, 0, key="lab-layers-layer")
    labs.draw(plots.layers(result, chosen), "lab-layers-curve")
    st.caption(
        f"{count(result.papers_ranked, 'paper')} ranked; how much of the last layer's first ten each layer finds."
    )
    _measured(result.measured, "the last layer's")
    left, right = st.columns(2)
    with left:
        _ranking(f"By layer {chosen}", result.layers[chosen].hits, f"l{chosen}", "in the last layer")
    with right:
        _ranking(f"By layer {last}, as search does", result.layers[last].hits, "last", "")
    return result


def ablate(info: LabInfo) -> LabResult | None:
    """The ranking with parts of the model off."""
    query = _query(info, "lab-ablate")
    positions = st.toggle("Without positions", key="lab-ablate-positions")
    left, right = st.columns(2)
    forward = left.multiselect("Without feed-forward in layers", list(range(6)), default=[5], key="lab-ablate-forward")
    attention = right.multiselect("Without attention in layers", list(range(6)), key="lab-ablate-attention")
    heads = st.multiselect(
        "Without heads (layer.head)", [f"{layer}.{head}" for layer in range(6) for head in range(12)],
        key="lab-ablate-heads",
    )  # fmt: skip
    if not ready():
        return None
    off = {"positions": positions, "feed_forward": forward, "attention": attention, "heads": heads}
    result = cast("Ablated | None", labs.ask(info.name, query=query, **off))
    if result is None:
        return None
    st.markdown(
        f"**{result.recall:.0%} of the first ten are still there.** The question's vector keeps a cosine of "
        f"{result.cosine:.3f} with its own."
    )
    parts = ["positions"] if positions else []
    parts += [f"{kind}:{n}" for kind, on in (("feed-forward", forward), ("attention", attention)) for n in sorted(on)]
    _sides(result, (*parts, *(f"head:{name}" for name in sorted(heads))))
    if result.measured:
        _measured(result.measured, "the whole model's")
    elif st.button("Count how many known papers are still found", key="lab-ablate-recall", icon=":material/functions:"):
        with st.spinner("Sentences of 200 abstracts ask for their paper; some seconds."):
            counted = cast("Ablated | None", labs.ask(info.name, query=query, **off, measure=True))
        _measured(counted.measured if counted is not None else (), "the whole model's")
    one, two = st.columns(2)
    with one:
        _ranking("Whole", result.whole, "whole", "")
    with two:
        _ranking("Damaged", result.damaged, "damaged", "when whole")
    return result


def _sides(result: Ablated, parts: tuple[str, ...]) -> None:
    """What is compared, and how the damaged model gets to read the papers too."""
    papers = count(result.papers_ranked, "paper")
    if result.both_sides:
        st.caption(f"The damaged model has read the question and {papers}; both rankings are of these.")
    else:
        st.caption(f"The damaged model reads the question only; the {papers} are still as the whole model reads them.")
    if labreading.at_work(*parts):
        st.caption("It is reading the papers in the background. Those that it has read are compared.")
        st.button("Look again", key="lab-ablate-again", type="tertiary", icon=":material/refresh:")
    elif not library.tracker().labs_due() and not (
        result.both_sides and result.papers_ranked == library.tracker().count()
    ):
        st.button(
            "Let it read the papers too", key="lab-ablate-read", icon=":material/menu_book:",
            help="In the background, at low priority; some minutes for thousands of papers. The first count at once.",
            on_click=_read, args=parts,
        )  # fmt: skip


def _measured(rows: Sequence[Recall], whose: str) -> None:
    """How well known papers are found, counted over the reader's own library."""
    if not rows:
        return
    first = rows[0]
    with st.expander(f"Recall over {first.questions} questions of your library", icon=":material/functions:"):
        body = "".join(
            f"<tr><td>{html(row.name)}</td><td>{row.at_1:.1%}</td><td>{row.at_10:.1%}</td><td>{row.mrr_10:.3f}</td>"
            f"<td>{row.kept:.0%}</td></tr>"
            for row in rows
        )
        head = "<tr><th>model</th><th>first</th><th>in first ten</th><th>MRR@10</th><th>kept</th></tr>"
        st.html(f'<div class="tr-scroll"><table class="tr-table">{head}{body}</table></div>')
        st.caption(
            f"The last sentence of an abstract asks for its paper, among {count(first.papers, 'paper')}. Kept is the "
            f"share of {whose} first ten that is still among the first ten."
        )


def _read(*parts: str) -> None:
    labreading.start(*parts)


def _ranking(title: str, hits: Sequence[Ranked], place: str, compared: str) -> None:
    st.markdown(f"**{title}**")
    for number, hit in enumerate(hits, 1):
        cards.title_link(hit.id, f"{number}. {hit.title}", f"near-{place}")
        before = f"{f'rank {hit.before}' if hit.before else 'beyond 100'} {compared}" if compared else ""
        st.html(f'<div class="tr-meta">{joined(f"{hit.cosine:.3f}", before)}</div>')


def lens(info: LabInfo) -> LabResult | None:
    """A query and a hit, token by token."""
    query = _query(info, "lab-lens")
    if not query.strip():
        st.warning("The query is empty: write a few words.")
        return None
    hits = library.tracker().search(query, 8).hits
    given = str(st.query_params.get("paper", "")).strip()
    titles = {hit.id: hit.title for hit in hits}
    if given and given not in titles:
        paper_given = library.tracker().paper(given)
        given, titles[paper_given.id] = paper_given.id, paper_given.title
    if not titles:
        st.markdown("Nothing is found for that, so there is nothing to look at.")
        return None
    names = list(titles)
    paper = st.selectbox(
        "A hit", names, index=names.index(given) if given in names else 0,
        format_func=lambda one: titles.get(one, one), key=f"lab-lens-paper-{hash((query, given))}",
    )  # fmt: skip
    result = cast("MatchLens | None", labs.ask(info.name, query=query, paper=paper))
    if result is None:
        return None
    top = float(result.met.max()) or 1.0
    st.html(_text(result, top))
    rows = "".join(
        f"<tr><td><strong>{html(m.piece)}</strong></td><td>{html(m.met)}</td><td>{m.cosine:.3f}</td>"
        f'<td>{m.part:.3f}</td><td style="width:30%"><i class="tr-bar" style="width:{max(m.cosine, 0) * 100:.0f}%"></i>'
        "</td></tr>"
        for m in result.meetings
    )
    head = "<tr><th>your word</th><th>met</th><th>cosine</th><th>part</th><th></th></tr>"
    st.html(f'<div class="tr-scroll"><table class="tr-table">{head}{rows}</table></div>')
    _sum(result)
    best = sorted(result.cosines.max(axis=0).argsort()[::-1][:_COLUMNS].tolist())
    columns = [result.text_pieces[at] for at in best]
    height = 130 + 28 * len(result.query_pieces)
    labs.draw(plots.heat(result.query_pieces, columns, result.cosines[:, best], height=height), "lab-lens-map")
    st.caption(f"The {len(best)} pieces of the paper that are nearest to a word of yours, in the order of the text.")
    return result


def _sum(result: MatchLens) -> None:
    if result.shown is None or result.error is None:
        st.markdown(f"**The parts add up to {result.score:.4f}.**")
        st.caption("The search keeps no token vectors of this paper yet, so these are the model's own.")
        return
    st.markdown(f"**The parts add up to {result.score:.4f}; the search gave {result.shown:.4f}.**")
    more = " Of this long paper the lens shows what the model reads at once." if result.truncated else ""
    st.caption(f"Difference {result.error:.0e}.{more}")
    whole = result.whole
    if whole is None:
        st.caption(
            "This is the part of a hit's score that comes from single words. The search does not order this paper by it"
            " for this query: it is not among the first thirty by words found and the whole text's nearness."
        )
        return
    rows = "".join(
        f"<tr><td>{name}</td><td>{share:.3f}</td><td>{value:.3f}</td><td>{share * value:.4f}</td></tr>"
        for name, share, value in (
            ("words found, as a share of the best paper's", whole.words_share, whole.words),
            ("nearness of the whole texts", whole.meaning_share, whole.meaning),
            ("the meetings above", whole.tokens_share, whole.tokens),
        )
    )
    head = "<tr><th>the score of the hit</th><th>share</th><th>value</th><th>gives</th></tr>"
    last = f"<tr><td><strong>sum</strong></td><td></td><td></td><td><strong>{whole.total:.4f}</strong></td></tr>"
    st.html(f'<div class="tr-scroll"><table class="tr-table">{head}{rows}{last}</table></div>')
    st.caption(f"The hit shows {whole.shown:.4f}: a difference of {whole.error:.0e}, from rounding.")


def _text(result: MatchLens, top: float) -> str:
    """The paper's text with the pieces that were met, as strongly marked as they gave."""
    parts, last = [], 0
    for (start, end), given in zip(result.text_spans, result.met, strict=True):
        if given <= 0:
            continue
        share = round(15 + 60 * float(given) / top)
        parts.append(labs.keeping(result.text[last:start]))
        parts.append(
            f'<span class="tr-piece" title="{given:.3f}" style="background:color-mix(in srgb, #d55e00 {share}%,'
            f' transparent)">{html(result.text[start:end])}</span>'
        )
        last = end
    parts.append(labs.keeping(result.text[last:]))
    return f'<div class="tr-prose">{"".join(parts)}</div>'
