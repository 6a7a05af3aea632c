"""Everything: the tables, the full-text index with its triggers, the counting of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# External content: the index holds no copy of the text; the triggers keep it in step.
_FULLTEXT = """
    CREATE VIRTUAL TABLE paper_fts USING fts5(
        title, abstract, authors, listed, notes,
        content='paper_text', content_rowid='paper_pk',
        tokenize='porter unicode61 remove_diacritics 2'
    )
"""
_FORGET = """
    INSERT INTO paper_fts (paper_fts, rowid, title, abstract, authors, listed, notes)
    VALUES ('delete', old.paper_pk, old.title, old.abstract, old.authors, old.listed, old.notes);
"""
_LEARN = """
    INSERT INTO paper_fts (rowid, title, abstract, authors, listed, notes)
    VALUES (new.paper_pk, new.title, new.abstract, new.authors, new.listed, new.notes);
"""

# Texts and vectors change in many ways (an update, a merge, a paper deleted, a repair): the triggers note them all.
_COUNT = """
    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        {stream}, {row}.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = {stream})
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
"""


def upgrade() -> None:
    _tables()
    op.execute(_FULLTEXT)
    texts = "'texts'"
    texts_of_old, texts_of_new = _COUNT.format(stream=texts, row="old"), _COUNT.format(stream=texts, row="new")
    columns = "paper_pk, title, abstract, authors, listed, notes"
    _trigger("paper_text_inserted", "INSERT ON paper_text", _LEARN + texts_of_new)
    _trigger("paper_text_deleted", "DELETE ON paper_text", _FORGET + texts_of_old)
    _trigger("paper_text_updated", f"UPDATE OF {columns} ON paper_text", _FORGET + _LEARN + texts_of_old + texts_of_new)
    vectors_of_old = _COUNT.format(stream="'vectors:' || old.model", row="old")
    vectors_of_new = _COUNT.format(stream="'vectors:' || new.model", row="new")
    _trigger("vector_inserted", "INSERT ON vector", vectors_of_new)
    _trigger("vector_deleted", "DELETE ON vector", vectors_of_old)
    _trigger("vector_updated", "UPDATE ON vector", vectors_of_old + vectors_of_new)


def _trigger(name: str, event: str, body: str) -> None:
    # The driver gets it as it is: SQLAlchemy's text() would take "vectors:" for a parameter.
    op.get_bind().exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} BEGIN {body} END")


def _tables() -> None:
    op.create_table(
        "apart",
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_table(
        "change",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "paper_pk"),
    )
    op.create_index("ix_change_number", "change", ["stream", "number"], unique=False)
    op.create_table(
        "paper",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("id_fixed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("abstract_source", sa.String(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("venue", sa.String(), nullable=True),
        sa.Column("urls", sa.JSON(), nullable=False),
        sa.Column("code", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("news_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("id", name="paper_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_paper_added", "paper", ["added_at", "id"], unique=False)
    op.create_index("ix_paper_news", "paper", ["news_at", "id"], unique=False)
    op.create_index("ix_paper_title_key", "paper", ["title_key"], unique=False)
    op.create_index("ix_paper_year", "paper", ["year"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "source",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("interval_hours", sa.Float(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("last_fetch_at", sa.DateTime(), nullable=True),
        sa.Column("last_success_at", sa.DateTime(), nullable=True),
        sa.Column("last_change_at", sa.DateTime(), nullable=True),
        sa.Column("next_fetch_at", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "concept_link",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk", "slug"),
    )
    op.create_index("ix_concept_link_slug", "concept_link", ["slug"], unique=False)
    op.create_table(
        "concept_verdict",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk", "slug"),
    )
    op.create_table(
        "duplicate",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("first_pk", sa.Integer(), nullable=False),
        sa.Column("second_pk", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("first_pk < second_pk", name="duplicate_order"),
        sa.ForeignKeyConstraint(["first_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("first_pk", "second_pk", name="duplicate_pair"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duplicate_first_pk", "duplicate", ["first_pk"], unique=False)
    op.create_index("ix_duplicate_second_pk", "duplicate", ["second_pk"], unique=False)
    op.create_index("ix_duplicate_verdict", "duplicate", ["verdict"], unique=False)
    op.create_table(
        "identifier",
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scheme", "value"),
    )
    op.create_index("ix_identifier_paper_pk", "identifier", ["paper_pk"], unique=False)
    op.create_table(
        "lookup",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk", "service", "asked"),
    )
    op.create_index("ix_lookup_state", "lookup", ["state"], unique=False)
    op.create_table(
        "mention",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("alias", sa.String(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("same_as", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("section", sa.JSON(), nullable=False),
        sa.Column("marker", sa.String(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("week_start", sa.Date(), nullable=True),
        sa.Column("week_end", sa.Date(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("code", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("last_changed_at", sa.DateTime(), nullable=False),
        sa.Column("gone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("source_slug", "key", name="mention_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mention_list", "mention", ["source_slug", "gone_at", "paper_pk"], unique=False)
    op.create_index(
        "ix_mention_paper", "mention", ["paper_pk", "source_slug", "gone_at", "first_seen_at"], unique=False
    )
    op.create_table(
        "merge",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("winner_pk", sa.Integer(), nullable=False),
        sa.Column("loser_pk", sa.Integer(), nullable=False),
        sa.Column("loser_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["winner_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merge_loser_id", "merge", ["loser_id"], unique=False)
    op.create_index("ix_merge_winner_pk", "merge", ["winner_pk"], unique=False)
    op.create_table(
        "metadata",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("paper_pk", "service", "asked", name="metadata_answer"),
    )
    op.create_index("ix_metadata_paper_pk", "metadata", ["paper_pk"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_note_paper_pk", "note", ["paper_pk"], unique=False)
    op.create_table(
        "paper_alias",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_paper_alias_paper_pk", "paper_alias", ["paper_pk"], unique=False)
    op.create_table(
        "paper_text",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk"),
    )
    op.create_index("ix_paper_text_text_hash", "paper_text", ["text_hash"], unique=False)
    op.create_table(
        "reading",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", sa.DateTime(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_at", sa.DateTime(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("priority_at", sa.DateTime(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("queued_at", sa.DateTime(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("status IN ('inbox', 'queued', 'reading', 'read', 'skipped')", name="reading_status"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="reading_rating"),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk"),
    )
    op.create_index("ix_reading_status", "reading", ["status"], unique=False)
    op.create_table(
        "tag",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk", "name"),
    )
    op.create_index("ix_tag_name", "tag", ["name"], unique=False)
    op.create_table(
        "vector",
        sa.Column("paper_pk", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("dims", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["paper_pk"], ["paper.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_pk", "model", "window"),
    )
