"""The kinds of sources by name, the sources that ship, and what a pasted address turns into."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qs, urlsplit

from tracker.errors import SettingsError, UnknownSource, UsageError
from tracker.records import Document, Parsed, Request, SourceSpec
from tracker.sources import github
from tracker.sources.aimerou import Aimerou
from tracker.sources.anthology import Anthology
from tracker.sources.arxiv import Arxiv
from tracker.sources.daturkel import Daturkel
from tracker.sources.evidence import on_paper_host
from tracker.sources.feed import Feed
from tracker.sources.huggingface import HuggingFace
from tracker.sources.markdown import Markdown
from tracker.sources.paperswithcode import PapersWithCode
from tracker.sources.weekly import Weekly


@runtime_checkable
class SourceKind(Protocol):
    """How one kind of source is asked and read.  It never fetches: the caller does, and hands the bytes over.

    The caller sends :meth:`requests`, then asks :meth:`follow` with all answers
    so far until it names no request that was not sent yet (each request is sent
    at most once), then calls :meth:`parse` with all answers.  A request that is
    ``optional`` may be missing among the documents; any other must not.

    ``rolling`` kinds show only what is recent: what they no longer show has not
    been withdrawn.
    """

    name: str
    rolling: bool

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """What to ask first."""
        ...

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """What the answers so far ask for in addition; () when that is all.

        Raises:
            ParseError: an answer cannot be understood.
        """
        ...

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The entries, and the rows that could not be read.

        Raises:
            ParseError: the bytes are not what this kind of source sends, or hold no entry where there must be some.
        """
        ...


#: Lists with a reader of their own, by ``owner/repo`` in lower case, former names included.
_OWN_READERS = {
    "dair-ai/ai-papers-of-the-week": "weekly",
    "dair-ai/ml-papers-of-the-week": "weekly",
    "aimerou/awesome-ai-papers": "aimerou",
    "daturkel/learning-papers": "daturkel",
    "dmarx/anthology-of-modern-ml": "anthology",
}
_CATEGORIES = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?(?:\+[a-z-]+(?:\.[A-Za-z-]+)?)*")
_SLUG = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_CURE = (
    "give a GitHub repository or Markdown file, a raw .md address, an arXiv category page"
    " (https://arxiv.org/list/cs.CL/new) or feed (https://rss.arxiv.org/rss/cs.CL+cs.LG),"
    " https://huggingface.co/papers, or any RSS or Atom feed"
)
#: How addresses of feeds look.
_FEED = re.compile(
    r"(?:^|[/._-])(?:rss|atom|feed|feeds)(?:[/._-]|$)|\.(?:rss|atom|rdf)$|(?:^|/)[^/]*\.xml$|_xml\.php$", re.IGNORECASE
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|type|mode|output)=(?:rss|atom|feed)|(?:^|&)feed=", re.IGNORECASE)
_ONLY_CATEGORIES = re.compile(r"cat:[\w.-]+(?:\s*(?:OR|\+OR\+)\s*cat:[\w.-]+)*")


def _all() -> tuple[SourceKind, ...]:
    return (Weekly(), Aimerou(), Daturkel(), Anthology(), Markdown(), PapersWithCode(), Arxiv(), HuggingFace(), Feed())


def kind(name: str) -> SourceKind:
    """The kind called ``name``.

    Raises:
        UnknownSource: there is none.
    """
    for found in _all():
        if found.name == name:
            return found
    raise UnknownSource(f"no kind of source is called {name!r}", cure=f"one of {', '.join(kinds())}")


def kinds() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(found.name for found in _all())


def spec_for_url(url: str, *, slug: str | None = None) -> SourceSpec:
    """The source that a pasted address stands for.

    Raises:
        UsageError: no kind of source reads that address, or ``slug`` is no name.
    """
    url = url.strip()
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError as error:
        raise UsageError(f"{url} is no web address", cure=_CURE) from error
    if parts.scheme not in ("http", "https") or "." not in host:
        raise UsageError(f"{url} is no web address", cure=_CURE)
    if slug is not None and not _SLUG.fullmatch(slug):
        raise UsageError(f"{slug!r} cannot name a source", cure="use small letters, digits and dashes")
    if host in ("arxiv.org", "rss.arxiv.org", "export.arxiv.org"):
        return feed_spec(url, slug=slug) if parts.path == "/api/query" else _arxiv(url, parts.path, slug)
    if host in ("huggingface.co", "hf.co"):
        return _hugging_face(url, parts.path, slug)
    if host in ("paperswithcode.co", "paperswithcode.com"):
        return SourceSpec(slug or "paperswithcode", "paperswithcode", "Papers with Code", "https://paperswithcode.co/")
    if where := github.place(url):
        return _on_github(where, slug)
    if _FEED.search(parts.path) or _FEED_QUERY.search(parts.query):
        return replace(feed_spec(url, slug=slug), enabled=True)
    return _raw_markdown(url, host, parts.path, slug)


def feed_spec(url: str, *, title: str = "", slug: str | None = None) -> SourceSpec:
    """The source that an address stands for which is known to be a feed's.

    Feeds of arXiv's categories and Hugging Face's papers become the kinds
    that read them best.  A feed from a place that holds papers is switched
    on, any other off: whether papers come by it only its reader knows.

    Raises:
        UsageError: the address is no web address.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError as error:
        raise UsageError(f"{url} is no web address", cure=_CURE) from error
    if parts.scheme not in ("http", "https") or "." not in host:
        raise UsageError(f"{url} is no web address", cure=_CURE)
    if host in ("arxiv.org", "rss.arxiv.org", "export.arxiv.org"):
        asked = parse_qs(parts.query).get("search_query", [""])[0]
        if _ONLY_CATEGORIES.fullmatch(asked):
            return _arxiv(url, "/rss/" + "+".join(re.findall(r"cat:([\w.-]+)", asked)), slug)
        if re.match(r"/(?:rss|atom|list)/", parts.path):
            return _arxiv(url, parts.path, slug)
    name = " ".join(title.split())[:200] or host
    return SourceSpec(
        slug or _slugged(title if title.isascii() and title.strip() else f"{host}{parts.path}"),
        "feed",
        name,
        url,
        enabled=on_paper_host(url),
    )


def _on_github(where: github.Place, slug: str | None) -> SourceSpec:
    own = _OWN_READERS.get(where.name)
    name = own if own and where.path.casefold() in ("", "readme.md") else "markdown"
    page = f"https://github.com/{where.owner}/{where.repo}"
    default = f"{where.owner}-{where.repo}"
    if where.path or where.ref != "HEAD":
        page += f"/blob/{where.ref}/{where.path}" if where.path else f"/tree/{where.ref}"
        default += "-" + where.path.rsplit(".", 1)[0] if where.path.casefold() not in ("", "readme.md") else ""
    title = where.repo if not where.path or "/" not in page.split("/blob/")[-1] else f"{where.repo}: {where.path}"
    return SourceSpec(slug or _slugged(default), name, title, page)


def _arxiv(url: str, path: str, slug: str | None) -> SourceSpec:
    match = re.match(r"/(?:rss|atom|list)/([^/?]+)", path)
    if match is None or not _CATEGORIES.fullmatch(match[1]):
        raise UsageError(f"{url} names no arXiv category", cure="such as https://arxiv.org/list/cs.CL/new")
    return SourceSpec(
        slug or _slugged(f"arxiv-{match[1]}"),
        "arxiv",
        f"New on arXiv: {match[1].replace('+', ', ')}",
        f"https://rss.arxiv.org/rss/{match[1]}",
        options={"categories": match[1]},
    )


def _hugging_face(url: str, path: str, slug: str | None) -> SourceSpec:
    if not re.match(r"/(?:papers(?:/(?:trending|date/.*|week/.*|month/.*))?|api/daily_papers)/?$", path):
        raise UsageError(f"{url} is no page of daily papers", cure="give https://huggingface.co/papers")
    return SourceSpec(
        slug or "huggingface-daily", "huggingface", "Hugging Face daily papers", "https://huggingface.co/papers"
    )


def _raw_markdown(url: str, host: str, path: str, slug: str | None) -> SourceSpec:
    """A Markdown file by the address of its bytes; pages of GitLab, Codeberg and gists are turned into that."""
    if host == "gist.github.com" and re.fullmatch(r"/[^/]+/[0-9a-f]+/?", path):
        url = url.rstrip("/") + "/raw"
    elif host in ("gitlab.com", "codeberg.org"):
        url = url.replace("/-/blob/", "/-/raw/").replace("/src/branch/", "/raw/branch/")
    elif host != "gist.githubusercontent.com" and not re.search(r"\.(?:md|markdown|mdown)$", path, re.I):
        raise UsageError(f"{url} is no list that can be read", cure=_CURE)
    names = [name for name in path.split("/") if name]
    named = re.sub(r"\.(?:md|markdown|mdown)$", "", "-".join([host, *names[-2:]]), flags=re.I)
    return SourceSpec(slug or _slugged(named), "markdown", names[-1], url)


def _slugged(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.casefold().replace("+", "-")).strip("-.")[:80] or "list"


# ---------------------------------------------------------------- what ships


def load_specs(toml: bytes) -> tuple[SourceSpec, ...]:
    """The sources described in a TOML file of ``[[source]]`` tables.

    Raises:
        SettingsError: it is not TOML, or a table lacks a field, repeats a slug or names no known kind.
    """
    try:
        tables = tomllib.loads(toml.decode("utf-8"))["source"]
        specs = tuple(_spec(table) for table in tables)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingsError(f"the list of sources cannot be read: {error}") from error
    slugs = [spec.slug for spec in specs]
    if twice := {slug for slug in slugs if slugs.count(slug) > 1}:
        raise SettingsError(f"the list of sources names {', '.join(sorted(twice))} twice")
    if unknown := {spec.kind for spec in specs} - set(kinds()):
        raise SettingsError(f"the list of sources names unknown kinds: {', '.join(sorted(unknown))}")
    return specs


def _spec(table: dict[str, object]) -> SourceSpec:
    options = table.get("options", {})
    if not isinstance(options, dict):
        raise TypeError("options must be a table")
    return SourceSpec(
        slug=str(table["slug"]),
        kind=str(table["kind"]),
        title=str(table["title"]),
        url=str(table["url"]),
        description=str(table.get("description", "")).strip(),
        enabled=bool(table.get("enabled", True)),
        interval_hours=float(str(table.get("interval_hours", 24.0))),
        options={str(name): str(value) for name, value in options.items()},
    )
