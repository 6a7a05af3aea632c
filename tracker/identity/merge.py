"""A paper, computed from all that is said of it.

:func:`resolve` is pure and order-free: it sees sets of facts, ranks them by
:mod:`tracker.identity.precedence`, and breaks every tie by content, never by
arrival.  So whatever the order of fetches, failures and merges, the same
facts give the same paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from tracker.identity import precedence
from tracker.identity.facts import MentionFact, MetadataFact
from tracker.identity.ids import canonical_url, title_key
from tracker.identity.precedence import Field
from tracker.records import BenchmarkResult, Identifier, Link, Origin

_T = TypeVar("_T")
#: What a claim is ranked by: its precedence, then its content.  Claims of equal precedence have tuples of one shape.
_Order = tuple[Any, ...]
_Rank = tuple[int | str, ...]

_NO_AUTHOR = frozenset(
    {"author unknown", "unknown", "unknown author", "anonymous", "anonymous author", "anonymous authors"}
)
_ET_AL = re.compile(r"\bet\.?\s*al\b\.?|^others$|^and others$|^…$|\.\.\.$", re.IGNORECASE)
_NO_VENUE = frozenset({"arxiv", "arxivorg", "corr", "arxivpreprint", "unknown", "preprint", "arxivcornelluniversity"})
_NO_ABSTRACT = re.compile(
    r"\W*(?:no abstract|abstract not|not available|abstract unavailable|n/?a\b|none\b|withdrawn)", re.IGNORECASE
)
_SHORTEST_ABSTRACT = 60
_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/\S+", re.IGNORECASE)
_FIRST_YEAR = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What the library says about a paper, each field with where it came from.

    ``aliases`` are the other names that lists use ("SDXL").  ``provenance``
    has a field only where the field has a value; for the unions it names the
    first source.
    """

    title: str
    abstract: str | None = None
    abstract_source: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    year: int | None = None
    venue: str | None = None
    urls: tuple[Link, ...] = ()
    code: tuple[str, ...] = ()
    results: tuple[BenchmarkResult, ...] = ()
    aliases: tuple[str, ...] = ()
    provenance: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """The text by which a paper is found.

    ``text`` is the abstract, or what stands in for it; ``source`` says which:
    the abstract's source, ``shelf``, ``list:SLUG``, or None where there is no
    text at all.  ``listed`` are the names that lists use.
    """

    title: str
    text: str
    source: str | None
    authors: str
    listed: str

    @property
    def stands_in(self) -> bool:
        """True when the text is not the paper's abstract."""
        return self.source is not None and (self.source == "shelf" or self.source.startswith("list:"))


def resolve(
    mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact], *, identifiers: Sequence[Identifier] = ()
) -> Resolved:
    """Compute the paper from all its mentions and all metadata.

    Args:
        mentions: every place that names it, gone ones too.
        metadata: every answer of every service.
        identifiers: the paper's own; an arXiv id gives the year where nothing better does.
    """
    provenance: dict[str, Origin] = {}

    def best(name: Field, claims: Iterable[tuple[_Order, _T, Origin]]) -> _T | None:
        first = min(claims, key=lambda claim: claim[0], default=None)
        if first is None:
            return None
        provenance[name] = first[2]
        return first[1]

    title = best("title", _titles(mentions, metadata)) or ""
    abstract = best("abstract", _abstracts(mentions, metadata))
    authors = best("authors", _authors(mentions, metadata)) or ()
    published = best("published", _dates(mentions, metadata))
    if published is not None:
        year: int | None = published.year
        provenance["year"] = provenance["published"]
    else:
        year = best("year", _years(mentions, metadata, identifiers))
    venue = best("venue", _venues(metadata))
    urls = _union("urls", _links(mentions, metadata), lambda link: canonical_url(link.url), provenance)
    code = _union("code", _code(mentions, metadata), canonical_url, provenance)
    results = _union("results", _results(metadata), lambda result: result, provenance)
    return Resolved(
        title=title,
        abstract=abstract,
        abstract_source=provenance["abstract"].source if abstract else None,
        authors=authors,
        published=published,
        year=year,
        venue=venue,
        urls=urls,
        code=code,
        results=results,
        aliases=_aliases(title, mentions),
        provenance=dict(sorted(provenance.items())),
    )


def searchable(resolved: Resolved, mentions: Sequence[MentionFact]) -> Searchable:
    """The paper's searchable text; a list's own words stand in where there is no abstract, marked as such."""
    text, source = resolved.abstract or "", resolved.abstract_source
    if not resolved.abstract:
        stand_in = min(
            (m for m in mentions if m.text.strip()),
            key=lambda m: (not precedence.is_shelf(m.kind), m.gone, -len(m.text), m.source, m.key, m.text),
            default=None,
        )
        if stand_in is not None:
            text = stand_in.text.strip()
            source = "shelf" if precedence.is_shelf(stand_in.kind) else f"list:{stand_in.source}"
    return Searchable(
        title=resolved.title,
        text=text,
        source=source,
        authors="; ".join(resolved.authors),
        listed="\n".join(resolved.aliases),
    )


def without_alias(title: str, alias: str | None) -> str:
    """A listed title without its trailing alias: ``Segment Anything (SAM)`` and ``SAM`` give ``Segment Anything``."""
    stripped = " ".join(title.split())
    bracketed = re.fullmatch(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]", stripped)
    if alias and bracketed and title_key(bracketed[2]) == title_key(alias):
        return bracketed[1]
    return stripped


# ---------------------------------------------------------------- claims, one function a field

_Titles = Iterator[tuple[_Order, str, Origin]]


def _titles(mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]) -> _Titles:
    for fact, rank in _answers("title", metadata):
        title = " ".join((fact.metadata.title or "").split())
        if title_key(title):
            yield (rank, _newest(fact), -len(title), title), title, _of_service(fact)
    for mention, rank in _says("title", mentions):
        title = without_alias(mention.title, mention.alias)
        # An address stands where a list gives no title: any other list's is better.
        if _ADDRESS.fullmatch(title):
            rank = (precedence.LAST, *rank)
        cut = title.endswith(("...", "…"))
        if title_key(title):
            yield (rank, cut, mention.gone, mention.source, mention.key, title), title, _of_list(mention)


def _abstracts(mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]) -> _Titles:
    for fact, rank in _answers("abstract", metadata):
        text = (fact.metadata.abstract or "").strip()
        # What a person hands in is an abstract because the person says so, however short.
        if _is_abstract(text) or (text and fact.metadata.service == "import"):
            yield (rank, _newest(fact), -len(text), text), text, _of_service(fact)
    for mention, rank in _says("abstract", mentions):
        text = (mention.abstract or "").strip()
        if _is_abstract(text):
            yield (rank, mention.gone, mention.source, mention.key, text), text, _of_list(mention)


def _authors(
    mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]
) -> Iterator[tuple[_Order, tuple[str, ...], Origin]]:
    for fact, rank in _answers("authors", metadata):
        names, whole = _names(fact.metadata.authors)
        if names:
            yield (not whole, rank, -len(names), _newest(fact), names), names, _of_service(fact)
    for mention, rank in _says("authors", mentions):
        names, whole = _names(mention.authors)
        if names:
            yield (
                (not whole, rank, -len(names), mention.gone, mention.source, mention.key, names),
                names,
                _of_list(mention),
            )


def _dates(mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]) -> Iterator[tuple[_Order, date, Origin]]:
    for fact, rank in _answers("published", metadata):
        day = fact.metadata.published
        if day is not None and _credible(day, fact.at):
            yield (rank, day, _newest(fact)), day, _of_service(fact)
    for mention, rank in _says("published", mentions):
        if mention.published is not None and _credible(mention.published, mention.first_seen):
            yield (rank, mention.published, mention.source, mention.key), mention.published, _of_list(mention)


def _years(
    mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact], identifiers: Sequence[Identifier]
) -> Iterator[tuple[_Order, int, Origin]]:
    for fact, rank in _answers("year", metadata):
        year = fact.metadata.year
        if year is not None and _FIRST_YEAR <= year <= fact.at.year + 1:
            yield (rank, year, _newest(fact)), year, _of_service(fact)
    for mention, rank in _says("year", mentions):
        if mention.year is None or not _FIRST_YEAR <= mention.year <= mention.first_seen.year + 1:
            continue
        yield (rank, mention.year, mention.source, mention.key), mention.year, _of_list(mention)
    first = min((m.first_seen for m in mentions), default=min((m.at for m in metadata), default=None))
    for identifier in identifiers:
        if first is not None and (year := _year_of_arxiv(identifier)) is not None:
            yield (
                ((precedence.YEAR_OF_IDENTIFIER, "identifier"), year, identifier.value),
                year,
                Origin(source=str(identifier), at=first),
            )


def _venues(metadata: Sequence[MetadataFact]) -> _Titles:
    for fact, rank in _answers("venue", metadata):
        venue = " ".join((fact.metadata.venue or "").split())
        if venue and precedence.plain(venue) not in _NO_VENUE:
            yield (rank, _newest(fact), venue), venue, _of_service(fact)


def _links(mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]) -> Iterator[tuple[_Order, Link, Origin]]:
    for fact, rank in _answers("urls", metadata):
        for place, link in enumerate(fact.metadata.urls):
            yield (rank, _newest(fact), place, link.url, link.label), link, _of_service(fact)
    for mention, rank in _says("urls", mentions):
        own = [Link("", url) for url in (mention.url, *mention.same_as) if url]
        for place, link in enumerate((*mention.links, *own)):
            order = (rank, mention.gone, mention.source, mention.key, place, link.url, link.label)
            yield order, link, _of_list(mention)


def _code(mentions: Sequence[MentionFact], metadata: Sequence[MetadataFact]) -> Iterator[tuple[_Order, str, Origin]]:
    for fact, rank in _answers("code", metadata):
        for place, url in enumerate(fact.metadata.code):
            yield (rank, _newest(fact), place, url), url, _of_service(fact)
    for mention, rank in _says("code", mentions):
        for place, url in enumerate(mention.code):
            yield (rank, mention.gone, mention.source, mention.key, place, url), url, _of_list(mention)


def _results(metadata: Sequence[MetadataFact]) -> Iterator[tuple[_Order, BenchmarkResult, Origin]]:
    for fact, rank in _answers("results", metadata):
        for place, result in enumerate(fact.metadata.results):
            yield (rank, _newest(fact), place, repr(result)), result, _of_service(fact)


# ---------------------------------------------------------------- what the claims share


def _answers(name: Field, metadata: Sequence[MetadataFact]) -> Iterator[tuple[MetadataFact, _Rank]]:
    for fact in metadata:
        rank = precedence.service_rank(name, fact.metadata.service, fact.metadata.asked)
        if rank is not None:
            yield fact, (rank, "answer", fact.metadata.service, fact.metadata.asked)


def _says(name: Field, mentions: Sequence[MentionFact]) -> Iterator[tuple[MentionFact, _Rank]]:
    for mention in mentions:
        rank = precedence.mention_rank(name, mention.kind)
        if rank is not None:
            yield mention, (rank, "mention")


def _newest(fact: MetadataFact) -> float:
    """Among answers of one service to one question the latest one stands."""
    return -fact.at.timestamp()


def _of_service(fact: MetadataFact) -> Origin:
    return Origin(source=fact.metadata.service, at=fact.at)


def _of_list(mention: MentionFact) -> Origin:
    return Origin(source=mention.source, at=mention.first_seen)


def _union(
    name: Field,
    claims: Iterable[tuple[_Order, _T, Origin]],
    same: Callable[[_T], object],
    provenance: dict[str, Origin],
) -> tuple[_T, ...]:
    kept: dict[object, _T] = {}
    for _, value, origin in sorted(claims, key=lambda claim: claim[0]):
        if isinstance(value, Link | str) and not _is_web(value.url if isinstance(value, Link) else value):
            continue
        key = same(value)
        if key not in kept:
            kept[key] = value
            provenance.setdefault(name, origin)
        elif isinstance(value, Link) and value.label and not getattr(kept[key], "label", ""):
            kept[key] = value
    return tuple(kept.values())


def _is_web(url: str) -> bool:
    return url.strip().lower().startswith(("http://", "https://"))


def _is_abstract(text: str) -> bool:
    return len(text) >= _SHORTEST_ABSTRACT and not _NO_ABSTRACT.match(text)


def _names(authors: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The credible names in order, and whether the list claims to be whole (no "et al.")."""
    kept: list[str] = []
    whole = True
    for author in authors:
        name = " ".join(author.split())
        if _ET_AL.search(name):
            whole = False
            name = _ET_AL.sub("", name).strip(" ,;")
        if name and name.casefold() not in _NO_AUTHOR:
            kept.append(name)
    return tuple(kept), whole


def _credible(day: date, known: datetime) -> bool:
    """Not before printing, and not further ahead than a journal issue is dated."""
    return day.year >= _FIRST_YEAR and day <= known.date() + timedelta(days=400)


def _year_of_arxiv(identifier: Identifier) -> int | None:
    if identifier.scheme != "arxiv":
        return None
    two = int(identifier.value.rpartition("/")[2][:2])
    return 1900 + two if two >= 91 else 2000 + two


def _aliases(title: str, mentions: Sequence[MentionFact]) -> tuple[str, ...]:
    """The other names that lists use, each once, in a stable order."""
    known = {title_key(title), ""}
    names: dict[str, str] = {}
    for mention in sorted(mentions, key=lambda m: (m.source, m.key, m.title, m.alias or "")):
        for name in (mention.alias or "", without_alias(mention.title, mention.alias)):
            key = title_key(name)
            if key not in known:
                names.setdefault(key, " ".join(name.split()))
    return tuple(names[key] for key in sorted(names))
