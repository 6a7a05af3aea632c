"""The tables, as SQLModel classes: the schema that the migrations build.

Moments are aware datetimes here and UTC without offset in the database
(SQLite keeps no zones).  JSON columns hold lists of plain values only.
Papers, mentions, pairs and merges never get a number that was used before,
so a number that somebody wrote down, or an index kept beside the database,
cannot come to mean something else.
What a person wrote lives in tables of its own (``reading``, ``tag``,
``note``, ``verdict``) that no fetch ever writes to.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from tracker.store.times import to_utc

_NEVER_REUSED = {"sqlite_autoincrement": True}


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else to_utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


def _paper(primary_key: bool = False, nullable: bool = False, index: bool = True) -> Any:
    return Column(
        Integer,
        ForeignKey("paper.pk", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=nullable,
        index=index and not primary_key,
    )


def _json() -> Any:
    return Column(JSON, nullable=False)


class SourceRow(SQLModel, table=True):
    """A place that names papers, and the state of its fetches.

    A removed one stays, with ``removed_at``, since its mentions stay.
    """

    __tablename__: ClassVar[str] = "source"
    slug: str = Field(primary_key=True)
    kind: str
    title: str
    url: str
    description: str = Field(default="", sa_column=Column(Text, nullable=False))
    enabled: bool = True
    interval_hours: float = 24.0
    options: dict[str, str] = Field(default_factory=dict, sa_column=_json())
    builtin: bool = False
    position: int = 0
    added_at: datetime = Field(sa_type=Moment)
    content_hash: str | None = None
    last_fetch_at: datetime | None = Field(default=None, sa_type=Moment)
    last_success_at: datetime | None = Field(default=None, sa_type=Moment)
    last_change_at: datetime | None = Field(default=None, sa_type=Moment)
    next_fetch_at: datetime | None = Field(default=None, sa_type=Moment)
    failures: int = 0
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    removed_at: datetime | None = Field(default=None, sa_type=Moment)


class PaperRow(SQLModel, table=True):
    """A paper; all but ``pk``, ``id_fixed`` and ``added_at`` is derived from mentions and metadata.

    ``news_at`` is when it last was news: added, or named by one more list.
    ``aliases`` are other names of the work ("SDXL"); former ids are in ``paper_alias``.
    """

    __tablename__: ClassVar[str] = "paper"
    __table_args__ = (
        UniqueConstraint("id", name="paper_id"),
        Index("ix_paper_added", "added_at", "id"),
        Index("ix_paper_news", "news_at", "id"),
        _NEVER_REUSED,
    )
    pk: int | None = Field(default=None, primary_key=True)
    id: str
    id_fixed: bool = False
    title: str = Field(sa_column=Column(Text, nullable=False))
    title_key: str = Field(default="", index=True)
    abstract: str | None = Field(default=None, sa_column=Column(Text))
    abstract_source: str | None = None
    authors: list[str] = Field(default_factory=list, sa_column=_json())
    published: date | None = None
    year: int | None = Field(default=None, index=True)
    venue: str | None = None
    urls: list[list[str]] = Field(default_factory=list, sa_column=_json())
    code: list[str] = Field(default_factory=list, sa_column=_json())
    results: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json())
    aliases: list[str] = Field(default_factory=list, sa_column=_json())
    provenance: dict[str, list[str]] = Field(default_factory=dict, sa_column=_json())
    added_at: datetime = Field(sa_type=Moment)
    news_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class PaperAliasRow(SQLModel, table=True):
    """Ids that a paper went by before; they resolve for ever."""

    __tablename__: ClassVar[str] = "paper_alias"
    id: str = Field(primary_key=True)
    paper_pk: int = Field(sa_column=_paper())


class IdentifierRow(SQLModel, table=True):
    """A name that belongs to exactly one paper."""

    __tablename__: ClassVar[str] = "identifier"
    scheme: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    paper_pk: int = Field(sa_column=_paper())
    source: str
    seen_at: datetime = Field(sa_type=Moment)


class MentionRow(SQLModel, table=True):
    """A paper's place on a list; marked gone, never deleted, when the list drops it."""

    __tablename__: ClassVar[str] = "mention"
    __table_args__ = (
        UniqueConstraint("source_slug", "key", name="mention_place"),
        # wide enough that filters and endorsement never read the rows themselves
        Index("ix_mention_list", "source_slug", "gone_at", "paper_pk"),
        Index("ix_mention_paper", "paper_pk", "source_slug", "gone_at", "first_seen_at"),
        _NEVER_REUSED,
    )
    pk: int | None = Field(default=None, primary_key=True)
    source_slug: str = Field(foreign_key="source.slug", ondelete="RESTRICT")
    key: str
    paper_pk: int = Field(sa_column=_paper(index=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    alias: str | None = None
    url: str | None = Field(default=None, sa_column=Column(Text))
    same_as: list[str] = Field(default_factory=list, sa_column=_json())
    links: list[list[str]] = Field(default_factory=list, sa_column=_json())
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    section: list[str] = Field(default_factory=list, sa_column=_json())
    marker: str | None = None
    authors: list[str] = Field(default_factory=list, sa_column=_json())
    year: int | None = None
    month: int | None = None
    week_start: date | None = None
    week_end: date | None = None
    rank: int | None = None
    document: str = ""
    line: int | None = None
    abstract: str | None = Field(default=None, sa_column=Column(Text))
    published: date | None = None
    code: list[str] = Field(default_factory=list, sa_column=_json())
    first_seen_at: datetime = Field(sa_type=Moment)
    last_changed_at: datetime = Field(sa_type=Moment)
    gone_at: datetime | None = Field(default=None, sa_type=Moment)


class MetadataRow(SQLModel, table=True):
    """What one service said about one paper, whole, so that any field can be resolved again."""

    __tablename__: ClassVar[str] = "metadata"
    __table_args__ = (UniqueConstraint("paper_pk", "service", "asked", name="metadata_answer"),)
    pk: int | None = Field(default=None, primary_key=True)
    paper_pk: int = Field(sa_column=_paper())
    service: str
    asked: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=_json())
    fetched_at: datetime = Field(sa_type=Moment)


class LookupRow(SQLModel, table=True):
    """How asking a service about a paper by one key ended, and when to ask again."""

    __tablename__: ClassVar[str] = "lookup"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    service: str = Field(primary_key=True)
    asked: str = Field(primary_key=True)
    state: str = Field(index=True)  # found | unknown | failed
    asked_at: datetime = Field(sa_type=Moment)
    retry_at: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 1
    detail: str | None = Field(default=None, sa_column=Column(Text))


class PaperTextRow(SQLModel, table=True):
    """The searchable text of a paper, one column a field; the full-text index follows it by triggers."""

    __tablename__: ClassVar[str] = "paper_text"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    title: str = Field(default="", sa_column=Column(Text, nullable=False))
    abstract: str = Field(default="", sa_column=Column(Text, nullable=False))
    authors: str = Field(default="", sa_column=Column(Text, nullable=False))
    listed: str = Field(default="", sa_column=Column(Text, nullable=False))
    notes: str = Field(default="", sa_column=Column(Text, nullable=False))
    text_hash: str = Field(default="", index=True)


class VectorRow(SQLModel, table=True):
    """One embedded window of a paper's text: ``dims`` little-endian float32, of length 1."""

    __tablename__: ClassVar[str] = "vector"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    model: str = Field(primary_key=True)
    window: int = Field(default=0, primary_key=True)
    text_hash: str
    dims: int
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ChangeRow(SQLModel, table=True):
    """When a paper last changed in a stream, counted per stream; written by triggers.

    The streams are ``texts`` (``paper_text``), ``vectors:MODEL`` and ``desk`` (what
    the reader decided and wrote; paper 0 stands for the library as a whole).  An index
    kept beside the database remembers the number up to which it has read, and
    asks for what came after; a paper that is gone has its row here still.
    """

    __tablename__: ClassVar[str] = "change"
    __table_args__ = (Index("ix_change_number", "stream", "number"),)
    stream: str = Field(primary_key=True)
    paper_pk: int = Field(primary_key=True)
    number: int


class ReadingRow(SQLModel, table=True):
    """What the reader decided about a paper; the last write wins field by field."""

    __tablename__: ClassVar[str] = "reading"
    __table_args__ = (
        CheckConstraint("status IN ('inbox', 'queued', 'reading', 'read', 'skipped')", name="reading_status"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="reading_rating"),
    )
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    status: str = Field(default="inbox", index=True)
    status_at: datetime | None = Field(default=None, sa_type=Moment)
    rating: int | None = None
    rating_at: datetime | None = Field(default=None, sa_type=Moment)
    priority: int = 0
    priority_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    queued_at: datetime | None = Field(default=None, sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class TagRow(SQLModel, table=True):
    """A word that the reader tied to a paper."""

    __tablename__: ClassVar[str] = "tag"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    name: str = Field(primary_key=True, index=True)
    added_at: datetime = Field(sa_type=Moment)


class NoteRow(SQLModel, table=True):
    """A note in Markdown; ``id`` stays the same through export and import."""

    __tablename__: ClassVar[str] = "note"
    id: str = Field(primary_key=True)
    paper_pk: int = Field(sa_column=_paper())
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class DuplicateRow(SQLModel, table=True):
    """Two papers that may be one.  ``first_pk < second_pk``; a person's verdict is final."""

    __tablename__: ClassVar[str] = "duplicate"
    __table_args__ = (
        UniqueConstraint("first_pk", "second_pk", name="duplicate_pair"),
        CheckConstraint("first_pk < second_pk", name="duplicate_order"),
        _NEVER_REUSED,
    )
    pk: int | None = Field(default=None, primary_key=True)
    first_pk: int = Field(sa_column=_paper())
    second_pk: int = Field(sa_column=_paper())
    verdict: str = Field(default="unsure", index=True)  # unsure | different
    score: float = 0.0
    evidence: list[str] = Field(default_factory=list, sa_column=_json())
    decided_by: str = "tracker"  # tracker | person
    found_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


class MergeRow(SQLModel, table=True):
    """A merge and all that is needed to undo it; ``undone_at`` when it was split again."""

    __tablename__: ClassVar[str] = "merge"
    __table_args__ = (_NEVER_REUSED,)
    pk: int | None = Field(default=None, primary_key=True)
    winner_pk: int = Field(sa_column=_paper())
    loser_pk: int
    loser_id: str = Field(index=True)
    reason: str
    decided_by: str = "tracker"
    merged_at: datetime = Field(sa_type=Moment)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)
    snapshot: dict[str, Any] = Field(default_factory=dict, sa_column=_json())


class ApartRow(SQLModel, table=True):
    """A decision that two names are not one paper, kept by name so that it outlives merges and re-fetches."""

    __tablename__: ClassVar[str] = "apart"
    first: str = Field(primary_key=True)
    second: str = Field(primary_key=True)
    decided_at: datetime = Field(sa_type=Moment)


class ConceptLinkRow(SQLModel, table=True):
    """A paper's tie to a concept, by the linker; a person's word is in ``verdict``."""

    __tablename__: ClassVar[str] = "concept_link"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    slug: str = Field(primary_key=True, index=True)
    score: float
    evidence: str = Field(default="", sa_column=Column(Text, nullable=False))
    linked_at: datetime = Field(sa_type=Moment)


class ConceptVerdictRow(SQLModel, table=True):
    """A person's yes or no to a tie between a paper and a concept."""

    __tablename__: ClassVar[str] = "concept_verdict"
    paper_pk: int = Field(sa_column=_paper(primary_key=True))
    slug: str = Field(primary_key=True)
    accepted: bool
    decided_at: datetime = Field(sa_type=Moment)


class SavedSearchRow(SQLModel, table=True):
    """A query that the reader wants to look at again; ``seen_papers`` are the hits that were shown, by number."""

    __tablename__: ClassVar[str] = "saved_search"
    name: str = Field(primary_key=True)
    query: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    seen_papers: list[int] = Field(default_factory=list, sa_column=_json())


class SettingRow(SQLModel, table=True):
    """Small values that belong to the library: the last visit, the model in use."""

    __tablename__: ClassVar[str] = "setting"
    name: str = Field(primary_key=True)
    value: str = Field(sa_column=Column(Text, nullable=False))
