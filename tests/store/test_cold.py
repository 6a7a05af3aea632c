"""What a cold search may import, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.store.conftest import Library, add_paper

ROOT = Path(__file__).resolve().parents[2]

_SEARCH = """
import sys
from tracker.store import assemble, changes, filters, fulltext, hits, listing, papers
from tracker.store.database import Database
with Database.open(sys.argv[1]) as database, database.reader() as reader:
    (pk, score), = fulltext.search(reader, fulltext.quote("study"), (2, 1), 5, filters.where(filters.Years(2020)))
    print(hits.cards(reader, [pk])[pk].id, listing.count(reader), changes.latest(reader, changes.TEXTS))
    print(assemble.paper_records(reader, [pk])[0].title)
print(sorted({"sqlalchemy", "sqlmodel", "alembic", "pydantic", "numpy", "filelock"} & sys.modules.keys()))
"""


def test_a_search_by_words_needs_only_sqlite(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    done = subprocess.run(
        [sys.executable, "-c", _SEARCH, library.url], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["arxiv:2401.00001 1 1", "On the Matter of 2401.00001", "[]"]
