"""One command that builds the data, measures us and the peers side by side, and writes docs/BENCHMARKS.md.

    python -m benchmarks                        everything (some hours the first time, most of it embedding)
    python -m benchmarks --quick                the same on very little, to see that all of it works
    python -m benchmarks --sizes 1k,10k,100k    not the largest library
    python -m benchmarks --only cold,warm       these steps anew, the others as they were
    python -m benchmarks --only libraries       nothing but what is built for the steps
    python -m benchmarks --report               write the page again from the results that are there

Libraries, the peers' environment and results.json lie in benchmarks/out.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import building, dashboard, data, machine, rates, report, searching, updating
from benchmarks.peers import environment
from benchmarks.peers.environment import Peers
from benchmarks.plan import OUT, Plan, Results, sizes_of
from benchmarks.process import ROOT, SHARED, ProcessError

PAGE = ROOT / "docs" / "BENCHMARKS.md"
PLOT = ROOT / "docs" / "images" / "growth.svg"


class Run:
    """One run: steps in order, each with its results kept as soon as they are there."""

    def __init__(self, plan: Plan, results: Results, command: str) -> None:
        self._plan = plan
        self._results = results
        self._command = command
        self._peers: Peers | None = None
        self.failures: list[str] = []

    def steps(self) -> dict[str, Callable[[], Mapping[str, Any]]]:
        """What can be measured, in order; what is built for it comes first."""
        return {
            "update": lambda: updating.update(self._plan),
            "rates": lambda: {
                "encoders": rates.encoders(self._plan, self._peers, self._model()),
                "programs": rates.programs(self._plan, self._peers, self._model()),
            },
            "help": lambda: searching.helps(self._plan),
            "cold": lambda: self._each(
                lambda size: searching.cold(self._plan, self._peers, self._model(), size), "cold"
            ),
            "warm": lambda: self._each(lambda size: searching.warm(self._plan, size), "warm"),
            "vectors": lambda: self._each(lambda size: searching.vectors(self._plan, self._peers, size), "vectors"),
            "dashboard": lambda: self._each(
                lambda size: dashboard.step(self._plan, size), "dashboard", dashboard.sizes(self._plan.sizes)
            ),
            "txtai": self._txtai,
        }

    def run(self, only: tuple[str, ...]) -> None:
        """Measure, then write the page."""
        plan = self._plan
        corpus = data.load(plan.shared, plan.real)
        about = {"command": self._command, "origin": corpus.origin, "sizes": plan.sizes, "machine": machine.facts()}
        about["plan"] = {
            name: getattr(plan, name)
            for name in ("queries", "peer_queries", "cold_runs", "peer_texts", "lists", "seed")
        }
        if plan.peers:
            self._peers = environment.prepare(plan.peers_folder, plan.say)
            about["peers"] = {
                "versions": {n: v for n in environment.SHOWN if (v := self._peers.versions.get(n))},
                "missing": self._peers.missing,
            }
        else:
            about["peers"] = {"versions": {}, "missing": dict.fromkeys(environment.PEERS, "left out of this run")}
        self._results.put("about", about)
        self._do("model", lambda: building.model(plan))
        self._do("real", lambda: building.real(plan))
        self._do("libraries", lambda: self._each(lambda size: building.sized(plan, size), "build"))
        for name, measure in self.steps().items():
            if not only or name in only:
                self._do(name, measure)
        shutil.rmtree(plan.out / "scratch", ignore_errors=True)

    def _do(self, name: str, measure: Callable[[], Mapping[str, Any]]) -> None:
        started = time.monotonic()
        self._plan.say(f"{name} …")
        try:
            found = dict(measure())
        except ProcessError as error:
            self.failures.append(f"{name}: {error}")
            found = {"failed": str(error)[-400:]}
        self._results.put(name, {"took_seconds": time.monotonic() - started, **found})
        self._plan.say(f"{name}: {time.monotonic() - started:.0f} s")

    def _each(
        self, measure: Callable[[int], Mapping[str, Any]], what: str, sizes: tuple[int, ...] | None = None
    ) -> dict[str, Any]:
        """A step size by size; one that fails leaves the others, and one that was not built is not measured."""
        found: dict[str, Any] = {}
        lost: dict[str, str] = {}
        for size in self._plan.sizes if sizes is None else sizes:
            self._plan.say(f"  {what}: {size:,} papers")
            try:
                if what != "build" and not building.is_built(self._plan, size):
                    raise ProcessError("the library was not built")
                found[str(size)] = dict(measure(size))
            except ProcessError as error:
                lost[str(size)] = str(error)[-400:]
                self.failures.append(f"{what}, {size:,} papers: {error}")
        return {"sizes": found, "lost": lost}

    def _txtai(self) -> dict[str, Any]:
        if self._peers is None or not self._peers.has("txtai"):
            return {"sizes": {}}
        peers, found = self._peers, {}
        for size in (size for size in self._plan.sizes if size <= self._plan.peer_max):
            self._plan.say(f"  txtai: {size:,} papers")
            found[str(size)] = searching.txtai(self._plan, peers, self._model(), size)
        return {"sizes": found}

    def _model(self) -> str:
        from tracker.embed.load import model_files
        from tracker.settings import load_settings

        return str(model_files(load_settings(self._plan.model_home, {}), fetch=False).folder)


def quick(plan: Plan) -> Plan:
    """The same on very little."""
    return dataclasses.replace(
        plan,
        out=plan.out / "quick",
        sizes=(100, 300),
        real=100,
        queries=20,
        cold_runs=3,
        encode_texts=32,
        encode_rounds=2,
        peer_texts=20,
        lists=("learning-papers",) if plan.shared.is_dir() else (),
    )


def main() -> int:
    """The command line; 1 when a step failed, whose figures are then missing from the page."""
    options = _parser().parse_args()
    plan = Plan(
        out=options.out,
        peers_folder=options.out / "peers-venv",
        shared=options.shared,
        peers=not options.no_peers,
        embedded=options.embedded,
        reindex=options.reindex,
        say=_say,
    )
    if options.quick:
        plan = quick(plan)
    if options.sizes:
        plan = dataclasses.replace(plan, sizes=sizes_of(options.sizes))
    if options.real:
        plan = dataclasses.replace(plan, real=sizes_of(options.real)[-1])
    results = Results(plan.out / "results.json")
    page = plan.out / "BENCHMARKS.md" if options.quick else PAGE
    plot = plan.out / "images" / "growth.svg" if options.quick else PLOT
    run = Run(plan, results, " ".join(["python -m benchmarks", *sys.argv[1:]]))
    only = tuple(name for name in options.only.split(",") if name)
    steps = ("libraries", *run.steps())
    if unknown := set(only) - set(steps):
        _parser().error(f"no step is called {sorted(unknown)[0]}: {', '.join(steps)}")
    if not options.report:
        if options.fresh:
            _forget(plan.out)
        run.run(only)
    report.write(results.steps, page, plot, Peers(plan.peers_folder, {}, {}))
    _say(f"wrote {page}")
    for failure in run.failures:
        _say(f"FAILED {failure}")
    return 1 if run.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="very little of everything, into benchmarks/out/quick")
    parser.add_argument("--real", default="", metavar="10k", help="real papers that are embedded and grown from")
    parser.add_argument("--sizes", default="", metavar="1k,10k,100k,1M", help="papers in the libraries searched")
    parser.add_argument("--only", default="", metavar="STEP,...", help="measure only these steps")
    parser.add_argument(
        "--embedded", type=Path, metavar="HOME", help="take vectors of the same texts over from this library"
    )
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument("--fresh", action="store_true", help="build libraries anew that were built before")
    parser.add_argument("--reindex", action="store_true", help="build the indexes of libraries that are there anew")
    parser.add_argument("--report", action="store_true", help="only write the page from the results that are there")
    parser.add_argument("--out", type=Path, default=OUT, help="where libraries and results lie")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of evaluation sets and stand-in")
    return parser


def _forget(out: Path) -> None:
    for folder in (*out.glob("real-*"), *out.glob("library-*"), out / "model", out / "scratch"):
        shutil.rmtree(folder, ignore_errors=True)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
