"""A library of any size out of an embedded library of real papers.

A worker, run as a process of its own:

    python -m benchmarks.libraries --real HOME --home HOME --size N [--seed S] [--texts DIR]

Up to the number of real papers their rows, vectors and token vectors are
copied.  Beyond, synthetic papers follow (``benchmarks.data.grow``): the vector
of one is the sum of its donors' vectors, each by its share of the sentences,
disturbed and brought to length 1; its token vectors are those of its sentences.

The rows are written in bulk and not by an import, which would take a second
for every few hundred: what is measured on them is search, whose indexes
``tracker embed`` then builds as ever.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.data import Paper, Synthetic, grow
from tracker.embed.bundled import ModelFiles
from tracker.embed.load import model_files
from tracker.embed.reranking import TokenIndex, token_index
from tracker.embed.texts import text_key
from tracker.identity.ids import title_key
from tracker.settings import load_settings
from tracker.store import vectors
from tracker.store.database import Database

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
BLOCK = 5000
#: Length of the random disturbance of a synthetic vector before it is brought back to length 1.
NOISE = 0.15


@dataclass(frozen=True, slots=True)
class Real:
    """The real library in memory: papers with their first vectors and their token vectors, place by place."""

    papers: tuple[Paper, ...]
    hashes: tuple[str, ...]
    matrix: Floats
    tokens: tuple[tuple[Bytes, Bytes], ...]
    files: ModelFiles


@dataclass(frozen=True, slots=True)
class Row:
    """A paper as it is written."""

    id: str
    title: str
    abstract: str
    year: int
    text_hash: str
    vector: Floats
    tokens: tuple[Bytes, Bytes]


def read(home: Path) -> Real:
    """The library of real papers, as ``tracker import`` left it."""
    settings = load_settings(home, {})
    files = model_files(settings, fetch=False)
    tokens = _opened(home, files)
    with Database.open(settings.database_url) as db, db.reader() as reader:
        rows = reader.rows(
            "SELECT p.pk, p.id, p.title, coalesce(p.abstract, t.abstract), t.text_hash FROM paper p"
            " JOIN paper_text t ON t.paper_pk = p.pk ORDER BY p.pk"
        )
        loaded = vectors.load_all(reader, files.model)
    first = loaded.windows == 0
    place = {int(pk): n for n, pk in enumerate(loaded.pks[first])}
    rows = [row for row in rows if row[0] in place]
    nothing = (np.zeros((0, tokens.basis.shape[1] // 2), np.uint8), np.zeros(0, np.uint8))
    kept = tokens.store.get_many([text_key(row[4]) for row in rows])
    return Real(
        papers=tuple(Paper(row[1], row[2], row[3] or "") for row in rows),
        hashes=tuple(row[4] for row in rows),
        matrix=loaded.matrix[first][[place[row[0]] for row in rows]],
        tokens=tuple(nothing if item is None else item for item in kept),
        files=files,
    )


def rows_of(real: Real, size: int, seed: int) -> Iterator[Row]:
    """Real papers first, then synthetic ones, ``size`` in all."""
    for paper, text_hash, vector, tokens in zip(
        real.papers[:size], real.hashes, real.matrix, real.tokens, strict=False
    ):
        yield Row(paper.id, paper.title, paper.abstract, paper.year, text_hash, vector, tokens)
    noise = np.random.default_rng(seed)
    for made in grow(real.papers, max(0, size - len(real.papers)), seed):
        text_hash = hashlib.sha256(f"{made.title}\n{made.abstract}".encode()).hexdigest()
        yield Row(
            made.id, made.title, made.abstract, made.year, text_hash, _vector(real, made, noise), _tokens(real, made)
        )


def _vector(real: Real, made: Synthetic, noise: np.random.Generator) -> Floats:
    places = [donor.paper for donor in made.donors]
    total = real.matrix[places].sum(axis=0)
    total /= max(float(np.linalg.norm(total)), 1e-9)
    disturbance = noise.standard_normal(len(total), dtype=np.float32)
    total += disturbance * (NOISE / float(np.linalg.norm(disturbance)))
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _tokens(real: Real, made: Synthetic) -> tuple[Bytes, Bytes]:
    """The token vectors of its sentences; the numbers count sentences as they stand in the new paper."""
    packed: list[Bytes] = []
    numbers: list[Bytes] = []
    for place, donor in enumerate(made.donors):
        theirs, sentence = real.tokens[donor.paper]
        found = theirs[sentence == donor.sentence]
        if donor.half:
            middle = (len(found) + 1) // 2
            found = found[:middle] if donor.half == "first" else found[middle:]
        packed.append(found)
        # Both halves of the title are sentence 0 of the new paper.
        numbers.append(np.full(len(found), min(max(place - 1, 0), 255), dtype=np.uint8))
    return np.concatenate(packed), np.concatenate(numbers)


def write(home: Path, files: ModelFiles, rows: Iterable[Row], texts: Path | None) -> int:
    """Write a library, and for the peers its texts and vectors; returns the number of papers."""
    settings = load_settings(home, {})
    tokens, count = _opened(home, files), 0
    waiting, matrices = iter(rows), list[Floats]()
    if texts is not None:
        texts.mkdir(parents=True, exist_ok=True)
        (texts / "texts.jsonl").write_text("", encoding="utf-8")
    with Database.open(settings.database_url) as db:
        while block := list(islice(waiting, BLOCK)):
            tokens.store.put((text_key(row.text_hash), *row.tokens) for row in block)
            with db.write() as session:
                _insert(session, files.model, block, count)
            count += len(block)
            if texts is not None:
                matrices.append(np.stack([row.vector for row in block]))
                with (texts / "texts.jsonl").open("a", encoding="utf-8") as lines:
                    lines.writelines(
                        json.dumps({"id": row.id, "text": _whole(row)}, ensure_ascii=False) + "\n" for row in block
                    )
    if texts is not None:
        np.save(texts / "vectors.npy", np.concatenate(matrices))
    return count


def _insert(session: Any, model: str, block: list[Row], before: int) -> None:
    from tracker.store import statements
    from tracker.store.tables import PaperRow, PaperTextRow, VectorRow

    now = datetime.now(UTC)
    numbered = list(enumerate(block, before + 1))
    moments = {"added_at": now, "news_at": now, "changed_at": now}
    statements.insert_many(
        session,
        PaperRow,
        [
            {
                "pk": pk,
                "id": row.id,
                "id_fixed": True,
                "title": row.title,
                "title_key": title_key(row.title),
                "abstract": row.abstract,
                "year": row.year,
                **moments,
            }
            for pk, row in numbered
        ],
    )
    statements.insert_many(
        session,
        PaperTextRow,
        [
            {"paper_pk": pk, "title": row.title, "abstract": row.abstract, "text_hash": row.text_hash}
            for pk, row in numbered
        ],
    )
    statements.insert_many(
        session,
        VectorRow,
        [
            {
                "paper_pk": pk,
                "model": model,
                "window": 0,
                "text_hash": row.text_hash,
                "dims": len(row.vector),
                "data": np.ascontiguousarray(row.vector, dtype="<f4").tobytes(),
            }
            for pk, row in numbered
        ],
    )


def _whole(row: Row) -> str:
    from tracker.embed.texts import paper_text

    return paper_text(row.title, row.abstract)


def _opened(home: Path, files: ModelFiles) -> TokenIndex:
    settings = load_settings(home, {})
    tokens = token_index(settings.index_dir, settings.models_dir, files)
    if tokens is None:
        raise SystemExit(f"{home} has no prepared model")
    return tokens


def main() -> None:
    """The worker's command line; prints one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    real = read(options.real)
    options.home.mkdir(parents=True)
    (options.home / "models").symlink_to((options.real / "models").resolve())
    count = write(options.home, real.files, rows_of(real, options.size, options.seed), options.texts)
    told = {"papers": count, "real": min(count, len(real.papers)), "synthetic": max(0, count - len(real.papers))}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
