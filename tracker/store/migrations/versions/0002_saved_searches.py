"""Saved searches, and the counting of what the reader does, so that other windows learn of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COUNT = """
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', {paper}, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
"""


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("seen_papers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    for table in ("note", "reading", "tag"):
        _trigger(f"{table}_inserted", f"INSERT ON {table}", _COUNT.format(paper="new.paper_pk"))
        _trigger(f"{table}_deleted", f"DELETE ON {table}", _COUNT.format(paper="old.paper_pk"))
        _trigger(f"{table}_updated", f"UPDATE ON {table}", _COUNT.format(paper="new.paper_pk"))
    # The moment up to which everything counts as seen belongs to no paper.
    condition = "WHEN new.name = 'seen_until'"
    _trigger("seen_until_inserted", f"INSERT ON setting {condition}", _COUNT.format(paper="0"))
    _trigger("seen_until_updated", f"UPDATE ON setting {condition}", _COUNT.format(paper="0"))
    _trigger("seen_until_deleted", "DELETE ON setting WHEN old.name = 'seen_until'", _COUNT.format(paper="0"))


def _trigger(name: str, event: str, body: str) -> None:
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} BEGIN {body} END")
