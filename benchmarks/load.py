"""Many readers and an update at once: starts ``tracker serve`` on a copy of a library and asks it for a minute.

    python -m benchmarks.load --home DIR [--seconds 60] [--readers 50] [--mirror URL]

The library in DIR is copied first and not touched.  With ``--mirror`` an
update of all sources from there runs meanwhile, again and again; without it
the service is offline and an update fails at every source, which still writes.
Prints one JSON object: requests, errors by status, p50, p95 and the longest in
milliseconds, per kind of request and over all, and how many updates ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import quote

import httpx

TOKEN = "a-token-for-measuring-only"  # noqa: S105 - of a server that lives for a minute on loopback
QUERIES = ("attention heads", "word embeddings", "retrieval augmented generation", "scaling laws", "rotary position")
#: What readers ask, and how often of 20.
MIX = (
    ("search", 5),
    ("words", 3),
    ("papers", 4),
    ("paper", 4),
    ("queue", 1),
    ("feed", 1),
    ("status", 1),
    ("mark", 1),
)


async def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="tracker-load-") as folder:
        home = Path(folder) / "library"
        shutil.copytree(options.home, home, ignore=shutil.ignore_patterns("update.lock", "update.json"))
        process, address = start(home, options.mirror)
        try:
            sys.stdout.write(json.dumps(await measure(address, options)) + "\n")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


def start(home: Path, mirror: str | None) -> tuple[subprocess.Popen[str], str]:
    """The service as a process of its own, and its address."""
    network = {"TRACKER_MIRROR": mirror, "TRACKER_REQUEST_INTERVAL": "0"} if mirror else {"TRACKER_OFFLINE": "1"}
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tracker.cli", "--home", str(home), "serve", "--port", "0", "--schedule"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **network, "TRACKER_API_TOKEN": TOKEN, "TRACKER_API_RATE": "100000"},
    )
    for line in process.stderr or ():
        if found := re.search(r"at (http://\S+?);", line):
            # its log goes on; somebody must read it, or it stops when the pipe is full
            asyncio.get_running_loop().run_in_executor(None, process.communicate)
            return process, found[1]
    raise SystemExit("the service did not start")


async def measure(address: str, options: argparse.Namespace) -> dict[str, object]:
    """Readers and updates until the time is over."""
    took: dict[str, list[float]] = defaultdict(list)
    codes: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=options.readers + 5)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=30) as client:
        ids = [p["id"] for p in (await client.get("/api/papers", params={"limit": 200})).json()["items"]]
        before = len((await client.get("/api/runs", params={"limit": 200})).json()["items"])
        until = time.monotonic() + options.seconds
        readers = [read(client, random.Random(n), ids, until, took, codes) for n in range(options.readers)]  # noqa: S311
        await asyncio.gather(update(client, until), *readers)
        runs = (await client.get("/api/runs", params={"limit": 200})).json()["items"]
    everything = [ms for times in took.values() for ms in times]
    return {
        "seconds": options.seconds,
        "readers": options.readers,
        "papers": len(ids),
        "requests": len(everything),
        "per_second": round(len(everything) / options.seconds, 1),
        "errors": dict(codes),
        "all": spread(everything),
        "kinds": {kind: spread(times) for kind, times in sorted(took.items())},
        "updates": len(runs) - before,
    }


async def read(
    client: httpx.AsyncClient,
    chance: random.Random,
    ids: list[str],
    until: float,
    took: dict[str, list[float]],
    codes: Counter[str],
) -> None:
    """One reader: a request, a short look at the answer, the next request."""
    kinds, weights = zip(*MIX, strict=True)
    while time.monotonic() < until:
        kind = chance.choices(kinds, weights)[0]
        began = time.perf_counter()
        try:
            answer = await ask(client, kind, chance, ids)
        except httpx.HTTPError as error:
            codes[type(error).__name__] += 1
            continue
        took[kind].append((time.perf_counter() - began) * 1000)
        if answer.status_code >= 400:
            codes[f"{kind} {answer.status_code}"] += 1
        await asyncio.sleep(chance.uniform(0.05, 0.5))


async def ask(client: httpx.AsyncClient, kind: str, chance: random.Random, ids: list[str]) -> httpx.Response:
    """One request of a kind."""
    match kind:
        case "search" | "words":
            mode = "hybrid" if kind == "search" else "words"
            return await client.get("/api/search", params={"q": chance.choice(QUERIES), "mode": mode})
        case "papers":
            return await client.get("/api/papers", params={"limit": 20, "offset": chance.randrange(100)})
        case "paper":
            return await client.get(f"/api/papers/{quote(chance.choice(ids), safe='')}")
        case "queue":
            return await client.get("/api/queue")
        case "feed":
            return await client.get("/feeds/new.atom")
        case "status":
            return await client.get("/api/status")
    return await client.patch(
        f"/api/papers/{quote(chance.choice(ids), safe='')}", json={"priority": chance.randrange(9)}
    )


async def update(client: httpx.AsyncClient, until: float) -> None:
    """Wish for an update of every source, all the time; the service does one after the other."""
    sources = (await client.get("/api/sources")).json()["items"]
    wanted = [s["slug"] for s in sources if s["enabled"] and s["kind"] not in ("shelf", "file")]
    while time.monotonic() < until:
        await client.post("/api/runs", json={"sources": wanted})
        await asyncio.sleep(5)


def spread(times: list[float]) -> dict[str, float]:
    """The middle, the 95th of a hundred, the longest; in milliseconds."""
    if not times:
        return {}
    ordered = sorted(times)
    at = lambda part: round(ordered[min(int(part * len(ordered)), len(ordered) - 1)], 1)  # noqa: E731
    return {"n": len(ordered), "p50": at(0.5), "p95": at(0.95), "max": round(ordered[-1], 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--mirror")
    asyncio.run(main(parser.parse_args()))
