"""Feeds: what came into the library, what is queued, and any search that a person wants to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from tracker.api.answers import answer
from tracker.api.feeds import ATOM, EPOCH, JSON_FEED, Feed, atom, json_feed
from tracker.api.parameters import Filters, Limit
from tracker.api.problems import NotFound
from tracker.records import Paper
from tracker.service import Tracker

Kind = Annotated[Literal["atom", "json"], Path(description="Atom, or JSON Feed 1.1.")]
_CONTENT: dict[int | str, dict[str, Any]] = {200: {"description": "The feed.", "content": {ATOM: {}, JSON_FEED: {}}}}


def router(library: Tracker) -> APIRouter:
    """The routes, over this library."""
    routes = APIRouter(tags=["feeds"], default_response_class=Response, responses=_CONTENT)

    def told(
        request: Request, kind: str, title: str, papers: Sequence[Paper], moments: Mapping[str, datetime] | None = None
    ) -> Response:
        feed = Feed(
            title=title,
            url=str(request.url),
            home=str(request.base_url),
            papers=papers,
            former=library.former_ids(papers),
            moments=moments or {},
        )
        if kind == "atom":
            return answer(request, atom(feed), media_type=ATOM)
        return answer(request, json_feed(feed), media_type=JSON_FEED)

    @routes.get("/feeds/new.{kind}")
    def new(request: Request, kind: Kind, limit: Limit = 50) -> Response:
        """What came into the library last; a paper is there once, whatever lists name it later."""
        return told(request, kind, "New papers", library.papers(sort="added", limit=limit))

    @routes.get("/feeds/queue.{kind}")
    def queue(request: Request, kind: Kind, limit: Limit = 50) -> Response:
        """The reading queue, in its order; each paper is dated by when it was queued."""
        papers = library.queue(limit)
        return told(request, kind, "Reading queue", papers, library.queued_at(papers))

    @routes.get("/feeds/search.{kind}")
    def search(
        request: Request,
        kind: Kind,
        q: Annotated[Filters, Query(min_length=1)],
        limit: Limit = 50,
    ) -> Response:
        """Papers that a query admits, last come first."""
        return told(request, kind, f"Papers: {q}", library.papers(q, sort="added", limit=limit))

    @routes.get("/feeds/saved.{kind}")
    def saved(
        request: Request,
        kind: Kind,
        name: Annotated[str, Query(min_length=1, max_length=100, description="Of a search that is kept.")],
        limit: Limit = 50,
    ) -> Response:
        """The best hits of a search that is kept, last come first."""
        found = next((search for search in library.saved_searches(news=False) if search.name == name), None)
        if found is None:
            raise NotFound(f"no search is kept under the name {name!r}", cure="see /api/searches")
        hits = [library.paper(hit.id) for hit in library.search(found.query, limit).hits]
        hits.sort(key=lambda paper: (paper.added or EPOCH, paper.id), reverse=True)
        return told(request, kind, f"Search: {name}", hits)

    return routes
