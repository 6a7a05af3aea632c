"""The peers' own environment: made once, with pinned versions; what cannot be installed is named, with the reason."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import ProcessError, environment, run

HERE = Path(__file__).resolve().parent
CONSTRAINTS = HERE / "constraints.txt"
#: What each peer needs; every one is installed on its own, so that one that fails leaves the others.
PEERS: dict[str, tuple[str, ...]] = {
    "sentence-transformers": ("torch", "sentence-transformers"),
    "txtai": ("torch", "txtai"),
    "llm": ("torch", "llm", "llm-sentence-transformers"),
    "chromadb": ("chromadb",),
    "matplotlib": ("matplotlib",),
}
#: Packages whose versions are named beside the figures.
SHOWN = tuple(dict.fromkeys(package for packages in PEERS.values() for package in packages))
_STAMP = "peers.json"


@dataclass(frozen=True, slots=True)
class Peers:
    """The environment: its Python, the versions found in it, and why a peer is missing."""

    folder: Path
    versions: dict[str, str]
    missing: dict[str, str]

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")

    def script(self, name: str) -> list[str]:
        """The command that runs ``peers/NAME.py`` there."""
        return [self.python, str(HERE / f"{name}.py")]

    def command(self, name: str) -> str:
        """A console script of the environment."""
        return str(Path(self.python).with_name(name))

    def has(self, peer: str) -> bool:
        """Whether a peer is installed."""
        return peer not in self.missing


def prepare(folder: Path, say: Callable[[str], None]) -> Peers:
    """Make the environment, or take the one that was made from the same constraints.

    Args:
        folder: where it lies.
        say: told what happens, in lines.
    """
    wanted = hashlib.sha256(CONSTRAINTS.read_bytes() + json.dumps(PEERS).encode() + sys.version.encode()).hexdigest()
    stamp = folder / _STAMP
    if stamp.is_file():
        held = json.loads(stamp.read_text(encoding="utf-8"))
        if held["constraints"] == wanted and not held["missing"]:
            return Peers(folder, held["versions"], held["missing"])
    say("making the peers' environment (some minutes, once)")
    try:
        run([sys.executable, "-m", "venv", "--clear", str(folder)], environment()).require()
    except ProcessError as error:
        return Peers(folder, {}, dict.fromkeys(PEERS, _reason(str(error))))
    peers = Peers(folder, {}, {})
    for name, packages in PEERS.items():
        say(f"  {name}")
        try:
            _install(peers, packages)
        except ProcessError as error:
            peers.missing[name] = _reason(str(error))
    peers.versions.update(_versions(peers))
    told = {"constraints": wanted, "versions": peers.versions, "missing": peers.missing}
    stamp.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return peers


def _install(peers: Peers, packages: tuple[str, ...]) -> None:
    pip = [peers.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]
    run([*pip, "--constraint", str(CONSTRAINTS), *packages], environment(), timeout=3600).require()


def _versions(peers: Peers) -> dict[str, str]:
    done = run([peers.python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"], environment())
    if done.code:
        return {}
    return {row["name"].lower().replace("_", "-"): row["version"] for row in json.loads(done.out)}


def _reason(said: str) -> str:
    """The telling line of what pip said, without addresses and folders."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no reason given"]
    return re.sub(r"(https?|file)://\S+|(?<!\w)/\S+", "…", telling[-1])[:200]
