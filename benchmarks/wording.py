"""Numbers and tables as the page shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Step = Mapping[str, Any]
Steps = Mapping[str, Step]
NONE = "–"


def step_of(steps: Steps, name: str) -> Step | None:
    """A step's results; None when it was not measured or failed."""
    step = steps.get(name)
    return None if step is None or "failed" in step else step


def section(title: str, *parts: str) -> str:
    """A heading and its paragraphs; empty ones are left out."""
    return "\n\n".join([f"## {title}", *filter(None, parts)])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def flat(text: str) -> str:
    """Any text in one line that a table cell can hold, without addresses and folders of this machine."""
    bare = re.sub(r"(?:https?|file)://\S+|(?<![\w.])/(?:[\w.+-]+/)+[\w.+-]*", "…", text)
    return " ".join(bare.replace("|", "/").split())


def counted(size: str | int) -> str:
    """``10,000``."""
    return f"{int(size):,}"


def sized(steps: Steps, size: str | int) -> str:
    """The size of a library, and how much of it is synthetic."""
    found = (steps.get("libraries") or {}).get("sizes", {}).get(str(size))
    if not found or not found["synthetic"]:
        return counted(size)
    return f"{counted(size)} ({found['synthetic'] / found['papers']:.0%} synthetic)"


def in_s(seconds: float) -> str:
    """Seconds."""
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:,.0f} s"


def in_ms(milliseconds: float) -> str:
    """Milliseconds."""
    digits = 2 if milliseconds < 1 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:,.{digits}f} ms"


def in_mib(mib: float | None) -> str:
    """Mebibytes; a dash where the system does not say."""
    return NONE if mib is None else f"{mib:,.0f} MiB"


def times(ratio: float) -> str:
    """A ratio."""
    return f"{ratio:.1f} ×" if ratio < 10 else f"{ratio:.0f} ×"
