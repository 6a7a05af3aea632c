"""Run by Alembic, always on the connection that :mod:`tracker.store.migrate` opened."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlmodel import SQLModel

from tracker.store import tables as _tables  # noqa: F401  # fills SQLModel.metadata
from tracker.store.schema import UNMAPPED_PREFIXES


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Leave the full-text index and its shadow tables out of comparisons."""
    return not (type_ == "table" and name is not None and name.startswith(UNMAPPED_PREFIXES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_name=include_name,
    render_as_batch=True,
)
context.run_migrations()
