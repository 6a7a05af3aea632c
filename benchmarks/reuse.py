"""Takes over the vectors of texts that another library holds, so that no text is embedded twice for a benchmark.

A worker, run as a process of its own:

    python -m benchmarks.reuse --of HOME --home HOME

Both libraries must have been made by this tracker with the same model: vectors
and token vectors are looked up by the hash of the text they stand for, so a
text that differs is not taken over and ``tracker embed`` embeds it as ever.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tracker.embed.load import model_files
from tracker.embed.reranking import token_index
from tracker.embed.texts import text_key
from tracker.settings import load_settings
from tracker.store import vectors
from tracker.store.database import Database

#: Papers handed over in one transaction.
_BLOCK = 1000


def take_over(of: Path, home: Path) -> int:
    """Copy vectors and token vectors of equal texts; returns the number of papers that got theirs.

    Raises:
        SystemExit: one of the libraries has no prepared model.
    """
    theirs, ours = load_settings(of, {}), load_settings(home, {})
    files = model_files(ours, fetch=False)
    source = token_index(theirs.index_dir, theirs.models_dir, files)
    target = token_index(ours.index_dir, ours.models_dir, files)
    if source is None or target is None:
        raise SystemExit(f"{of if source is None else home} has no prepared model")
    done = 0
    with Database.open(theirs.database_url, migrate=False) as old, Database.open(ours.database_url) as new:
        with new.reader() as reader:
            due = vectors.stale(reader, files.model)
        for start in range(0, len(due), _BLOCK):
            block = due[start : start + _BLOCK]
            with old.reader() as reader:
                places = vectors.fresh_of_hash(reader, files.model, [job.text_hash for job in block])
                loaded = vectors.of_papers(reader, files.model, list(places.values()))
            held = {int(pk): loaded.matrix[n] for n, pk in enumerate(loaded.pks) if loaded.windows[n] == 0}
            tokens = source.store.get_many([text_key(job.text_hash) for job in block])
            found = [
                (job, held[places[job.text_hash]], kept)
                for job, kept in zip(block, tokens, strict=True)
                if kept is not None and job.text_hash in places
            ]
            target.store.put((text_key(job.text_hash), *kept) for job, _, kept in found)
            with new.write() as session:
                done += vectors.put_many(
                    session, files.model, [vectors.Embedded(job.pk, job.text_hash, v[None, :]) for job, v, _ in found]
                )
    return done


def main() -> None:
    """The worker's command line; prints one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--of", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    sys.stdout.write(json.dumps({"taken": take_over(options.of, options.home)}) + "\n")


if __name__ == "__main__":
    main()
