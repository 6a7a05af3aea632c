"""OPML: the subscriptions of a feed reader (https://opml.org/spec2.opml)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from tracker.errors import ImportFileError
from tracker.export.rows import one_line

#: Folders inside folders; more is no list of subscriptions.
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Outline:
    """One subscription: the feed's address, its name, the folders it lies in, and its line."""

    url: str
    title: str
    folders: tuple[str, ...]
    line: int


def parse(data: bytes, name: str) -> tuple[Outline, ...]:
    """The subscriptions, each address once, in the order of the file.

    Raises:
        ImportFileError: it is no OPML, or broken at a line that is named.
    """
    parser = expat.ParserCreate()
    reader = _Reader(lambda: parser.CurrentLineNumber)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = reader.refuse  # entities can blow a small file up to gigabytes
    try:
        parser.Parse(_mended(data), True)
    except expat.ExpatError as error:
        raise ImportFileError(
            f"{name}: line {error.lineno}: not XML: {expat.ErrorString(error.code)}",
            cure="export the subscriptions again",
        ) from error
    except _Refused as error:
        raise ImportFileError(f"{name}: {error}", cure="a list of feeds needs neither") from error
    if not reader.is_opml:
        raise ImportFileError(f"{name} is no OPML", cure="export the subscriptions of your feed reader as OPML")
    first: dict[str, Outline] = {}
    for outline in reader.found:
        first.setdefault(outline.url, outline)
    return tuple(first.values())


class _Refused(ValueError):
    pass


class _Reader:
    def __init__(self, line: Callable[[], int]) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self.line = line
        self._folders: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.lower() == "opml":
            self.is_opml = True
        if tag.lower() != "outline":
            return
        told = {key.lower(): one_line(value) for key, value in attributes.items()}
        title = told.get("title") or told.get("text") or ""
        if url := told.get("xmlurl", ""):
            folders = tuple(folder for folder in self._folders if folder)
            self.found.append(Outline(_http(url), title, folders, self.line()))
        self._folders.append("" if url else title)
        if len(self._folders) > _DEEPEST:
            raise _Refused(f"line {self.line()}: more than {_DEEPEST} folders inside one another")

    def end(self, tag: str) -> None:
        if tag.lower() == "outline":
            self._folders.pop()

    def refuse(self, *_: object) -> None:
        raise _Refused(f"line {self.line()}: declares an entity")


def _http(url: str) -> str:
    """``feed:`` is how some readers write an address."""
    return re.sub(r"^feed:(?://)?(?=https?:)", "", re.sub(r"^feed://(?!https?:)", "https://", url))


def _mended(data: bytes) -> bytes:
    """Bare ampersands in addresses, which many feed readers write, made entities; line breaks stay where they are."""
    return re.sub(rb"&(?!#?\w{1,31};)", b"&amp;", data.lstrip())
