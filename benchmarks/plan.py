"""What a run measures, how much of it, where its files lie; and the file of results."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.process import ROOT, Finished, ProcessError, environment, run

OUT = ROOT / "benchmarks" / "out"
UNITS = {"k": 1000, "m": 1_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured.

    Attributes:
        shared: folder of evaluation sets and of the stand-in for the web; need not exist.
        sizes: papers in the libraries that are searched, ascending.
        real: real papers that are embedded for them.
        queries: asked of each library, one after the other.
        peer_queries: the first so many of them, for peers that take half a second each.
        cold_runs: whole processes of each kind.
        encode_texts: texts that our encoder and sentence-transformers take turns at, in ``encode_rounds`` rounds.
        peer_texts: texts that every program embeds and stores by its own means.
        peer_max: the largest library that txtai and chromadb are given.
        llm_max: the largest that ``llm`` is given, which compares in pure Python.
        lists: only these lists in the update; none named means all.
        peers_folder: the peers' own environment.
        peers: whether peers are measured at all.
        seed: of synthetic papers.
        reindex: build the indexes of libraries anew that are built already, and measure it.
        embedded: a library that holds vectors of the real papers already; they are taken over by their texts' hashes.
    """

    out: Path = OUT
    peers_folder: Path = OUT / "peers-venv"
    shared: Path
    sizes: tuple[int, ...] = (1000, 10_000, 100_000, 1_000_000)
    real: int = 10_000
    queries: int = 300
    peer_queries: int = 100
    cold_runs: int = 9
    encode_texts: int = 480
    encode_rounds: int = 6
    peer_texts: int = 300
    peer_max: int = 100_000
    llm_max: int = 10_000
    lists: tuple[str, ...] = ()
    peers: bool = True
    seed: int = 1
    reindex: bool = False
    embedded: Path | None = None
    say: Callable[[str], None]

    @property
    def model_home(self) -> Path:
        """A library whose exported model all others use."""
        return self.out / "model"

    @property
    def real_home(self) -> Path:
        """The library of real papers, imported and embedded."""
        return self.out / f"real-{self.real}" / "home"

    def home(self, size: int) -> Path:
        """The library of a size."""
        return self.out / f"library-{size}-of-{self.real}-seed-{self.seed}" / "home"

    def corpus(self, size: int) -> Path:
        """Texts and vectors of that library, for peers."""
        return self.home(size).with_name("corpus")

    def scratch(self, name: str) -> Path:
        """A folder for one measurement, empty."""
        import shutil

        folder = self.out / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def new_home(self, name: str) -> Path:
        """A new library that has its model exported already."""
        home = self.scratch(name) / "home"
        home.mkdir()
        (home / "models").symlink_to((self.model_home / "models").resolve())
        return home


class Results:
    """``results.json``: one object a step, written as soon as the step is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.steps: dict[str, Any] = self._read()

    def _read(self) -> dict[str, Any]:
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else {}

    def put(self, step: str, found: Mapping[str, Any]) -> None:
        """Keep what a step found, beside what others (the kills, which take long) have put there meanwhile."""
        self.steps = self._read()
        self.steps[step] = {"measured": datetime.now(UTC).isoformat(timespec="minutes"), **found}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.steps, indent=1) + "\n", encoding="utf-8")
        part.replace(self.path)


def sizes_of(text: str) -> tuple[int, ...]:
    """``1k,10k,1M`` as numbers, ascending.

    Raises:
        ValueError: a part is no number.
    """
    found = set()
    for part in text.lower().split(","):
        unit = UNITS.get(part[-1:], 1)
        found.add(int(float(part[:-1] if unit > 1 else part) * unit))
    return tuple(sorted(found))


def worker(
    module: str,
    argument: str,
    told: Mapping[str, Any],
    folder: Path,
    *,
    timeout: float = 7200,
    env: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], Finished]:
    """Run a worker of ours with a task; what it answers, and its process.

    Raises:
        ProcessError: it did not get to the end.
    """
    return _answer(
        [sys.executable, "-m", module, argument], told, folder, timeout, env or environment(TRACKER_OFFLINE="1")
    )


def peer(
    command: list[str], told: Mapping[str, Any], folder: Path, *, timeout: float = 7200, threads: int | None = None
) -> tuple[dict[str, Any], Finished]:
    """Run a peer's script with a task, with its default threads or with so many.

    Raises:
        ProcessError: it did not get to the end.
    """
    env = environment(ANONYMIZED_TELEMETRY="False", LLM_USER_PATH=str(folder))
    if threads is not None:
        env["OMP_NUM_THREADS"] = str(threads)
    env.pop("PYTHONPATH")
    return _answer(command, told, folder, timeout, env)


def _answer(
    command: list[str], told: Mapping[str, Any], folder: Path, timeout: float, env: Mapping[str, str]
) -> tuple[dict[str, Any], Finished]:
    task = folder / "task.json"
    task.write_text(json.dumps(told), encoding="utf-8")
    done = run([*command, str(task)], env, timeout=timeout).require()
    try:
        found: dict[str, Any] = json.loads(done.out.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise ProcessError(f"no answer: {done.out[-200:]} {done.err[-400:]}") from error
    return found, done
