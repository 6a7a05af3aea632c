"""Answers with an ETag, 304 where the client has them already, and links from page to page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

JSON = "application/json"


def answer(
    request: Request, value: BaseModel | bytes, *, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """A 200 with this content, or a 304 when ``If-None-Match`` names it.

    The tag is a hash of the bytes: it needs no bookkeeping, and it changes exactly when they do.
    """
    body = value if isinstance(value, bytes) else value.model_dump_json().encode()
    tag = etag(hashlib.sha256(body).hexdigest())
    told = {"ETag": tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=told)
    return Response(body, 200, told, media_type)


def etag(digest: str) -> str:
    """A strong tag from a hash."""
    return f'"{digest[:32]}"'


def matches(asked: str, tag: str) -> bool:
    """Whether a header ``If-None-Match`` names the tag; weak ones compare alike (RFC 9110, 13.1.2)."""
    tags = [part.strip().removeprefix("W/") for part in asked.split(",")]
    return tag in tags or "*" in tags


def page_links(request: Request, *, limit: int, offset: int, total: int) -> dict[str, str]:
    """The header ``Link`` (RFC 8288) with first, previous, next and last page, relative to this address."""
    pages = _before(limit, offset)
    pages["last"] = (max(total, 1) - 1) // limit * limit
    pages["next"] = offset + limit if offset + limit < total else None
    return {**_links(request, limit, pages), "X-Total-Count": str(total)}


def open_links(request: Request, *, limit: int, offset: int, found: int, farthest: int) -> dict[str, str]:
    """As :func:`page_links`, where nobody counts the whole: a full page means that there may be more.

    Args:
        request: which page was asked for.
        limit: of the page.
        offset: of the page.
        found: how many are on it; fewer than ``limit`` tell where the end is, and so the total.
        farthest: the last offset that may be asked for.
    """
    pages = _before(limit, offset)
    pages["next"] = offset + limit if found >= limit and offset + limit <= farthest else None
    known = found < limit and (found > 0 or offset == 0)
    return {**_links(request, limit, pages), **({"X-Total-Count": str(offset + found)} if known else {})}


def _before(limit: int, offset: int) -> dict[str, int | None]:
    return {"first": 0, "prev": max(offset - limit, 0) if offset else None}


def _links(request: Request, limit: int, pages: Mapping[str, int | None]) -> dict[str, str]:
    kept = [(name, text) for name, text in request.query_params.multi_items() if name not in ("limit", "offset")]
    links = [
        f'<{request.url.path}?{urlencode([*kept, ("limit", limit), ("offset", start)])}>; rel="{rel}"'
        for rel, start in pages.items()
        if start is not None
    ]
    return {"Link": ", ".join(links)}
