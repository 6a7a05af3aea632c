"""Sources, runs, status, export: the library as a whole."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tracker.api import models
from tracker.api.answers import answer, etag, matches, page_links
from tracker.api.parameters import FARTHEST, Filters, Limit, Offset
from tracker.errors import UsageError
from tracker.service import ExportFormat, Tracker

#: Asks for an update of these sources, or of what is due; done by whoever keeps the schedule.
Wake = Callable[[Sequence[str]], None]

_MEDIA_TYPES = {
    "jsonl": ("application/jsonl", "jsonl"),
    "bibtex": ("application/x-bibtex", "bib"),
    "ris": ("application/x-research-info-systems", "ris"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csljson": ("application/vnd.citationstyles.csl+json", "json"),
}


def router(library: Tracker, wake: Wake | None) -> APIRouter:
    """The routes, over this library; without ``wake`` nobody runs updates."""
    routes = APIRouter(tags=["library"])

    @routes.get("/api/sources", response_model=models.SourceList)
    def sources(request: Request) -> Response:
        """All sources and how their fetches went."""
        return answer(request, models.SourceList(items=[models.SourceOut.of(s) for s in library.sources()]))

    @routes.get("/api/sources/{slug}", response_model=models.SourceOut)
    def source(
        request: Request, slug: Annotated[str, Path(min_length=1, max_length=200, pattern=models.SAYS)]
    ) -> Response:
        """One source."""
        return answer(request, models.SourceOut.of(library.source(slug)))

    @routes.get("/api/runs", response_model=models.RunList)
    def runs(request: Request, limit: Limit = 20, offset: Offset = 0) -> Response:
        """The newest runs, page by page: when, what was asked, what changed, what failed and why."""
        kept = library.runs(FARTHEST)  # the journal keeps some hundreds, and reads them all whatever is asked
        page = models.RunList(items=[models.RunOut.of(run) for run in kept[offset : offset + limit]])
        return answer(request, page, headers=page_links(request, limit=limit, offset=offset, total=len(kept)))

    @routes.post("/api/runs", response_model=models.Accepted, status_code=202)
    def run(wish: models.UpdateWish) -> models.Accepted:
        """Ask sources now: those named, else those that are due.  It happens after this answer."""
        for slug in wish.sources:
            library.source(slug)
        if wake is None:
            raise UsageError("this server does not run updates", cure="run: tracker update")
        wake(wish.sources)
        return models.Accepted()

    @routes.get("/api/status", response_model=models.StatusOut)
    def status(request: Request) -> Response:
        """The library at a glance, and whether its schedule is in order."""
        return answer(request, models.StatusOut.of(library.status(), library.plan()))

    @routes.get(
        "/api/export",
        response_class=Response,
        responses={200: {"description": "The papers.", "content": {t[0]: {} for t in _MEDIA_TYPES.values()}}},
    )
    def export(
        request: Request,
        format: Annotated[ExportFormat, Query(description="What to write.")] = "jsonl",
        q: Filters = "",
    ) -> Response:
        """Everything, or what a query admits, in a format that other programs read."""
        folder = FilePath(tempfile.mkdtemp(prefix="tracker-export-"))
        kind, ending = _MEDIA_TYPES[format]
        path = folder / f"papers.{ending}"
        try:
            library.export(path, format=format, query=q)
            with path.open("rb") as file:
                tag = etag(hashlib.file_digest(file, "sha256").hexdigest())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if matches(request.headers.get("if-none-match", ""), tag):
            shutil.rmtree(folder, ignore_errors=True)
            return Response(status_code=304, headers=headers)
        gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        return FileResponse(path, headers=headers, media_type=kind, filename=path.name, background=gone)

    return routes
