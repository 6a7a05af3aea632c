"""What the peers' scripts share.  Standard library only: it runs in their environment and imports nothing of ours."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def task() -> dict[str, Any]:
    """What to do: the JSON file named on the command line."""
    loaded: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return loaded


def tell(told: dict[str, Any]) -> None:
    """The answer: the last line of standard output."""
    sys.stdout.write("\n" + json.dumps(told) + "\n")
    sys.stdout.flush()


def texts_of(folder: str, count: int | None = None) -> list[tuple[str, str]]:
    """Ids and texts of a corpus."""
    with (Path(folder) / "texts.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["id"], row["text"]) for row in rows[:count]]


def timed(queries: Sequence[Any], search: Callable[[Any], Any]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds of a search, one query after the other."""
    search(queries[0])
    times = []
    for query in queries:
        began = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - began) * 1e3)
    times.sort()
    return {"p50_ms": times[len(times) // 2], "p95_ms": times[min(len(times) - 1, int(len(times) * 0.95))]}


def memory_mib() -> float | None:
    """Resident memory of this process; None where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
