"""Searching in one process.

A worker, run as a process of its own, so that its memory is its own:

python -m benchmarks.serving warm   TASK.json    time and memory, everything included
python -m benchmarks.serving vectors TASK.json   the search by meaning against the exact answer
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.data import YEARS
from tracker import Tracker


def warm(told: dict[str, Any]) -> dict[str, Any]:
    """Time queries through the facade: encode, both searches, fusion, re-ranking, rows, reasons."""
    began = time.perf_counter()
    with Tracker.open(told["home"]) as tracker:
        first = tracker.search(told["queries"][0])
        opened = (time.perf_counter() - began) * 1e3
        after_first = memory()
        for query in told["before"]:
            tracker.search(query)
        times = timed(told["queries"], tracker.search)
        after_all = memory()
        filtered = {
            str(share): timed([f"{query} year:{year}" for query in told["queries"][:100]], tracker.search)
            for year, share in YEARS
        }
    return {
        **times,
        "first_ms": opened,
        "filtered": filtered,
        "memory_first": after_first,
        "memory": after_all,
        "hits": len(first.hits),
        "notices": list(first.notices),
    }


def vectors(told: dict[str, Any]) -> dict[str, Any]:
    """The ten nearest by the library's own search by meaning, against comparing every vector in full."""
    import numpy as np

    from tracker.embed.load import load_encoder, model_files
    from tracker.library.finding import Finder
    from tracker.search.rows import Scope
    from tracker.search.semantic import VectorIndexKeeper
    from tracker.search.threads import pin
    from tracker.settings import load_settings
    from tracker.store.database import Database
    from tracker.store.vectors import load_all

    settings = load_settings(told["home"], {})
    model = model_files(settings, fetch=False).model
    queries = load_encoder(settings, prepare=False).encode(told["queries"])
    np.save(told["query_vectors"], queries)
    pin()
    with Database.open(settings.database_url) as db:
        finder = Finder(db, settings)
        keeper: VectorIndexKeeper = finder._engine._vector_index  # the part that is compared has no door of its own
        index = keeper.current(model)
        times = timed(list(queries), lambda query: index.best(query, 10, Scope()))
        found = [set(index.best(query, 10, Scope())[0].tolist()) for query in queries]
        with db.reader() as reader:
            loaded = load_all(reader, model)
        finder.close()
    hits = total = 0
    for query, ours in zip(queries, found, strict=True):
        exact = loaded.pks[np.argsort(-(loaded.matrix @ query), kind="stable")[:10]]
        hits, total = hits + len(ours & set(exact.tolist())), total + len(exact)
    return {**times, "recall": hits / total}


def timed(queries: Sequence[Any], search: Callable[[Any], Any]) -> dict[str, float]:
    """The first, the median, the 95th percentile and the worst in milliseconds, one query after the other."""
    times = []
    for query in queries:
        began = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - began) * 1e3)
    first = times[0]
    times.sort()
    return {
        "begin_ms": first,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[min(len(times) - 1, int(len(times) * 0.95))],
        "max_ms": times[-1],
        "queries": len(times),
    }


def memory() -> dict[str, float]:
    """Resident memory in MiB: all of it, what belongs to the process alone, what is mapped from files."""
    names = {"VmRSS": "rss", "RssAnon": "own", "RssFile": "files", "VmHWM": "peak"}
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return {}
    rows = (line.split() for line in status.splitlines())
    return {names[row[0][:-1]]: int(row[1]) / 1024 for row in rows if row and row[0][:-1] in names}


def main() -> None:
    """The worker's command line; prints one line of JSON."""
    told = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    found = {"warm": warm, "vectors": vectors}[sys.argv[1]](told)
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
