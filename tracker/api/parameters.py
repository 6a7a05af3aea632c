"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from tracker.api.models import SAYS

#: Up to here an offset means something, and no database chokes on it.
FARTHEST = 1_000_000

Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=FARTHEST, description="Pass over so many first ones.")]
Filters = Annotated[
    str,
    Query(
        max_length=1000,
        description='Words, "phrases", -not, and filters such as year:2020.. status:queued list:SLUG.',
        openapi_examples={"recent": {"value": "year:2024.. has:code"}, "all": {"value": ""}},
    ),
]
PaperId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=500,
        pattern=SAYS,
        description="An id, a former id, or any identifier: an arXiv id, a DOI, an address.",
        openapi_examples={"arXiv": {"value": "arxiv:1706.03762"}},
    ),
]
