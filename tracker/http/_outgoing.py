"""The request as it goes out: where to, who asks, and with which key."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from tracker.http._address import Mirror
from tracker.records import Request

#: Where a service's key goes: a header, or a parameter of the query.  A key is sent to that very host only.
_KEYS = {
    "api.semanticscholar.org": ("semantic-scholar", "header", "x-api-key", "{}"),
    "api.github.com": ("github", "header", "Authorization", "Bearer {}"),
    "api.crossref.org": ("crossref", "header", "Crossref-Plus-API-Token", "Bearer {}"),
    "api.openalex.org": ("openalex", "param", "api_key", "{}"),
}


def default_user_agent(contact: str = "") -> str:
    """Who asks: product, version, and the contact address when the reader gave one."""
    try:
        version = importlib.metadata.version("paper-tracker")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"paper-tracker/{version}" + (f" (mailto:{contact})" if contact else "")


def with_params(url: str, params: tuple[tuple[str, str], ...]) -> str:
    """The address with further parameters in its query."""
    if not params:
        return url
    head, mark, fragment = url.partition("#")
    return head + ("&" if "?" in head else "?") + urlencode(params) + mark + fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Builds what is sent for a public address.

    ``keys`` never go to a mirror, and never over an open connection.
    ``timeout`` is httpx's, in seconds: connect, read, write, pool.
    """

    user_agent: str
    mirror: Mirror | None
    keys: Mapping[str, str]
    timeout: Mapping[str, float]

    def build(self, request: Request, method: str, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Request:
        """The request for one hop."""
        sent = httpx.Headers({"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"})
        sent.update(headers)
        asked = self.mirror.asked(url) if self.mirror else url
        name, place, field, form = _KEYS.get(url.host, ("", "", "", ""))
        secret = self.keys.get(name) if not self.mirror and url.scheme == "https" else None
        if secret and place == "header":
            sent[field] = form.format(secret)
        elif secret:
            asked = httpx.URL(with_params(str(asked), ((field, form.format(secret)),)))
        posted = method == "POST"
        return httpx.Request(
            method,
            asked,
            headers=sent,
            json=request.json if posted and request.json is not None else None,
            data=dict(request.form) if posted and request.form else None,
            extensions={"timeout": dict(self.timeout)},
        )
