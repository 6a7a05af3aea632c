"""The map as a page shows it: columns packed for the browser, which draws, colours, zooms, spans and lassoes by itself.

What is sent is about thirty bytes a paper, once for each state of the library;
a change of colour or of the years is drawn in the browser and asks nobody.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.widgets import names
from app.widgets.words import STATUS_NAMES
from tracker.records import READING_STATUSES
from tracker.safetext import cut, line

if TYPE_CHECKING:
    from tracker.library.mapping import MapSheet

BY = {"concept": "Concept", "list": "List", "year": "Year", "status": "Status"}
KEY = "map"
#: Characters of a title that a hover shows.
_TITLE = 120
_STEPS = 65535
_HERE = Path(__file__).parent
_HTML = """
<div class="map">
  <div class="bar">
    <div class="group by" role="radiogroup" aria-label="Colour by">{by}</div>
    <div class="group tools" role="radiogroup" aria-label="What dragging does">
      <button value="lasso" role="radio">Lasso</button><button value="move" role="radio">Move</button>
      <button value="home" title="Show all (key 0)">Whole map</button>
    </div>
  </div>
  <div class="stage">
    <canvas class="plane" tabindex="0" role="img" aria-label="Map of all papers by meaning.
      Arrow keys move, plus and minus zoom, 0 shows all, Escape chooses nothing."></canvas>
    <div class="tip" hidden><b></b><span></span></div>
  </div>
  <p class="note" role="status"></p>
  <div class="time" hidden>
    <button class="play" aria-label="Play the years">▶</button>
    <div class="slide"><canvas class="bars" aria-hidden="true"></canvas>
      <input class="low" type="range" step="1" aria-label="First year">
      <input class="high" type="range" step="1" aria-label="Last year"></div>
    <output></output>
  </div>
  <div class="legend"></div>
</div>
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How the map is looked at: coloured by a name in :data:`BY`, from one year to another (None: all)."""

    by: str = "concept"
    first: int | None = None
    last: int | None = None

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Look:
        """What an address asks for; what it asks for wrongly is passed over."""
        by = params.get("colour", "").lower()
        first, _, last = params.get("years", "").partition("-")
        span = (int(first), int(last)) if first.isdecimal() and last.isdecimal() and len(first + last) == 8 else None
        return cls(by if by in BY else "concept", *(span or (None, None)))

    def params(self) -> dict[str, str]:
        """The same for an address."""
        years = {"years": f"{self.first}-{self.last}"} if self.first and self.last else {}
        return ({"colour": self.by} if self.by != "concept" else {}) | years


def show(
    sheet: MapSheet, look: Look, chosen: Sequence[str], list_title: Callable[[str], str],
    on_look: Callable[[], None], on_open: Callable[[], None],
) -> list[str]:  # fmt: skip
    """Draw the map; returns the ids of the papers chosen on it, in its order.

    Args:
        sheet: what is drawn; not empty.
        look: how it is looked at when it is first drawn.
        chosen: the ids that are chosen now.
        list_title: a list's title by its short name.
        on_look: called when the reader looked otherwise; ``st.session_state[KEY]["view"]`` says how.
        on_open: called when a paper was asked for; ``st.session_state[KEY]["open"]`` is its id.
    """
    result = _component()(
        key=KEY,
        default={"chosen": list(chosen)},
        data=message(sheet, look, chosen, packed(sheet, list_title)),
        on_chosen_change=_nothing,
        on_view_change=on_look,
        on_open_change=on_open,
    )
    return [str(name) for name in result.get("chosen") or ()]


def message(sheet: MapSheet, look: Look, chosen: Sequence[str], body: bytes) -> bytes:
    """What the browser gets: a small head, the statuses, and ``body``, which it unpacks when its version is new."""
    head = {
        "version": sheet.version,
        "count": len(sheet),
        "statuses": [[name, STATUS_NAMES[name]] for name in READING_STATUSES],
        "by": look.by,
        "first": look.first,
        "last": look.last,
        "chosen": list(chosen),
    }
    text = json.dumps(head).encode()
    return struct.pack("<I", len(text)) + text + sheet.statuses + body


@st.cache_resource(
    max_entries=2, show_spinner=False, hash_funcs={"tracker.library.mapsheet.MapSheet": lambda s: s.version}
)
def packed(sheet: MapSheet, _list_title: Callable[[str], str]) -> bytes:
    """Places, years, concepts, lists and titles of a sheet, deflated; the same bytes for all sessions."""
    import numpy as np

    held = sheet.fixed
    if held is None:
        return b""
    low, high = held.positions.min(axis=0), held.positions.max(axis=0)
    reach = np.maximum(high - low, 1e-6)
    steps = np.rint((held.positions - low) / reach * _STEPS).astype("<u2")
    facts: dict[str, Any] = {
        "count": len(held.ids),
        "bounds": [float(low[0]), float(low[1]), float(low[0] + reach[0]), float(low[1] + reach[1])],
        "concepts": [names.concept(name) for name in held.concept_names],
        "lists": [line(_list_title(name), 60) for name in held.list_names],
        "clusters": [[c.x, c.y, line(c.name, 80)] for c in sorted(held.clusters, key=lambda c: -c.papers) if c.papers],
    }
    text = json.dumps(facts).encode()
    columns = [steps[:, 0], steps[:, 1], *(a.astype("<i2") for a in (held.years, held.concepts, held.lists))]
    titles = [line(cut(title, _TITLE)) for title in held.titles]
    parts = [struct.pack("<I", len(text)), text, *(np.ascontiguousarray(column).tobytes() for column in columns)]
    parts.append("\n".join([*titles, *(name.replace("\n", " ") for name in held.ids)]).encode("utf-8", "replace"))
    return zlib.compress(b"".join(parts), 1)


@cache
def _component() -> Any:
    by = "".join(f'<button value="{value}" role="radio">{name}</button>' for value, name in BY.items())
    return st.components.v2.component(
        "tracker_map",
        html=_HTML.format(by=by),
        css=(_HERE / "plotmap.css").read_text("utf-8"),
        js=(_HERE / "plotmap.js").read_text("utf-8"),
    )


def _nothing() -> None:
    """A callback that makes a name one of the component's states."""
