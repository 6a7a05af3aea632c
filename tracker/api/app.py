"""The application: routes over one library, behind the gate."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

import tracker
from tracker.api import models, problems
from tracker.api.gate import Gate, Policy
from tracker.api.routes import feeds, finding, papers
from tracker.api.routes import library as whole
from tracker.api.routes.library import Wake
from tracker.service import Tracker

_ABOUT = """Papers, search, reading state and feeds of one library.

Reading on the server's own machine is free; writing needs the token, as does everything from elsewhere.
"""


def create_app(library: Tracker, policy: Policy, *, wake: Wake | None = None) -> FastAPI:
    """The application.

    Args:
        library: open for as long as the application runs.
        policy: who may do what.
        wake: asks for an update; None where nobody runs updates.
    """
    # Without pages of documentation: they would load their scripts from elsewhere.
    app = FastAPI(
        title="Paper tracker",
        version=tracker.__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.add_middleware(Gate, policy=policy)
    problems.register(app)
    for router in (papers.router(library), finding.router(library), whole.router(library, wake), feeds.router(library)):
        app.include_router(router)

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        return JSONResponse(
            {
                "name": "paper-tracker",
                "version": tracker.__version__,
                "openapi": "/api/openapi.json",
                "feeds": ["/feeds/new.atom", "/feeds/new.json", "/feeds/queue.atom", "/feeds/queue.json"],
                "searches": "/api/searches",
            }
        )

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            plain = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
            app.openapi_schema = problems.document(_with_whole_examples(plain))
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _with_whole_examples(schema: dict[str, Any]) -> dict[str, Any]:
    """The examples as they were written: FastAPI leaves out every field of theirs that is null."""
    schemas = schema.get("components", {}).get("schemas", {})
    for name in schemas.keys() & set(models.__all__):
        extra = getattr(models, name).model_config.get("json_schema_extra")
        if extra:
            schemas[name]["examples"] = extra["examples"]
    return schema
