"""Searches of every size: warm in one process, cold as whole processes, beside the peers."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.peers.environment import Peers
from benchmarks.plan import Plan, peer, worker
from benchmarks.process import Finished, ProcessError, environment, run, tracker
from benchmarks.rates import llm_environment

#: Queries that are asked before the clock starts.
WARM_UP, PEER_WARM_UP = 200, 10


def warm(plan: Plan, size: int) -> dict[str, Any]:
    """Time and memory of one process that answers many queries.

    Raises:
        ProcessError: the worker failed.
    """
    told = {"home": str(plan.home(size)), "queries": _queries(plan), "before": _others(plan, WARM_UP)}
    found, done = worker("benchmarks.serving", "warm", told, plan.scratch("warm"))
    return {**found, "peak_mib": done.peak_mib}


def vectors(plan: Plan, peers: Peers | None, size: int) -> dict[str, Any]:
    """The search by meaning alone, vectors in hand: time, and how many of the true first ten it finds.

    Raises:
        ProcessError: our worker failed; a peer that fails is named in the answer.
    """
    folder = plan.scratch("vectors")
    query_vectors = folder / "queries.npy"
    told = {"home": str(plan.home(size)), "queries": _queries(plan), "query_vectors": str(query_vectors)}
    ours, _ = worker("benchmarks.serving", "vectors", told, folder)
    found: dict[str, Any] = {"tracker": ours}
    if peers is not None and peers.has("chromadb") and size <= plan.peer_max:
        task = {"corpus": str(plan.corpus(size)), "query_vectors": str(query_vectors), "index": str(folder / "chroma")}
        found["chromadb"] = _built_and_searched(peers.script("peer_chroma"), task, folder)
    return found


def txtai(plan: Plan, peers: Peers, model: str, size: int) -> dict[str, Any]:
    """A warm hybrid search of txtai over the same texts, everything included."""
    folder = plan.scratch("txtai")
    task = {"corpus": str(plan.corpus(size)), "model": model, "index": str(folder / "index")}
    return _built_and_searched(
        peers.script("peer_txtai"),
        {**task, "queries": _queries(plan)[: plan.peer_queries], "before": _others(plan, PEER_WARM_UP)},
        folder,
    )


def cold(plan: Plan, peers: Peers | None, model: str, size: int) -> dict[str, Any]:
    """``tracker search`` and ``llm similar`` as whole processes, taking turns.

    Raises:
        ProcessError: a ``tracker search`` failed.
    """
    folder, queries = plan.scratch("cold"), data.load(plan.shared, plan.real).queries
    home = environment(plan.home(size), TRACKER_OFFLINE="1")
    ours: list[Finished] = []
    theirs: list[Finished] = []
    found: dict[str, Any] = {}
    similar: tuple[list[str], dict[str, str]] | None = None
    if peers is not None and peers.has("llm") and size <= plan.llm_max:
        try:
            similar = _llm(plan, peers, model, size, folder)
        except ProcessError as error:
            found["llm similar"] = {"failed": str(error)[-300:]}
    for number in range(plan.cold_runs):
        query = queries[number % len(queries)]
        ours.append(run([*tracker(), "search", query], home).require())
        if similar is not None and number % 3 == 0:
            theirs.append(run([*similar[0], "-c", query], similar[1]))
    found["tracker search"] = {**_spread(ours), "notices": sorted({d.err.strip() for d in ours if d.err.strip()})}
    if theirs:
        bad = next((done for done in theirs if done.code), None)
        found["llm similar"] = {"failed": bad.err[-300:]} if bad else _spread(theirs)
    return found


def helps(plan: Plan) -> dict[str, Any]:
    """``--help`` of every command, and an empty Python for comparison.

    Raises:
        ProcessError: one failed.
    """
    from tracker.cli.main import COMMANDS

    env = environment(plan.scratch("help"))
    whole = [run([*tracker(), "--help"], env).require() for _ in range(plan.cold_runs)]
    empty = [run([sys.executable, "-c", "pass"], env).require() for _ in range(plan.cold_runs)]
    each = {name: [run([*tracker(), name, "--help"], env).require() for _ in range(3)] for name in COMMANDS}
    medians = {name: statistics.median(done.seconds for done in runs) for name, runs in each.items()}
    slowest = max(medians, key=lambda name: medians[name])
    return {
        "tracker --help": _spread(whole),
        "empty Python": _spread(empty),
        "slowest": {"command": slowest, **_spread(each[slowest])},
    }


def _queries(plan: Plan) -> list[str]:
    queries = data.load(plan.shared, plan.real).queries
    return [queries[number % len(queries)] for number in range(plan.queries)]


def _others(plan: Plan, count: int) -> list[str]:
    """Queries that are not timed, to warm up with: the last ones, where the timed ones are the first."""
    return list(data.load(plan.shared, plan.real).queries[: -count - 1 : -1])


def _llm(plan: Plan, peers: Peers, model: str, size: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    env, name = llm_environment(folder, model)
    database = folder / "llm.db"
    told = {"database": str(database), "model_id": name, "corpus": str(plan.corpus(size))}
    script = peers.script("peer_llm")
    (folder / "sentence-transformers.json").write_text(
        (folder / "llm" / "sentence-transformers.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    peer(script, told, folder)
    return [peers.command("llm"), "similar", "papers", "-d", str(database)], env


def _built_and_searched(script: list[str], told: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A peer builds its index in one process and is timed in others, so that memory is that of searching.

    It is timed with its default threads and with a single one, since libraries that each start threads of their own
    can hinder one another; the quicker way counts.
    """
    ways: dict[str, dict[str, Any]] = {}
    try:
        built, _ = peer(script, {**told, "do": "build"}, folder)
        for name, threads in (("default", None), ("1", 1)):
            found, done = peer(script, {**told, "do": "search"}, folder, threads=threads)
            ways[name] = {**found, "peak_mib": done.peak_mib}
    except ProcessError as error:
        return {"failed": str(error)[-300:]}
    finally:
        shutil.rmtree(told["index"], ignore_errors=True)
    quicker = min(ways, key=lambda name: float(ways[name]["p50_ms"]))
    return {**built, **ways[quicker], "threads": quicker, "ways": ways}


def _spread(runs: list[Finished]) -> dict[str, float]:
    seconds = [done.seconds for done in runs]
    return {
        "runs": len(runs),
        "min": min(seconds),
        "median": statistics.median(seconds),
        "max": max(seconds),
        "peak_mib": statistics.median(done.peak_mib for done in runs),
    }
