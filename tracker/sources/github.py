"""Addresses of files on GitHub: from the page that a person copies to the raw file that a program reads."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from tracker.errors import ParseError, UsageError
from tracker.records import Document, Request

RAW, API, SITE = "raw.githubusercontent.com", "api.github.com", "github.com"

#: More than this is not a list that somebody wrote by hand.
MAX_PAGE_BYTES = 20_000_000
MAX_TREE_BYTES = 20_000_000

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Place:
    """A file in a repository; ``path`` is empty for "its README, whatever its name"."""

    owner: str
    repo: str
    ref: str = "HEAD"
    path: str = ""

    @property
    def name(self) -> str:
        """``owner/repo``, lower-case: how two addresses of one repository compare equal."""
        return f"{self.owner}/{self.repo}".lower()

    def raw(self, path: str) -> str:
        """The address of the bytes of ``path``."""
        return f"https://{RAW}/{self.owner}/{self.repo}/{quote(self.ref)}/{quote(path)}"

    def page(self, path: str, *, optional: bool = False) -> Request:
        """The request for the Markdown file ``path``."""
        return Request(self.raw(path), max_bytes=MAX_PAGE_BYTES, optional=optional)

    def tree(self) -> Request:
        """The request for the names of all files; optional, for the API answers strangers only 60 times an hour."""
        url = f"https://{API}/repos/{self.owner}/{self.repo}/git/trees/{quote(self.ref, safe='')}"
        return Request(url, params=(("recursive", "1"),), max_bytes=MAX_TREE_BYTES, optional=True)


def place(url: str) -> Place | None:
    """What a GitHub address names: a repository, a file in it or its raw form; None for another site.

    Raises:
        UsageError: it is GitHub, but neither a repository nor a file.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    names = [unquote(name) for name in parts.path.split("/") if name]
    if host not in (SITE, RAW):
        return None
    if len(names) < 2 or not all(_NAME.fullmatch(name) for name in names[:2]):
        raise UsageError(f"{url} names no repository", cure="give https://github.com/OWNER/REPO")
    owner, repo, rest = names[0], names[1].removesuffix(".git"), names[2:]
    if host == RAW:
        if rest[:2] == ["refs", "heads"]:
            rest = rest[2:]
        return Place(owner, repo, rest[0] if rest else "HEAD", "/".join(rest[1:]))
    if not rest:
        return Place(owner, repo)
    if rest[0] in ("blob", "raw", "blame", "edit") and len(rest) >= 3:
        return Place(owner, repo, rest[1], "/".join(rest[2:]))
    if rest[0] == "tree" and len(rest) >= 2:
        return Place(owner, repo, rest[1], "/".join([*rest[2:], "README.md"]) if rest[2:] else "")
    raise UsageError(
        f"{url} is a page of GitHub but no list",
        cure="give the repository (https://github.com/OWNER/REPO) or a Markdown file in it (…/blob/BRANCH/FILE.md)",
    )


def is_tree(document: Document) -> bool:
    """Whether ``document`` answers :meth:`Place.tree`."""
    return urlsplit(document.url).hostname == API


def path_of(document: Document) -> str:
    """The path of a raw file inside its repository; for other addresses the last part of their path."""
    parts = urlsplit(document.url)
    names = [unquote(name) for name in parts.path.split("/") if name]
    if parts.hostname == RAW and len(names) > 3:
        return "/".join(names[3:])
    return names[-1] if names else document.url


def paths_in(documents: Iterable[Document]) -> frozenset[str] | None:
    """The paths of all files, from the answer to :meth:`Place.tree`; None without one, or when it is cut short.

    Raises:
        ParseError: it is there but is not what the service sends.
    """
    for document in documents:
        if not is_tree(document):
            continue
        try:
            data = json.loads(document.body)
            paths = frozenset(str(item["path"]) for item in data["tree"] if item.get("type", "blob") == "blob")
            complete = not data.get("truncated", False)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ParseError(f"{document.url} is not a list of a repository's files") from error
        return paths if complete else None
    return None


def pages(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The Markdown files among ``documents``."""
    return tuple(document for document in documents if not is_tree(document))


def linked_path(where: Place, document: Document, url: str) -> str | None:
    """The path in the same repository that a link in ``document`` leads to; None when it leads elsewhere."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        try:
            target = place(url)
        except UsageError:
            return None
        return target.path if target and target.name == where.name and target.path else None
    path = unquote(parts.path)
    if not path:
        return None
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(path_of(document)), path)
    resolved = posixpath.normpath(joined)
    return None if resolved.startswith("..") or resolved == "." else resolved
