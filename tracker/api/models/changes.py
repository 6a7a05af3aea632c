"""What is sent in."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from tracker.api.models.base import SAYS, WHOLE, Model, Status

Word = Annotated[str, Field(min_length=1, max_length=100, pattern=SAYS)]
Slug = Annotated[str, Field(min_length=1, max_length=200)]


class ReadingChange(Model):
    """What to set; a field that is left out stays.  A rating of 0 takes the rating away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "read", "rating": 4}]})

    status: Status | None = None
    rating: Annotated[int, Field(ge=0, le=5, strict=True), WHOLE] | None = None
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True), WHOLE] | None = None


class TagChange(Model):
    """Words to tie to a paper, and to untie."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"add": ["transformers"]}]})

    add: Annotated[list[Word], Field(default_factory=list, max_length=100)]
    remove: Annotated[list[Word], Field(default_factory=list, max_length=100)]


class NoteText(Model):
    """The text of a note, in Markdown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"body": "Section 3.2 is the core."}]})

    body: Annotated[str, Field(min_length=1, max_length=100_000, pattern=SAYS)]


class UpdateWish(Model):
    """Which sources to ask now; none means all that are due."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"sources": ["arxiv"]}]})

    sources: Annotated[list[Slug], Field(default_factory=list, max_length=100)]


class Accepted(Model):
    """It will be done; watch ``/api/runs``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"accepted": True}]})

    accepted: bool = True


class SearchText(Model):
    """The query of a search to keep."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"query": "rotary position"}]})

    query: Annotated[str, Field(min_length=1, max_length=1000, pattern=SAYS)]
