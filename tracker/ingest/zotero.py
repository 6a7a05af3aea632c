"""A running Zotero, asked by its local API (https://www.zotero.org/support/dev/web_api/v3/local_api).

pyzotero would do this, too; it brings a HTTP client of its own, which could
ask any address, and an older bibtexparser than the one we read BibTeX with.
What is needed of it are two lists, page by page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.errors import FetchError, HttpStatus, ImportFileError, UsageError
from tracker.export import zotero_json
from tracker.export.rows import ImportBatch, one_line
from tracker.records import Document, Progress

#: Where Zotero listens unless told otherwise.
PORT = 23119
#: Items a request; Zotero itself would send all at once.
PAGE = 500
#: More pages than any library has.
_MOST_PAGES = 10_000
_ADDRESS = re.compile(
    r"zotero:(?://(?P<host>localhost|127\.0\.0\.1|\[::1\])(?::(?P<port>\d{1,5}))?/?)?(?P<group>/?groups/\d+)?/?",
    re.IGNORECASE,
)
_CURE_OFF = "start Zotero 7 or later on this machine"
_CURE_FORBIDDEN = "in Zotero's settings, Advanced: allow other applications on this computer to communicate with Zotero"


class Asker(Protocol):
    """The part of :class:`tracker.http.LocalProgram` that is needed here."""

    def get(
        self, path: str, params: tuple[tuple[str, str], ...] = (), headers: tuple[tuple[str, str], ...] = ()
    ) -> Document:
        """The answer at a path."""


@dataclass(frozen=True, slots=True)
class Library:
    """Which library of which Zotero: where it listens, and the beginning of the library's paths."""

    base: str
    path: str


def library_at(address: str) -> Library:
    """What ``zotero:``, ``zotero:groups/123`` or ``zotero://127.0.0.1:23120`` stands for.

    Raises:
        UsageError: the address is none of these, or not on this machine.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if found is None or not 0 < int(found["port"] or PORT) < 65536:
        raise UsageError(
            f"{address} is no library of a Zotero on this machine",
            cure="zotero: is yours, zotero:groups/123 a group's, zotero://127.0.0.1:23119 names the port",
        )
    group = (found["group"] or "").strip("/").lower()
    return Library(f"http://{found['host'] or '127.0.0.1'}:{found['port'] or PORT}", f"/api/{group or 'users/0'}")


def read(client: Asker, library: Library, progress: Callable[[Progress], None] | None = None) -> ImportBatch:
    """All papers of a library with their notes, highlights, tags and collections.

    Raises:
        FetchError: Zotero does not run, or does not let others ask; the message says how to change that.
        ImportFileError: it answered with something else than its items.
    """
    shelves = _shelves(client, library)
    items: dict[str, tuple[int, Any]] = {}
    for number, item in enumerate(_all(client, f"{library.path}/items", progress), 1):
        # an item that was added meanwhile moves others to the next page: each counts once
        items[str(item.get("key") or number) if isinstance(item, dict) else str(number)] = (number, item)
    return zotero_json.read(items.values(), "Zotero", shelves, place="item")


def _shelves(client: Asker, library: Library) -> dict[str, str]:
    """The names of collections by key."""
    found = {}
    for shelf in _all(client, f"{library.path}/collections", None):
        data = shelf.get("data") if isinstance(shelf, dict) else None
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            found[str(shelf.get("key"))] = one_line(data["name"])
    return found


def _all(client: Asker, path: str, progress: Callable[[Progress], None] | None) -> Iterator[Any]:
    done = 0
    for _ in range(_MOST_PAGES):
        page, total = _page(client, path, done)
        yield from page
        done += len(page)
        if progress is not None:
            progress(Progress(stage="zotero", done=done, total=total))
        if not page or (total is not None and done >= total):
            return


def _page(client: Asker, path: str, start: int) -> tuple[list[Any], int | None]:
    params = (("format", "json"), ("limit", str(PAGE)), ("start", str(start)), ("sort", "dateAdded"))
    try:
        answer = client.get(path, (*params, ("direction", "asc")), (("Zotero-API-Version", "3"),))
    except HttpStatus as error:
        told = {
            403: ("does not let other programs ask", _CURE_FORBIDDEN),
            404: ("knows no such library", "zotero: is your own library, zotero:groups/123 a group's"),
        }
        words, cure = told.get(error.status, (f"answered {error.status} ({one_line(error.detail)[:100]})", ""))
        raise FetchError(f"Zotero {words}", cure=cure, url=error.url) from error
    except FetchError as error:
        if error.cure:
            raise
        where = error.url.partition("/api/")[0]
        raise FetchError(f"no Zotero answers at {where}", cure=_CURE_OFF, url=error.url) from error
    try:
        found = json.loads(answer.body)
    except ValueError as error:
        raise ImportFileError(f"Zotero did not answer with JSON: {error}", cure=_CURE_OFF) from error
    if not isinstance(found, list):
        raise ImportFileError("Zotero did not answer with a list of items", cure=_CURE_OFF)
    total = answer.headers.get("total-results", "")
    return found, int(total) if total.isdecimal() else None
