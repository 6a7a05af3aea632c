"""Errors as problem details (RFC 9457), one mapping for the whole tree of the tracker's errors."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tracker import errors
from tracker.errors import TrackerError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: The nearest class that stands here decides.
STATUSES: dict[type[TrackerError], int] = {
    TrackerError: 500,
    errors.UsageError: 400,
    errors.UnknownPaper: 404,
    errors.UnknownSource: 404,
    errors.ImportFileError: 400,
    errors.FetchError: 502,
    errors.Offline: 503,
    errors.ParseError: 502,
    errors.StoreBusy: 503,
    errors.DiskFull: 507,
    errors.ModelError: 503,
    errors.IndexUnusable: 503,
    errors.AlreadyRunning: 409,
}
#: Seconds after which trying again makes sense.
RETRY = {429: 1, 503: 5}


class NotFound(errors.UsageError):
    """What the address names is not there."""


STATUSES[NotFound] = 404


def status_of(error: TrackerError) -> int:
    """The HTTP status for an error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer.

    Args:
        status: of the answer.
        detail: one sentence for a person.
        kind: a stable word for a program (``unknown-paper``); none where the status says all.
        errors: what is wrong with single fields.
        headers: in addition.
    """
    told: dict[str, Any] = {
        "type": f"urn:paper-tracker:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        told["errors"] = errors
    extra = {"Retry-After": str(RETRY[status])} if status in RETRY else {}
    body = json.dumps(told).encode()  # ASCII: an error may quote a lone surrogate
    return Response(body, status, {"Cache-Control": "no-store", **extra, **(headers or {})}, MEDIA_TYPE)


def register(app: FastAPI) -> None:
    """Answer every error of this application with a problem document."""

    @app.exception_handler(TrackerError)
    async def known(request: Request, error: Exception) -> Response:
        status = status_of(error) if isinstance(error, TrackerError) else 500
        if status >= 500:
            log.warning("%s %s: %s", request.method, request.url.path, error)
        return problem(status, str(error), kind=_kind(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        fields = [{"where": "/".join(map(str, e.get("loc", ()))), "message": str(e.get("msg", ""))} for e in found]
        told = "; ".join(f"{f['where']}: {f['message']}" for f in fields[:3])
        return problem(422, told or "the request cannot be understood", kind="invalid", errors=fields)

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return problem(500, "unexpected")
        return problem(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        # Starlette raises it again afterwards, so that the server logs it with its traceback.
        return problem(500, "something went wrong here; the server's log has the details")


def _kind(error: BaseException) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:paper-tracker:problem:unknown-paper"]},
        "title": {"type": "string", "examples": ["Not Found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "examples": ["no paper goes by 'arxiv:0000.00000'"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {"where": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with the errors of every operation described."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "TRACKER_API_TOKEN of the server."}
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            writes = method not in ("get", "head")
            operation["security"] = [{"token": []}] if writes else [{}, {"token": []}]
            codes = [400, 401, 404, 414, 421, 422, 429, 500, 503, *((403, 409, 413, 415, 507) if writes else ())]
            for code in sorted(codes):
                operation["responses"][str(code)] = {"description": HTTPStatus(code).phrase, "content": content}
            if not writes:
                operation["responses"]["304"] = {"description": "Not modified since the ETag that was given."}
    return schema
