"""Papers, and what their reader wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from tracker.api import models
from tracker.api.answers import JSON, answer, page_links
from tracker.api.parameters import Filters, Limit, Offset, PaperId
from tracker.api.problems import NotFound
from tracker.errors import UsageError
from tracker.service import Tracker

Order = Literal["added", "published", "endorsed", "title", "priority"]
NoteId = Annotated[str, Path(min_length=1, max_length=100, pattern=models.SAYS)]


def router(library: Tracker) -> APIRouter:
    """The routes, over this library."""
    routes = APIRouter(tags=["papers"])

    @routes.get("/api/papers", response_model=models.PaperPage)
    def papers(
        request: Request,
        q: Filters = "",
        sort: Annotated[Order, Query(description="The order.")] = "added",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        """Papers that a query admits, page by page; the header Link leads to the others."""
        total = library.count(q)
        found = library.papers(q, sort=sort, limit=limit, offset=offset)
        page = models.PaperPage(total=total, limit=limit, offset=offset, items=[models.PaperOut.of(p) for p in found])
        return answer(request, page, headers=page_links(request, limit=limit, offset=offset, total=total))

    @routes.get("/api/queue", response_model=models.PaperPage)
    def queue(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
        """What to read next, page by page: what is being read, then the queue by priority and age."""
        total = library.count("status:reading") + library.count("status:queued")
        found = library.queue(limit, offset=offset)
        page = models.PaperPage(total=total, limit=limit, offset=offset, items=[models.PaperOut.of(p) for p in found])
        return answer(request, page, headers=page_links(request, limit=limit, offset=offset, total=total))

    @routes.post("/api/papers/{paper_id:path}/notes", response_model=models.NoteOut, status_code=201, tags=["reading"])
    def write_note(paper_id: PaperId, text: models.NoteText) -> Response:
        """Write a note about a paper."""
        note = models.NoteOut.of(library.note(paper_id, text.body))
        return Response(note.model_dump_json(), 201, {"Location": f"/api/notes/{quote(note.id)}"}, JSON)

    @routes.patch("/api/papers/{paper_id:path}/tags", response_model=models.PaperWhole, tags=["reading"])
    def tag(paper_id: PaperId, change: models.TagChange) -> models.PaperWhole:
        """Tie words to a paper, or untie them."""
        return models.PaperWhole.of(library.tag(paper_id, add=change.add, remove=change.remove))

    @routes.patch("/api/papers/{paper_id:path}", response_model=models.PaperWhole, tags=["reading"])
    def mark(paper_id: PaperId, change: models.ReadingChange) -> models.PaperWhole:
        """Set status, rating or priority."""
        library.mark(paper_id, change.status, rating=change.rating, priority=change.priority)
        return models.PaperWhole.of(library.paper(paper_id))

    @routes.get("/api/papers/{paper_id:path}", response_model=models.PaperWhole)
    def paper(request: Request, paper_id: PaperId) -> Response:
        """A paper with everything known of it."""
        return answer(request, models.PaperWhole.of(library.paper(paper_id)))

    @routes.patch("/api/notes/{note_id}", response_model=models.NoteOut, tags=["reading"])
    def edit_note(note_id: NoteId, text: models.NoteText) -> models.NoteOut:
        """Replace the text of a note."""
        if not text.body.strip():
            raise UsageError("the note would be empty", cure="delete it instead")
        with _missing_is_404():
            return models.NoteOut.of(library.edit_note(note_id, text.body))

    @routes.delete("/api/notes/{note_id}", status_code=204, tags=["reading"])
    def delete_note(note_id: NoteId) -> Response:
        """Delete a note."""
        with _missing_is_404():
            library.delete_note(note_id)
        return Response(status_code=204)

    return routes


@contextmanager
def _missing_is_404() -> Iterator[None]:
    """A note that is not there is an address that leads nowhere."""
    try:
        yield
    except UsageError as error:
        raise NotFound(str(error)) from error
