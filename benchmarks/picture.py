"""The plot of growth: which curves, out of results.json; matplotlib draws it in the peers' environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers.environment import Peers
from benchmarks.plan import peer
from benchmarks.process import ProcessError
from benchmarks.wording import Step, Steps, flat, step_of


def draw(steps: Steps, plot: Path, peers: Peers) -> str | None:
    """None when it was drawn, else why not."""
    if (warm := step_of(steps, "warm")) is None:
        return "(No plot: warm search was not measured.)"
    cold, txtai = (step_of(steps, name) or {"sizes": {}} for name in ("cold", "txtai"))
    time, memory = [_curve("warm search, median", warm, lambda f: f["p50_ms"])], []
    time.append(_curve("warm search, 95th percentile", warm, lambda f: f["p95_ms"]))
    time.append(_curve("cold search, whole process", cold, lambda f: f["tracker search"]["median"] * 1e3))
    time.append(_curve("txtai hybrid, median", txtai, lambda f: f["p50_ms"], peer=True))
    memory.append(_curve("serving, resident", warm, lambda f: f["memory"]["rss"]))
    memory.append(_curve("serving, its own", warm, lambda f: f["memory"]["own"]))
    memory.append(_curve("cold search, peak", cold, lambda f: f["tracker search"]["peak_mib"]))
    memory.append(_curve("txtai hybrid, resident", txtai, lambda f: f["rss_mib"], peer=True))
    libraries = (step_of(steps, "libraries") or {"sizes": {}})["sizes"]
    real = max((found["real"] for found in libraries.values() if found["synthetic"]), default=None)
    panels = [
        {"title": "Time of a search (grey: synthetic)", "unit": "ms", "curves": [c for c in time if c["x"]]},
        {"title": "Memory", "unit": "MiB", "curves": [c for c in memory if c["x"]]},
    ]
    plot.parent.mkdir(parents=True, exist_ok=True)
    folder = peers.folder.with_name("plot")
    folder.mkdir(parents=True, exist_ok=True)
    told = {"file": str(plot.absolute()), "panels": [{**panel, "synthetic_from": real} for panel in panels]}
    try:
        peer(peers.script("plot"), told, folder)
    except (ProcessError, OSError) as error:
        return f"(No plot: matplotlib could not draw it: {flat(str(error))[-120:]})"
    return None


def _curve(name: str, step: Step, value: Callable[[Any], float], *, peer: bool = False) -> dict[str, Any]:
    points = [(int(size), value(found)) for size, found in step["sizes"].items() if "failed" not in found]
    return {"name": name, "peer": peer, "x": [x for x, _ in points], "y": [y for _, y in points]}
