"""How fast texts are embedded: encoders taking turns on the same texts, and whole programs from a file of texts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks import data
from benchmarks.peers.environment import Peers
from benchmarks.plan import Plan, peer
from benchmarks.process import ProcessError, environment, run, tracker


class Encoder:
    """A worker that encodes what it is told to; a context manager."""

    def __init__(self, command: Sequence[str], env: dict[str, str], log: Path) -> None:
        self._log = log.open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - commands of this package
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=env
        )
        self.ready = self._answer()

    def seconds(self, texts: Sequence[str]) -> float:
        """How long it takes for these texts.

        Raises:
            ProcessError: it has ended.
        """
        assert self._process.stdin is not None  # noqa: S101  # a pipe, see above
        self._process.stdin.write(json.dumps({"texts": list(texts)}) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["seconds"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  # a pipe, see above
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise ProcessError(f"an encoder ended: {Path(self._log.name).read_text(errors='replace')[-400:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        self._log.close()


def encoders(plan: Plan, peers: Peers | None, model: str) -> dict[str, Any]:
    """Ours and sentence-transformers', taking turns, each first in every other round.

    Args:
        plan: how many texts and rounds.
        peers: where sentence-transformers is; None measures ours alone.
        model: the model's folder.

    Raises:
        ProcessError: an encoder ended.
    """
    from tracker.embed.texts import paper_text

    papers = data.load(plan.shared, plan.encode_texts).papers
    texts = [paper_text(paper.title, paper.abstract) for paper in papers]
    size = max(1, len(texts) // plan.encode_rounds)
    rounds = [texts[start : start + size] for start in range(0, size * plan.encode_rounds, size)]
    folder = plan.scratch("encoders")
    seconds: dict[str, list[float]] = {"tracker": []}
    with ExitStack() as stack:
        ours = [sys.executable, "-m", "benchmarks.encoding", str(plan.model_home)]
        workers = {"tracker": stack.enter_context(Encoder(ours, environment(), folder / "tracker.log"))}
        if peers is not None and peers.has("sentence-transformers"):
            env = environment()
            env.pop("PYTHONPATH")
            theirs = [*peers.script("peer_encode"), model]
            workers["sentence-transformers"] = stack.enter_context(Encoder(theirs, env, folder / "peer.log"))
            seconds["sentence-transformers"] = []
        for number, part in enumerate(filter(None, rounds)):
            names = list(workers) if number % 2 == 0 else list(reversed(workers))
            for name in names:
                seconds[name].append(workers[name].seconds(part))
    count = sum(map(len, rounds))
    return {"texts": count, "seconds": seconds, "rate": {name: count / sum(all) for name, all in seconds.items()}}


def programs(plan: Plan, peers: Peers | None, model: str) -> dict[str, Any]:
    """From a file of texts to something that can be searched, by each program's own means.

    Raises:
        ProcessError: ours failed; a peer that fails is named in the answer.
    """
    from tracker.embed.texts import paper_text

    papers = data.load(plan.shared, plan.peer_texts).papers
    folder = plan.scratch("programs")
    ours, theirs = folder / "papers.jsonl", folder / "texts.jsonl"
    for file, rows in (
        (ours, [{"id": p.id, "title": p.title, "abstract": p.abstract} for p in papers]),
        (theirs, [{"id": p.id, "text": paper_text(p.title, p.abstract)} for p in papers]),
    ):
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    home = plan.new_home("import")
    done = run([*tracker(), "import", str(ours), "--json"], environment(home, TRACKER_OFFLINE="1")).require()
    found: dict[str, Any] = {
        "texts": len(papers),
        "tracker import": {"seconds": done.seconds, "peak_mib": done.peak_mib},
    }
    if peers is not None and peers.has("llm"):
        found["llm embed-multi"] = _tried(lambda: _embed_multi(peers, theirs, model, folder))
    if peers is not None and peers.has("txtai"):
        found["txtai index"] = _tried(lambda: _txtai(peers, folder, model, len(papers)))
    return found


def llm_environment(folder: Path, model: str) -> tuple[dict[str, str], str]:
    """An environment in which ``llm`` knows the model, and the name that it has there."""
    (folder / "llm").mkdir(exist_ok=True)
    known = json.dumps([{"name": model}])
    (folder / "llm" / "sentence-transformers.json").write_text(known, encoding="utf-8")
    env = environment(LLM_USER_PATH=str(folder / "llm"))
    env.pop("PYTHONPATH")
    return env, f"sentence-transformers/{model}"


def _embed_multi(peers: Peers, texts: Path, model: str, folder: Path) -> dict[str, Any]:
    env, name = llm_environment(folder, model)
    command = [peers.command("llm"), "embed-multi", "papers", str(texts), "--format", "nl", "--store", "-m", name]
    done = run([*command, "-d", str(folder / "llm.db")], env).require()
    return {"seconds": done.seconds, "peak_mib": done.peak_mib}


def _txtai(peers: Peers, folder: Path, model: str, count: int) -> dict[str, Any]:
    told = {"do": "index", "corpus": str(folder), "texts": count, "model": model}
    found, done = peer(peers.script("peer_txtai"), told, folder)
    return {"seconds": done.seconds, "index_seconds": found["seconds"], "peak_mib": done.peak_mib}


def _tried(measure: Any) -> dict[str, Any]:
    """What a peer gave, or why it gave nothing: that spoils nobody else's figures."""
    try:
        return dict(measure())
    except ProcessError as error:
        return {"failed": str(error)[-300:]}
