"""``kill -9`` at random moments of ``tracker update``: what is finished stays, and the next run goes on.

    python -m benchmarks.kills --kills 200
    python -m benchmarks.kills --kills 10 --lists learning-papers --seed 7

Needs the stand-in for the web in ``../shared`` (or ``--mirror ADDRESS``).  One
update is left alone first: its length is the span that the moments are drawn
from (evenly, embedding included), its export is what every other library must
come to.  Then updates are started as process groups and killed; after every
kill ``tracker check`` must find nothing wrong.  When an update gets through
before its moment, its export must equal the first one but for ``added``, and a
new library is begun.

The one thing an update does once a model, exporting it for search, takes longer
than all the rest on a small world; so new libraries start with it done, except
each ``--prepare-every``-th, whose kills fall within the length of an update that
exports.  Each kill of one library widens the span of its next by a tenth.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.plan import OUT, Results
from benchmarks.process import SHARED, Finished, ProcessError, environment, kill_group, run, stand_in, tracker

#: Folders of ``shared/lists`` by the source that reads them.
FOLDERS = {
    "ai-papers-of-the-week": "dair-ai__AI-Papers-of-the-Week",
    "awesome-ai-papers": "aimerou__awesome-ai-papers",
    "learning-papers": "daturkel__learning-papers",
    "anthology-of-modern-ml": "dmarx__anthology-of-modern-ml",
}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class World:
    """Where updates ask, which sources they read (none named: all that are switched on), and another model."""

    mirror: str
    sources: tuple[str, ...] = ()
    model: Path | None = None


@dataclass(slots=True)
class Tally:
    """What came of it.  ``faults`` says in words what went wrong, with the folder that is kept to look at."""

    kills: int = 0
    clean: int = 0
    finished: int = 0
    equal: int = 0
    whole_seconds: float = 0.0
    papers: int = 0
    moments: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing went wrong."""
        return not self.faults

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.clean} clean checks, {self.equal} finished libraries equal"


class Trial:
    """One series of kills in one folder."""

    def __init__(self, world: World, folder: Path, *, seed: int, prepare_every: int, say: Say) -> None:
        self._world = world
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311 - moments, not secrets
        self._prepare_every = prepare_every
        self._say = say
        self._homes = 0
        self._expected: list[dict[str, object]] = []
        self._first_seconds = 0.0
        self._kills_of_this = 0
        self._code = 0
        self.tally = Tally()

    def run(self, kills: int) -> Tally:
        """Kill so many updates.

        Raises:
            ProcessError: the undisturbed update failed.
        """
        self._undisturbed()
        home = self._new_home()
        while self.tally.kills < kills:
            moment = self._random.uniform(0, self._span(home))
            begun, prepared = time.monotonic(), self._prepared(home)
            code = self._update(home, moment)
            took = time.monotonic() - begun
            if code is None:
                self.tally.kills += 1
                self._kills_of_this += 1
                self.tally.moments.append(round(moment, 3))
            sound = self._check(home, f"kill {self.tally.kills} after {moment:.2f} s" if code is None else "the end")
            if code is not None:
                if prepared and not self._kills_of_this:  # a whole update: the machine may have been busier at first
                    self.tally.whole_seconds = min(self.tally.whole_seconds, took)
                self._compare(home, code)
            if code is not None or not sound:
                home = self._new_home()
        self._calm(home)
        return self.tally

    # ------------------------------------------------------------ parts

    def _undisturbed(self) -> None:
        """Twice: the first run exports the model too, and the length is to be that of the others."""
        first, second = (self._folder / name for name in ("first", "undisturbed"))
        self._first_seconds = self._alone(first).seconds
        shutil.copytree(first / "models", second / "models")
        done = self._alone(second)
        self.tally.whole_seconds, self._code = done.seconds, done.code
        self._expected = self._exported(second)
        self.tally.papers = len(self._expected)
        self._say(f"undisturbed: {len(self._expected)} papers in {done.seconds:.1f} s, exit code {done.code}")
        if (before := self._exported(first)) != self._expected:
            self._fault(first, f"two undisturbed updates differ: {difference(before, self._expected)}")

    def _alone(self, home: Path) -> Finished:
        home.mkdir(parents=True, exist_ok=True)
        return run([*tracker(), "update", *self._world.sources], self._environment(home)).require(0, 3)

    def _span(self, home: Path) -> float:
        """Seconds within which the next kill of this library falls.

        Longer until its model is exported, and by a tenth with each kill, so that a
        machine that has become slower than it was does not keep it from its end.
        """
        return (self.tally.whole_seconds if self._prepared(home) else self._first_seconds) * 1.1**self._kills_of_this

    def _prepared(self, home: Path) -> bool:
        made = {path.name for path in (home / "models").glob("*")}
        return made >= {path.name for path in (self._folder / "first" / "models").glob("*")}

    def _new_home(self) -> Path:
        self._homes += 1
        self._kills_of_this = 0
        home = self._folder / f"home-{self._homes}"
        home.mkdir()
        if self._homes % self._prepare_every:
            shutil.copytree(self._folder / "first" / "models", home / "models")
        return home

    def _update(self, home: Path, moment: float) -> int | None:
        """The exit code of an update; None when it was killed."""
        with (home / "output.txt").open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*tracker(), "update", *self._world.sources],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(home),
                start_new_session=True,
            )
            try:
                return process.wait(timeout=moment)
            except subprocess.TimeoutExpired:
                killed = kill_group(process.pid)
                code = process.wait()
                return None if killed and code < 0 else code
            except BaseException:
                kill_group(process.pid)
                process.wait()
                raise

    def _check(self, home: Path, what: str) -> bool:
        done = run([*tracker(), "check"], self._environment(home))
        if done.code == 0:
            if what != "the end":
                self.tally.clean += 1
            return True
        self._fault(
            home, f"after {what} `tracker check` ended with {done.code}: {(done.out + done.err).strip()[-600:]}"
        )
        return False

    def _compare(self, home: Path, code: int) -> None:
        self.tally.finished += 1
        if code != self._code:
            said = (home / "output.txt").read_text(encoding="utf-8", errors="replace")[-600:]
            self._fault(home, f"the update ended with {code}, not {self._code}: {said}")
            return
        found = self._exported(home)
        if found != self._expected:
            self._fault(home, f"the export differs: {difference(self._expected, found)}")
            return
        self.tally.equal += 1
        self._say(f"library {self._homes} equal after {self.tally.kills} kills in all")
        shutil.rmtree(home)

    def _calm(self, home: Path) -> None:
        """The library that the last kill left is brought to its end as well."""
        done = run([*tracker(), "update", *self._world.sources], self._environment(home))
        if self._check(home, "the end"):
            self._compare(home, done.code)

    def _exported(self, home: Path) -> list[dict[str, object]]:
        done = run([*tracker(), "export", "--format", "jsonl"], self._environment(home)).require()
        papers = [json.loads(line) for line in done.out.splitlines()]
        for paper in papers:
            del paper["added"]
        return sorted(papers, key=lambda paper: str(paper["id"]))

    def _environment(self, home: Path) -> dict[str, str]:
        told = {"TRACKER_MIRROR": self._world.mirror, "TRACKER_REQUEST_INTERVAL": "0"}
        if self._world.model is not None:
            told["TRACKER_EMBEDDING_MODEL"] = str(self._world.model)
        return environment(home, **told)

    def _fault(self, home: Path, what: str) -> None:
        self.tally.faults.append(f"{home}: {what}")
        self._say(f"WRONG {what}")


def difference(expected: Sequence[dict[str, object]], found: Sequence[dict[str, object]]) -> str:
    """Where two exports differ, in a few words."""
    first, second = ({str(paper["id"]): paper for paper in papers} for papers in (expected, found))
    if missing := sorted(first.keys() - second.keys()):
        return f"{len(missing)} papers are missing, {missing[0]} first"
    if extra := sorted(second.keys() - first.keys()):
        return f"{len(extra)} papers too many, {extra[0]} first"
    changed = [key for key in first if first[key] != second[key]]
    if not changed:
        return "an id occurs twice"
    key = changed[0]
    fields = [name for name in first[key] if first[key][name] != second[key].get(name)]
    values = [str(paper[key].get(fields[0]))[:160] for paper in (first, second)] if fields else []
    return f"{len(changed)} papers, {key} first, in {', '.join(fields)}: {' / '.join(values)}"


@contextmanager
def shared_world(
    shared: Path, lists: Sequence[str], as_of: str | None, folder: Path, model: Path | None = None
) -> Iterator[World]:
    """The stand-in for the web, with all lists or a copy of only some of them.

    Raises:
        KeyError: a list that is not in ``FOLDERS``.
        ProcessError: it does not start.
    """
    options = ["--as-of", as_of] if as_of else []
    if lists:
        for name in lists:
            shutil.copytree(shared / "lists" / FOLDERS[name], folder / FOLDERS[name])
        options += ["--lists", str(folder)]
    with stand_in(shared, *options) as address:
        yield World(address, tuple(lists), model)


def kill_updates(
    world: World, folder: Path, *, kills: int, seed: int = 0, prepare_every: int = 10, say: Say = lambda _: None
) -> Tally:
    """Kill updates of libraries in ``folder`` until there were ``kills``.

    Args:
        world: where they ask, and what for.
        folder: empty; libraries that went wrong stay there.
        kills: how many.
        seed: of the moments.
        prepare_every: how often a new library has to export the model itself.
        say: told what happens, in lines.

    Raises:
        ProcessError: the update that is left alone fails.
    """
    return Trial(world, folder, seed=seed, prepare_every=prepare_every, say=say).run(kills)


def main() -> int:
    """The command line; 0 when every check was clean and every finished library equal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    parser.add_argument("--mirror-as-of", metavar="YYYY-MM-DD", help="the lists as they stood then")
    parser.add_argument("--lists", default="", metavar="SOURCE,...", help=f"only some of {', '.join(FOLDERS)}")
    parser.add_argument("--prepare-every", type=int, default=10, metavar="N", help="(default 10)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="another model, say a small one")
    parser.add_argument("--mirror", metavar="ADDRESS", help="a mirror that runs already")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of world and lists")
    options = parser.parse_args()
    lists = [name for name in options.lists.split(",") if name]
    if unknown := [name for name in lists if name not in FOLDERS]:
        parser.error(f"no list is called {unknown[0]}")
    if options.mirror is None and not (options.shared / "world" / "serve.py").is_file():
        parser.error("there is no stand-in for the web: give --shared DIR or --mirror ADDRESS")
    folder = Path(tempfile.mkdtemp(prefix="tracker-kills-"))
    started = time.monotonic()
    try:
        if options.mirror is not None:
            tally = _series(World(options.mirror, tuple(lists), options.model), folder, options)
        else:
            with shared_world(options.shared, lists, options.mirror_as_of, folder / "lists", options.model) as world:
                tally = _series(world, folder, options)
    except ProcessError as error:
        _say(f"{error}\nkept: {folder}")
        return 1
    Results(OUT / "results.json").put("kills", _told(tally, options))
    for fault in tally.faults:
        _say(f"WRONG {fault}")
    _say(f"seed {options.seed}; a whole update takes {tally.whole_seconds:.1f} s and brings {tally.papers} papers;")
    _say(f"{tally} in {time.monotonic() - started:.0f} s")
    if tally.good:
        shutil.rmtree(folder)
    return 0 if tally.good else 1


def _series(world: World, folder: Path, options: argparse.Namespace) -> Tally:
    return kill_updates(
        world, folder / "homes", kills=options.kills, seed=options.seed, prepare_every=options.prepare_every, say=_say
    )


def _told(tally: Tally, options: argparse.Namespace) -> dict[str, object]:
    """For the page: no folders in it."""
    return {
        "command": " ".join(["python -m benchmarks.kills", *sys.argv[1:]]),
        "world": "a mirror" if options.mirror else f"a stand-in for the web with {options.lists or 'all lists'}",
        "seed": options.seed,
        "summary": str(tally),
        "papers": tally.papers,
        "whole_seconds": tally.whole_seconds,
        "faults": [fault.partition(": ")[2] for fault in tally.faults],
    }


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
