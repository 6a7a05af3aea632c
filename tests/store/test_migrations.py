"""The migrations build what the models say, and lose nothing on the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from tests.store.conftest import Library, add_paper, dump
from tracker.errors import StoreError
from tracker.store import migrate, schema, tables
from tracker.store.database import Database


def test_the_constants_know_every_revision() -> None:
    script = ScriptDirectory.from_config(migrate.alembic_config())
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == schema.REVISIONS
    assert script.get_current_head() == schema.HEAD


def test_models_and_migrations_build_the_same(library: Library) -> None:
    assert tables.PaperRow.metadata is SQLModel.metadata
    engine = create_engine(f"sqlite:///{library.path}")
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _: not (kind == "table" and name.startswith(schema.UNMAPPED_PREFIXES)),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_checks_and_numbering_are_the_same_too(library: Library) -> None:
    """What Alembic does not compare: CHECK constraints, AUTOINCREMENT, ON DELETE."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        SQLModel.metadata.create_all(connection)
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        modelled = {row[0]: row[1] for row in rows}
    with library.database.reader() as reader:
        migrated = dict(reader.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    for name in modelled.keys() - {"sqlite_sequence"}:
        for words in ("AUTOINCREMENT", "CHECK", "CASCADE", "RESTRICT"):
            assert migrated[name].count(words) == modelled[name].count(words), (name, words)


def test_the_triggers_are_there_after_all_migrations(library: Library) -> None:
    with library.database.reader() as reader:
        found = {row[0] for row in reader.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert found == set(schema.TRIGGERS)


_HEAD = schema.HEAD
_NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("tag") as batch:
        batch.add_column(sa.Column("colour", sa.String()))
    {more}
"""


@pytest.fixture
def next_revision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A second revision, as a later version would bring it; returns its file."""
    folder = tmp_path / "later"
    folder.mkdir()
    file = folder / "next_colour.py"
    file.write_text(_NEXT.format(head=_HEAD, more=""))
    usual = migrate.alembic_config

    def config(connection: object = None) -> object:
        found = usual(connection)  # type: ignore[arg-type]
        versions = Path(migrate.__file__).parent / "migrations" / "versions"
        found.set_main_option("version_locations", f"{versions}:{folder}")
        return found

    monkeypatch.setattr(migrate, "alembic_config", config)
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(schema, "HEAD", "next")
    return file


def test_an_older_library_is_copied_before_it_is_migrated(library: Library, next_revision: Path) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    library.database.close()
    before = dump(library.path)
    with pytest.raises(StoreError, match="older schema"):
        Database.open(library.url, migrate=False)
    Database.open(library.url).close()
    assert dump(library.path) == {**before, "alembic_version": [("next",)]}
    copies = list(library.path.parent.glob("tracker-before-*"))
    assert [copy.name for copy in copies] == ["tracker-before-next.sqlite3"]
    assert dump(copies[0]) == before
    with sqlite3.connect(library.path) as connection:
        assert "colour" in [row[1] for row in connection.execute("PRAGMA table_info(tag)")]
    connection.close()
    Database.open(library.url).close()
    assert len(list(library.path.parent.glob("tracker-before-*"))) == 1


def test_a_migration_that_fails_changes_nothing(library: Library, next_revision: Path) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    library.database.close()
    before = dump(library.path)
    next_revision.write_text(
        _NEXT.format(head=_HEAD, more='op.execute("DELETE FROM paper"); op.execute("SELECT nonsense")')
    )
    with pytest.raises(StoreError, match="nonsense"):
        Database.open(library.url)
    assert dump(library.path) == before
    next_revision.write_text(_NEXT.format(head=_HEAD, more='op.execute("DELETE FROM source")'))
    with pytest.raises(StoreError, match="point at nothing"):
        Database.open(library.url)
    assert dump(library.path) == before


def test_a_migration_that_loses_triggers_is_refused(library: Library, next_revision: Path) -> None:
    library.database.close()
    next_revision.write_text(
        _NEXT.format(head=_HEAD, more='with op.batch_alter_table("paper_text", recreate="always"): pass')
    )
    with pytest.raises(StoreError, match="lost the triggers paper_text_deleted"):
        Database.open(library.url)
    assert dump(library.path)["alembic_version"] == [(_HEAD,)]
