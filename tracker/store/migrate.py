"""Bringing a library file to the schema of this version, in one transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import NullPool

from tracker.errors import SchemaTooNew, StoreCorrupt, StoreError
from tracker.store import schema
from tracker.store.backup import copy_database
from tracker.store.connect import revision_of
from tracker.store.engine import dump_json
from tracker.store.faults import guard_orm

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(path: Path) -> None:
    """Create or migrate the library in ``path``.

    A library that exists is first copied to ``tracker-before-REVISION.sqlite3``
    beside it.  Everything happens under the write lock, so that two processes
    that start at once do it once, and the death of one leaves the old schema.

    Raises:
        SchemaTooNew: another process brought it to a later schema meanwhile.
        StoreError: the folder cannot be made, or whatever the database says.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made: {error}", cure="choose another TRACKER_HOME") from error
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, json_serializer=dump_json)
    event.listen(engine, "connect", _prepare)
    with guard_orm(path), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        revision = revision_of(path)  # again, now that nobody else can change it
        if revision is not None and revision not in schema.REVISIONS:
            raise SchemaTooNew(f"{path} has schema {revision}", cure="install the latest paper-tracker")
        if revision != schema.HEAD:
            if revision is not None:
                copy_database(path, _free_name(path, revision))
            _run(connection, path)
        connection.commit()
    engine.dispose()


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, found through the package and not through a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "tracker.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Page size and log before there is a table; foreign keys off, since a rebuilt table would empty its children."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(schema.BUSY_SECONDS * 1000)}")
    connection.execute(f"PRAGMA page_size={schema.PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=OFF")


def _run(connection: Connection, path: Path) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), schema.HEAD)
    connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
    there = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    if lost := set(schema.TRIGGERS) - there:
        # Rebuilding a table, as Alembic's batch mode does, drops its triggers without a word.
        raise StoreError(f"the migration lost the triggers {', '.join(sorted(lost))}; nothing was changed")
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise StoreCorrupt(
            f"{path}: {len(broken)} rows point at nothing, first in table {broken[0][0]}; nothing was changed",
            cure="run: tracker check",
        )


def _free_name(path: Path, revision: str) -> Path:
    """``tracker-before-0002.sqlite3``, numbered where that is taken: no earlier copy is ever lost."""
    following = schema.REVISIONS[schema.REVISIONS.index(revision) + 1]
    stem = f"{path.stem}-before-{following}"
    names = [stem, *(f"{stem}-{n}" for n in range(2, 1000))]
    return next(c for name in names if not (c := path.with_name(f"{name}{path.suffix}")).exists())
