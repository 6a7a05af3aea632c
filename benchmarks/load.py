"""Many readers and an update at once: starts ``tracker serve`` on a copy of a library and asks it for a minute.

    python -m benchmarks.load --home DIR [--seconds 60] [--readers 50] [--mirror URL]

The library in DIR is copied first and not touched.  With ``--mirror`` an
update of all sources from there runs meanwhile, again and again; without it
the service is offline and an update fails at every source, which still writes.
Prints one JSON object: requests, errors by status, p50, p95, p99 and the longest
in milliseconds, per kind of request and over all, how many updates ended, and
what a request cost the server and the readers in processor time.  Ends with 1
when there was an error.

The readers are part of the load: they share the processors with the service and
the update, and what they wait for their own turn counts as the service's time.
So each keeps a connection of its own, which is what readers do, and costs less
than one pool that hands them around.
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
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
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


async def main(options: argparse.Namespace) -> int:
    """Measure and print; the exit status."""
    with tempfile.TemporaryDirectory(prefix="tracker-load-") as folder:
        home = Path(folder) / "library"
        shutil.copytree(options.home, home, ignore=shutil.ignore_patterns("update.lock", "update.json"))
        process, address = start(home, options.mirror)
        try:
            measured = await measure(address, process.pid, options)
        finally:
            process.send_signal(signal.SIGTERM)
            stopped = process.wait(timeout=120)
    sys.stdout.write(json.dumps({**measured, "stopped_with": stopped}) + "\n")
    return 1 if measured["errors"] or stopped else 0


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


async def measure(address: str, server: int, options: argparse.Namespace) -> dict[str, object]:
    """Readers and updates until the time is over."""
    took: dict[str, list[float]] = defaultdict(list)
    codes: Counter[str] = Counter()
    plain = ssl.create_default_context()  # made once: each client would read all certificates for nothing
    async with AsyncExitStack() as stack:

        async def client() -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            return await stack.enter_async_context(
                httpx.AsyncClient(base_url=address, headers=headers, timeout=30, verify=plain, trust_env=False)
            )

        desk = await client()
        ids = [p["id"] for p in (await desk.get("/api/papers", params={"limit": 200})).json()["items"]]
        before = await ended(desk)
        spent, own = processor_ms(server), time.process_time()
        until = time.monotonic() + options.seconds
        readers = [
            read(await client(), random.Random(n), ids, until, took, codes)  # noqa: S311
            for n in range(options.readers)
        ]
        await asyncio.gather(update(desk, until, codes), *readers)
        spent, own = processor_ms(server) - spent, time.process_time() - own
        updates = await ended(desk) - before
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
        "updates": updates,
        "server_ms_per_request": round(spent / max(len(everything), 1), 2),
        "readers_ms_per_request": round(1000 * own / max(len(everything), 1), 2),
    }


async def ended(client: httpx.AsyncClient) -> int:
    """How many runs are in the record."""
    return len((await client.get("/api/runs", params={"limit": 200})).json()["items"])


def processor_ms(pid: int) -> float:
    """Processor time of a process without its children so far, in milliseconds; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    await asyncio.sleep(chance.uniform(0, 1))  # they do not all come at the same moment
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


async def update(client: httpx.AsyncClient, until: float, codes: Counter[str]) -> None:
    """Wish for an update of every source, all the time; the service does one after the other."""
    sources = (await client.get("/api/sources")).json()["items"]
    wanted = [s["slug"] for s in sources if s["enabled"] and s["kind"] not in ("shelf", "file")]
    while time.monotonic() < until:
        answer = await client.post("/api/runs", json={"sources": wanted})
        if answer.status_code >= 400:
            codes[f"update {answer.status_code}"] += 1
        await asyncio.sleep(min(5, max(until - time.monotonic(), 0)))


def spread(times: list[float]) -> dict[str, float]:
    """The middle, the 95th and 99th of a hundred, the longest; in milliseconds."""
    if not times:
        return {}
    ordered = sorted(times)

    def at(part: float) -> float:
        return round(ordered[min(int(part * len(ordered)), len(ordered) - 1)], 1)

    return {"n": len(ordered), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": round(ordered[-1], 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--mirror")
    sys.exit(asyncio.run(main(parser.parse_args())))
