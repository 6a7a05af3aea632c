"""The SQLAlchemy engine over a library file.  Imported only by those who write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from tracker.store.connect import connect
from tracker.store.reader import storable


def make_engine(path: Path) -> Engine:
    """An engine whose transactions say how they begin: readers DEFERRED, writers IMMEDIATE.

    The execution option ``tracker_write`` makes a writer; its value is the
    ``synchronous`` level of the commit.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: connect(path),
        json_serializer=dump_json,
        pool_size=8,
        max_overflow=24,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        level = connection.get_execution_options().get("tracker_write")
        if level is None:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def dump_json(value: Any) -> str:
    """JSON as the columns hold it: letters as they are, no spaces."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
