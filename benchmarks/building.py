"""The libraries that are searched: the real one by ``tracker import``, the others from it.  Kept in benchmarks/out."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.plan import Plan
from benchmarks.process import ProcessError, environment, run, tracker

#: Raised when libraries built before no longer fit.
FORMAT = 1
#: What is known of a finished library, and of one whose rows are written but whose indexes are not built.
FACTS, WRITTEN = "facts.json", "written.json"


def model(plan: Plan) -> dict[str, Any]:
    """Export the model, once a model: what the first ``tracker embed`` of a machine does.

    Raises:
        ProcessError: it cannot be exported.
    """
    facts = plan.model_home / "facts.json"
    if facts.is_file():
        return dict(json.loads(facts.read_text(encoding="utf-8")))
    shutil.rmtree(plan.model_home, ignore_errors=True)
    plan.model_home.mkdir(parents=True)
    done = run([sys.executable, "-m", "benchmarks.encoding", str(plan.model_home)], environment()).require()
    told = json.loads(done.out.splitlines()[0])
    size = sum(file.stat().st_size for file in (plan.model_home / "models").rglob("*") if file.is_file())
    found = {"model": told["model"], "export_seconds": told["ready"], "peak_mib": done.peak_mib, "mib": size / 2**20}
    facts.write_text(json.dumps(found), encoding="utf-8")
    return found


def real(plan: Plan) -> dict[str, Any]:
    """Import and embed the real papers as a person would, measured.

    Raises:
        ProcessError: a command failed.
    """
    corpus = data.load(plan.shared, plan.real)
    wanted = {"format": FORMAT, "origin": corpus.origin, "papers": len(corpus.papers)}
    held = _kept(plan.real_home, wanted)
    if held is not None:
        return held
    home = _new(plan, plan.real_home)
    file = home.with_name("papers.jsonl")
    with file.open("w", encoding="utf-8") as lines:
        for paper in corpus.papers:
            row = {"id": paper.id, "title": paper.title, "abstract": paper.abstract, "year": paper.year}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    offline = environment(home, TRACKER_OFFLINE="1")
    brought = run([*tracker(), "import", str(file), "--no-embed", "--json"], offline).require()
    taken = 0
    if plan.embedded is not None:
        taking = [sys.executable, "-m", "benchmarks.reuse", "--of", str(plan.embedded), "--home", str(home)]
        taken = int(json.loads(run(taking, environment()).require().out)["taken"])
        plan.say(f"  {taken:,} papers have their vectors from {plan.embedded}")
    plan.say(f"  embedding {len(corpus.papers) - taken:,} papers")
    embedded = run([*tracker(), "embed", "--json"], offline, timeout=24 * 3600).require()
    report = json.loads(embedded.out)
    return _keep(
        home,
        wanted,
        {
            "import_seconds": brought.seconds,
            "import_peak_mib": brought.peak_mib,
            "embed_seconds": embedded.seconds,
            "embed_own_seconds": report["seconds"],
            "embedded": report["embedded"],
            "taken": taken,
            "papers": len(corpus.papers),
            "load": _load(),
            "embed_peak_mib": embedded.peak_mib,
        },
    )


def sized(plan: Plan, size: int) -> dict[str, Any]:
    """A library of a size, its indexes built by ``tracker embed``, measured.

    Raises:
        ProcessError: a worker failed.
    """
    corpus = plan.corpus(size) if size <= plan.peer_max else None
    wanted: dict[str, Any] = {
        "format": FORMAT,
        "size": size,
        "real": plan.real,
        "seed": plan.seed,
        "texts": corpus is not None,
    }
    wanted["origin"] = data.load(plan.shared, plan.real).origin
    home = plan.home(size)
    held = _kept(home, wanted)
    if held is not None and not plan.reindex:
        return held
    made = _kept(home, wanted, WRITTEN) or _written(plan, size, corpus, wanted)
    for file in (*(home / "index").glob("words.index"), *(home / "index").glob("vectors-*.index")):
        file.unlink()
    index = run([*tracker(), "embed", "--json"], environment(home, TRACKER_OFFLINE="1"), timeout=6 * 3600).require()
    report = json.loads(index.out)
    if report["embedded"]:
        raise ProcessError(f"{report['embedded']} papers of the library of {size} were embedded again")
    return _keep(
        home,
        wanted,
        {
            **made,
            "index_seconds": index.seconds,
            "index_cpu_seconds": index.cpu_seconds,
            "index_peak_mib": index.peak_mib,
            "load": _load(),
            "database_mib": _size(home, "tracker.sqlite3*"),
            "index_mib": _size(home / "index", "**/*"),
        },
    )


def _written(plan: Plan, size: int, corpus: Path | None, wanted: dict[str, Any]) -> dict[str, Any]:
    """Write the rows and the token vectors of a library; remembered, so that a run that was stopped goes on there."""
    home = plan.home(size)
    shutil.rmtree(home.parent, ignore_errors=True)
    home.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.libraries", "--real", str(plan.real_home), "--home", str(home)]
    command += ["--size", str(size), "--seed", str(plan.seed)]
    started = time.monotonic()
    made = run([*command, *(["--texts", str(corpus)] if corpus else [])], environment(), timeout=6 * 3600).require()
    return _keep(home, wanted, {**json.loads(made.out), "write_seconds": time.monotonic() - started}, WRITTEN)


def is_built(plan: Plan, size: int) -> bool:
    """Whether the library of a size is there, whole."""
    return plan.home(size).with_name(FACTS).is_file()


def _new(plan: Plan, home: Path) -> Path:
    shutil.rmtree(home.parent, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "models").symlink_to((plan.model_home / "models").resolve())
    return home


def _kept(home: Path, wanted: dict[str, Any], name: str = FACTS) -> dict[str, Any] | None:
    """The facts of a library that was built before, if it is the one that is wanted."""
    facts = home.with_name(name)
    if not facts.is_file():
        return None
    held = json.loads(facts.read_text(encoding="utf-8"))
    return dict(held["found"]) if held["wanted"] == wanted else None


def _keep(home: Path, wanted: dict[str, Any], found: dict[str, Any], name: str = FACTS) -> dict[str, Any]:
    home.with_name(name).write_text(json.dumps({"wanted": wanted, "found": found}, indent=1), encoding="utf-8")
    return found


def _load() -> float | None:
    """How many processes wanted a processor in the last minute; None where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _size(folder: Path, pattern: str) -> float:
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file()) / 2**20
