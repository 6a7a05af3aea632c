"""A library of every schema that was ever released opens today with everything that was in it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import dump
from tests.store.releases.writing import FOLDER, MODEL, built
from tracker.errors import StoreError
from tracker.service import Tracker
from tracker.settings import Settings, load_settings
from tracker.store import migrate, schema, vectors
from tracker.store.database import Database

RELEASES = sorted(FOLDER.glob("*.sql"))
OLD = [file for file in RELEASES if file.stem != schema.HEAD]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "library", {"TRACKER_OFFLINE": "1", "TRACKER_EMBEDDING_MODEL": "/nowhere"})


@pytest.fixture
def path(settings: Settings) -> Path:
    return settings.home / "tracker.sqlite3"


def columns(path: Path) -> dict[str, list[str]]:
    with sqlite3.connect(path) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}
    connection.close()
    return found


def rows(path: Path, table: str, of: list[str]) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(f"SELECT {', '.join(of)} FROM {table}").fetchall()  # noqa: S608 - our own names
    connection.close()
    return sorted(found, key=repr)


def test_there_is_a_library_of_every_revision() -> None:
    assert tuple(file.stem for file in RELEASES) == schema.REVISIONS, "python -m tests.store.releases.writing"


def test_the_library_of_the_latest_revision_is_what_this_code_builds(tmp_path: Path) -> None:
    def objects(path: Path) -> set[str]:
        with sqlite3.connect(path) as connection:
            found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        connection.close()
        return {" ".join(row[0].split()) for row in found}

    fresh = tmp_path / "fresh.sqlite3"
    Database.open(f"sqlite:///{fresh}").close()
    kept = built(FOLDER / f"{schema.HEAD}.sql", tmp_path / "kept.sqlite3")
    assert objects(kept) == objects(fresh), "python -m tests.store.releases.writing"


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_every_row_of_every_table_is_kept(release: Path, settings: Settings, path: Path) -> None:
    built(release, path)
    before, old = dump(path), columns(path)
    Database.open(settings.database_url).close()
    assert dump(path)["alembic_version"] == [(schema.HEAD,)]
    for table in before.keys() - {"alembic_version"}:
        assert rows(path, table, old[table]) == before[table], table


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_the_tracker_finds_and_does_all_it_can(release: Path, settings: Settings, path: Path) -> None:
    built(release, path)
    with Tracker.open(settings=settings) as library:
        paper = library.paper("2401.00001")
        assert (paper.status, paper.rating, paper.priority, paper.tags) == ("reading", 4, 2, ("heads", "to try"))
        assert [note.body for note in paper.notes] == ["Über Aufmerksamkeit: *the moon*, 'quoted'; --"]
        assert [(link.slug, link.score) for link in paper.concepts] == [("attention", 0.7)]
        assert library.paper("2401.00004").id == "arxiv:2401.00003", "a merge"
        assert len(library.duplicates()) == 1
        assert library.search("matter 2401.00002", mode="words").hits[0].id == "arxiv:2401.00002"
        assert [f.message for f in library.check() if f.area in ("database", "fulltext") and not f.ok] == []
        assert library.split("2401.00003")
        assert library.paper("2401.00004").notes[0].body == "on what was merged"
    with Database.open(settings.database_url) as database, database.reader() as reader:
        assert vectors.models(reader) == {MODEL: 2}


@pytest.mark.parametrize("release", OLD, ids=lambda file: file.stem)
def test_the_copy_taken_before_is_the_old_library_and_can_be_restored(
    release: Path, settings: Settings, path: Path
) -> None:
    built(release, path)
    before = dump(path)
    with Tracker.open(settings=settings) as library:
        library.note("2401.00002", "written after the upgrade")
    (copy,) = path.parent.glob("tracker-before-*.sqlite3")
    assert dump(copy) == before
    backup = path.parent.parent / "taken-away.sqlite3"
    shutil.move(copy, backup)
    Tracker.restore(backup, settings.home)
    assert dump(path) == before
    with Tracker.open(settings=settings) as library:
        assert library.paper("2401.00001").rating == 4
        assert library.paper("2401.00002").notes == ()
    assert len(list(path.parent.glob("tracker-replaced-*.sqlite3"))) == 1


@pytest.mark.parametrize("release", OLD, ids=lambda file: file.stem)
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_migration_that_fails_leaves_the_old_library(
    release: Path, settings: Settings, path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(release, path)
    before, usual = dump(path), migrate._run

    def broken(connection: Any, place: Path) -> None:
        if point == "after":
            usual(connection, place)
        else:
            connection.exec_driver_sql("DROP TABLE note")
        connection.exec_driver_sql("SELECT nonsense")

    monkeypatch.setattr(migrate, "_run", broken)
    with pytest.raises(StoreError, match="nonsense"):
        Tracker.open(settings=settings)
    assert dump(path) == before
    monkeypatch.setattr(migrate, "_run", usual)
    with Tracker.open(settings=settings) as library:
        assert library.paper("2401.00001").rating == 4


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_the_text_holds_no_more_than_it_needs(release: Path) -> None:
    text = release.read_text(encoding="utf-8")
    assert len(text) < 60_000
    assert not re.search(r"/(home|tmp|root)/", text)
