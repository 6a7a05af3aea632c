"""Updates, against the stand-in for the web where there is one, else of the starter shelf alone.

Also a worker: ``python -m benchmarks.updating fetch TASK.json`` reads the lists
into a new library and tells its own time from the network's.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.kills import shared_world
from benchmarks.plan import Plan, worker
from benchmarks.process import ProcessError, environment, run, tracker


def update(plan: Plan) -> dict[str, Any]:
    """From nothing, with nothing new, and reading the lists alone.

    Raises:
        ProcessError: a command failed.
    """
    if not (plan.shared / "world" / "serve.py").is_file():
        home = plan.new_home("update")
        offline = {"TRACKER_OFFLINE": "1"}
        return {"world": "none: no network and no mirror, so the starter shelf alone", **_both(home, [], offline)}
    home, lists = plan.new_home("update"), list(plan.lists)
    with shared_world(plan.shared, lists, None, plan.scratch("lists")) as world:
        env = {"TRACKER_MIRROR": world.mirror, "TRACKER_REQUEST_INTERVAL": "0"}
        told = {"home": str(plan.new_home("fetch")), "lists": lists, "environment": env}
        read, done = worker("benchmarks.updating", "fetch", told, plan.scratch("task"), env=environment())
        return {
            "world": f"stand-in with {', '.join(lists)}" if lists else "stand-in with all lists",
            "lists": {**read, "peak_mib": done.peak_mib},
            **_both(home, lists, env),
        }


def fetch(told: dict[str, Any]) -> dict[str, Any]:
    """Parse and store all lists in a new library: the worker."""
    from tracker.http import Client
    from tracker.service import Tracker
    from tracker.settings import load_settings
    from tracker.store.database import Database

    settings = load_settings(told["home"], told["environment"])
    clients: list[Client] = []

    def client(given: Any) -> Client:
        clients.append(Client(given))
        return clients[-1]

    with Tracker(settings, Database.open(settings.database_url), client=client) as library:
        library.load_shelf()
        began = time.perf_counter()
        reports = library.fetch(told["lists"] or None)
        seconds = time.perf_counter() - began
    network = sum(c.stats.seconds for c in clients)
    failed = [report.slug for report in reports if report.error]
    return {
        "entries": sum(report.entries for report in reports),
        "seconds": seconds,
        "own_seconds": seconds - network,
        "failed": failed,
    }


def _both(home: Path, lists: list[str], env: dict[str, str]) -> dict[str, Any]:
    command = [*tracker(), "update", *lists, "--json"]
    codes = (0, 3) if "TRACKER_OFFLINE" in env else (0,)
    first = run(command, environment(home, **env)).require(*codes)
    before = _state(home)
    second = run(command, environment(home, **env)).require(*codes)
    after = _state(home)
    written = sorted(name for name in before | after if before.get(name) != after.get(name))
    report = json.loads(first.out)
    return {
        "nothing": {**_figures(first), "embedded": (report["embed"] or {}).get("embedded", 0)},
        "again": {
            **_figures(second),
            "database_changed": any(name.startswith("tracker.sqlite3") for name in written),
            "files_written": written,
        },
    }


def _figures(done: Any) -> dict[str, Any]:
    report = json.loads(done.out)
    return {
        "seconds": done.seconds,
        "run_seconds": report["seconds"],
        "own_seconds": report["own_seconds"],
        "embed_seconds": (report["embed"] or {}).get("seconds", 0.0),
        "papers": report["papers"],
        "new_papers": report["new_papers"],
        "peak_mib": done.peak_mib,
    }


def _state(home: Path) -> dict[str, str]:
    """Every file of a library by its content; empty logs of the database count as absent."""
    return {
        str(file.relative_to(home)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in home.rglob("*")
        if file.is_file() and not file.is_symlink() and "models" not in file.relative_to(home).parts[:1]
        if file.stat().st_size or not file.name.startswith("tracker.sqlite3-")
        if not file.name.endswith("-shm")
    }


if __name__ == "__main__":
    if sys.argv[1] != "fetch":
        raise ProcessError(f"no such worker: {sys.argv[1]}")
    sys.stdout.write("\n" + json.dumps(fetch(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))) + "\n")
