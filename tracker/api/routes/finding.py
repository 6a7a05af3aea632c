"""Search, similar papers, concepts and paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from tracker.api import models
from tracker.api.answers import answer, open_links
from tracker.api.parameters import FARTHEST, Limit, Offset, PaperId
from tracker.api.problems import NotFound
from tracker.errors import UsageError
from tracker.records import SearchResult
from tracker.service import Tracker

SavedName = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        pattern=models.SAYS,
        openapi_examples={"a word": {"value": "rotary"}},
        description="Its name.",
    ),
]
ConceptSlug = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        pattern=models.SAYS,
        openapi_examples={"attention": {"value": "self-attention"}},
        description="A concept's name, as in /api/concepts.",
    ),
]
Mode = Literal["hybrid", "words", "meaning"]


def router(library: Tracker) -> APIRouter:
    """The routes, over this library."""
    routes = APIRouter(tags=["finding"])

    def told(request: Request, found: SearchResult, links: Mapping[str, str] | None = None) -> Response:
        # The time is no part of the content: the same hits keep their ETag.
        timing = {"Server-Timing": f"search;dur={found.took_ms:.2f}"}
        return answer(request, models.FoundOut.of(found), headers={**timing, **(links or {})})

    @routes.get("/api/search", response_model=models.FoundOut)
    def search(
        request: Request,
        q: Annotated[
            str,
            Query(
                min_length=1,
                max_length=1000,
                description="Words and filters; see /api/papers.",
                openapi_examples={"words": {"value": "rotary position year:2021.."}},
            ),
        ],
        limit: Limit = 10,
        offset: Offset = 0,
        mode: Annotated[Mode, Query(description="By words and meaning, or by one of them.")] = "hybrid",
    ) -> Response:
        """The best papers for a query, by words and meaning; the header Link leads on while there may be more."""
        found = library.search(q, limit, offset=offset, mode=mode)
        links = open_links(request, limit=limit, offset=offset, found=len(found.hits), farthest=FARTHEST)
        return told(request, found, links)

    @routes.get("/api/similar/{paper_id:path}", response_model=models.FoundOut)
    def similar(request: Request, paper_id: PaperId, limit: Limit = 10) -> Response:
        """The papers nearest in meaning to a paper, without it."""
        return told(request, library.similar(paper_id, limit))

    @routes.get("/api/searches", response_model=models.SavedList)
    def saved(
        request: Request,
        news: Annotated[bool, Query(description="Also the new hits of each, which costs a search for each.")] = False,
    ) -> Response:
        """The searches that are kept, by name; a feed of each is at ``/feeds/saved.atom?name=``."""
        items = [models.SavedOut.of(search) for search in library.saved_searches(news=news)]
        return answer(request, models.SavedList(items=items))

    @routes.put("/api/searches/{name}", response_model=models.SavedOut, tags=["reading"])
    def save(name: SavedName, text: models.SearchText) -> models.SavedOut:
        """Keep a search under a name, replacing one of that name; what it finds now counts as seen."""
        return models.SavedOut.of(library.save_search(name, text.query))

    @routes.delete("/api/searches/{name}", status_code=204, tags=["reading"])
    def forget(name: SavedName) -> Response:
        """Keep a search no more."""
        library.forget_search(name)
        return Response(status_code=204)

    @routes.get("/api/concepts", response_model=models.ConceptList)
    def concepts(request: Request) -> Response:
        """All concepts, each after what it needs."""
        return answer(request, models.ConceptList(items=[models.ConceptOut.of(card) for card in library.concepts()]))

    @routes.get("/api/concepts/{slug}", response_model=models.ConceptWhole)
    def concept(request: Request, slug: ConceptSlug, limit: Limit = 50) -> Response:
        """One concept: explanation, what it needs, key papers in reading order, resources, lab, and tied papers."""
        try:
            page = library.concept(slug, limit)
        except UsageError as error:
            raise NotFound(str(error)) from error
        return answer(request, models.ConceptWhole.of(page))

    @routes.get("/api/paths/{target:path}", response_model=models.PathOut)
    def path(
        request: Request,
        target: Annotated[
            str, Path(min_length=1, max_length=500, pattern=models.SAYS, description="A concept's slug, or a paper.")
        ],
        hours: Annotated[float | None, Query(gt=0, le=10_000, description="As many as there are.")] = None,
    ) -> Response:
        """What to read towards a concept or a paper, in the order in which ideas need each other."""
        return answer(request, models.PathOut.of(library.path(target, hours)))

    return routes
