"""The growth of time and memory as a picture: ``plot.py TASK.json``, with the curves in it, writes an SVG."""

import math
from typing import Any

import matplotlib as mpl
from common import task, tell

mpl.use("svg")
# The same bytes for the same figures: no random names, no date.
mpl.rcParams.update({"svg.hashsalt": "growth", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False})

import matplotlib.pyplot as plt  # noqa: E402 - the backend is chosen first


def main() -> None:
    """Two panels, time and memory, over the number of papers; both axes logarithmic."""
    told = task()
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), constrained_layout=True)
    for axis, panel in zip(axes, told["panels"], strict=True):
        draw(axis, panel)
    figure.savefig(told["file"], format="svg", metadata={"Date": None, "Creator": "benchmarks"})
    tell({"written": True})


def draw(axis: Any, panel: dict[str, Any]) -> None:
    """One panel: a line a curve, dashed for peers."""
    for curve in panel["curves"]:
        style = "--" if curve["peer"] else "-"
        axis.plot(curve["x"], curve["y"], style, marker="o", markersize=4, label=curve["name"])
    axis.set(xscale="log", yscale="log", xlabel="papers", ylabel=panel["unit"], title=panel["title"])
    axis.grid(visible=True, which="major", alpha=0.3)
    axis.legend(fontsize=8, frameon=False)
    for ruler in (axis.xaxis, axis.yaxis):
        ruler.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_formatter("")
    if panel["synthetic_from"]:
        right = axis.get_xlim()[1]
        axis.axvspan(panel["synthetic_from"], right, alpha=0.06, color="black", lw=0)
        axis.set_xlim(right=right)
    low, high = axis.get_ylim()
    axis.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))


if __name__ == "__main__":
    main()
