"""What is asked of a public service, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask of a public service.  ``optional`` requests may fail without failing their source."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    max_bytes: int | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes that answered a :class:`Request`.

    ``url`` is the address asked and ``final_url`` the one that answered after
    redirects, both as the public web knows them (never the mirror's).
    ``unchanged`` means that the server said 304 and ``body`` is the kept copy.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False

    def text(self) -> str:
        """The body as UTF-8, a byte order mark removed; undecodable bytes become U+FFFD."""
        return self.body.decode("utf-8-sig", "replace")
