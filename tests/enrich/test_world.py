"""Real titles and abstracts, through the real client, from the stand-in for the web."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.enrich.library import Library
from tracker.enrich.services import services
from tracker.enrich.subject import Subject
from tracker.http import Client
from tracker.records import Identifier
from tracker.settings import Settings

pytestmark = pytest.mark.shared


@contextmanager
def world(shared: Path, *options: str) -> Iterator[str]:
    command = [sys.executable, str(shared / "world" / "serve.py"), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def rows(shared: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(shared / "world" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def title_rows(shared: Path) -> list[dict[str, Any]]:
    """Papers without an identifier whose titles are long enough to be looked up without knowing an author."""
    return [row for row in rows(shared, "titles") if len(row["title"].split()) >= 3]


@pytest.fixture(scope="module")
def subjects(shared: Path) -> list[Subject]:
    """Papers on arXiv that the world knows, some that it does not, and papers known by title and year only."""
    found = [
        Subject(pk=n, title=row["title"], identifiers=(Identifier("arxiv", row["arxiv"]),))
        for n, row in enumerate(rows(shared, "abstracts")[::40], 1)
    ]
    for row in title_rows(shared):
        found.append(Subject(pk=len(found) + 1, title=row["title"], year=int(row["venue"][-4:])))
    for number in range(20):
        named = (Identifier("arxiv", f"2605.{number:05d}"),)
        found.append(Subject(pk=len(found) + 1, title=f"Nobody wrote this, number {number}", identifiers=named))
    return found


def enriched(subjects: list[Subject], tmp_path: Path, *mirrors: str) -> Library:
    """One run at each mirror."""
    library: Library | None = None
    for mirror in mirrors:
        settings = Settings(home=tmp_path, database_url="", mirror=mirror, request_interval=0.0)
        library = library or Library(subjects, services(settings))
        with Client(settings) as client:
            library.enrich(client, window=10)
    assert library
    return library


def test_what_the_world_knows_is_found(shared: Path, subjects: list[Subject], tmp_path: Path) -> None:
    with world(shared) as mirror:
        library = enriched(subjects, tmp_path, mirror)
        settings = Settings(home=tmp_path, database_url="", mirror=mirror, request_interval=0.0)
        with Client(settings) as client:
            assert library.enrich(client, window=10) == 0
            assert client.stats.requests == 0
    known = len(subjects) - 20
    assert sum(library.subject(subject.pk).has_abstract for subject in subjects) == known
    states = Counter((row.service, row.state) for row in library.lookups.values())
    assert states["arxiv", "unknown"] == 20
    assert states["openalex-title", "found"] == len(title_rows(shared))
    titles = {row["arxiv"]: row["title"] for row in rows(shared, "abstracts")}
    for metadata in library.metadata.values():
        assert "Author Unknown" not in metadata.authors
        if metadata.service == "arxiv":
            assert metadata.title == " ".join(titles[metadata.asked.removeprefix("arxiv:")].split())


def test_faults_then_calm_reach_the_same(shared: Path, subjects: list[Subject], tmp_path: Path) -> None:
    few = subjects[::3]
    faults = "500:*:0.3,cut:*:0.2,garbage:*:0.2"
    with world(shared) as calm, world(shared, "--faults", faults, "--seed", "3") as stormy:
        disturbed = enriched(few, tmp_path / "a", stormy, calm)
        assert disturbed.exact() == enriched(few, tmp_path / "b", calm).exact()


def test_real_answers_of_arxiv_are_read(shared: Path) -> None:
    from tests.enrich.wires import answer, ask
    from tracker.enrich.arxiv import Arxiv

    def body(name: str) -> bytes:
        captured = json.loads((shared / "world" / "captures" / name).read_text(encoding="utf-8"))
        return str(captured["body"]).encode("latin-1")

    two = Arxiv().parse(
        answer(body("two_ids_one_known.json")), [ask("arxiv:0808.05394", 1), ask("arxiv:1707.08567", 2)]
    )
    assert two[1] is None
    assert two[2]
    assert two[2].authors[-2] == "Dirk Wübben"
    old = Arxiv().parse(answer(body("old_style_id.json")), [ask("arxiv:astro-ph/0601001")])[1]
    assert old
    assert (old.venue, len(old.authors)) == ("ActaAstron.56:1-50,2006", 4)
    assert Arxiv().parse(answer(body("unknown_id_empty.json")), [ask("arxiv:0000.0000")]) == {1: None}
    assert Arxiv().blamed(body("malformed_id_400.json").decode(), [ask("arxiv:abc"), ask("arxiv:abd", 2)]) == {1}
