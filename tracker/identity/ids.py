"""Identifiers: what names exactly one paper, in one spelling.

Two entries with the same identifier are the same paper, without any further
evidence.  So an address that several papers may share (a repository, a
company's front page, a tweet, a video) gives no identifier at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from tracker.identity import schemes
from tracker.identity.urls import canonical_url, is_root, split_url
from tracker.records import SCHEMES, Entry, Identifier

__all__ = [
    "canonical_url",
    "entry_identifiers",
    "identifiers_of",
    "landing_url",
    "parse_identifier",
    "public_id",
    "strongest",
    "title_key",
]

#: Hosts whose pages are about papers, or about anything, but are not papers: these very hosts ...
_NEVER_A_PAPER = """
    x.com twitter.com t.co nitter.net fxtwitter.com threads.net threads.com bsky.app mastodon.social youtube.com
    m.youtube.com youtube-nocookie.com vimeo.com bilibili.com twitch.tv tiktok.com instagram.com facebook.com
    m.facebook.com linkedin.com reddit.com old.reddit.com quora.com stackoverflow.com discord.gg discord.com t.me
    amazon.com goodreads.com scholar.google.com colab.research.google.com bit.ly tinyurl.com goo.gl kaggle.com
    pypi.org news.ycombinator.com img.shields.io replicate.com
"""
_NEVER_THESE = frozenset(_NEVER_A_PAPER.split())
#: ... and these with all hosts below them.
_NEVER_BELOW = (".wikipedia.org", ".wikimedia.org", ".stackexchange.com", ".slack.com", ".gradio.app", ".streamlit.app")
#: Words of addresses that lead to a collection.
_SHELVES = """
    about articles blog blogs blog-posts code demo docs en en-us home index news paper papers press projects pubs
    publications research resources team
"""
_COLLECTION = frozenset(_SHELVES.split())
_FILE_IN_REPOSITORY = re.compile(r"/[^/]+/[^/]+/blob/.+")
_FILE_ON_HUB = re.compile(r"/(?:(?:datasets|spaces)/)?[^/]+/[^/]+/blob/.+|/blog/[^/]+(?:/[^/]+)?")
_PROCEEDINGS = frozenset({"openreview.net", "aclanthology.org", "papers.nips.cc"})
_PREFIXED = re.compile(r"([a-z]+)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_RANK = {scheme: rank for rank, scheme in enumerate(SCHEMES)}


@lru_cache(maxsize=8192)  # a list's addresses are asked about when it is compared, stored and settled
def identifiers_of(url: str) -> tuple[Identifier, ...]:
    """The identifiers that an address carries, strongest first.

    The canonical address itself is one (scheme ``url``) where it carries no
    stronger one and may stand for one paper.  Social media, videos,
    repositories, models, front pages and collections give nothing: ``()``.
    Never raises, whatever the text.
    """
    if split_url(url) is None:
        return ()
    canonical = canonical_url(url)
    parts = urlsplit(canonical)
    host, path, query = parts.hostname or "", parts.path, parts.query
    found: dict[str, str | None] = {
        "arxiv": schemes.arxiv_of(host, path),
        "doi": schemes.doi_of(host, path, query),
        "openreview": schemes.openreview_of(host, path, query),
        "acl": schemes.acl_of(host, path),
        "pmlr": schemes.pmlr_of(host, path),
        "neurips": schemes.neurips_of(host, path),
        "cvf": schemes.cvf_of(host, path),
        "jmlr": schemes.jmlr_of(host, path),
    }
    named = _ordered(i for scheme, value in found.items() if value for i in _with_implied(scheme, value))
    if named:
        return named
    return (Identifier("url", canonical),) if _may_be_a_paper(canonical) else ()


def entry_identifiers(entry: Entry) -> tuple[Identifier, ...]:
    """All identifiers of a list's entry, strongest first: its own link, then ``same_as``.

    Only the first arXiv id counts.  A row that links two arXiv papers names
    two papers, and taking both would make them one for ever.
    """
    found: dict[Identifier, None] = {}
    arxiv: str | None = None
    for url in (entry.url or "", *entry.same_as):
        for identifier in identifiers_of(url):
            if identifier.scheme == "arxiv":
                arxiv = arxiv or identifier.value
                if identifier.value != arxiv:
                    break  # this address belongs to another paper, and so does its DOI
            found[identifier] = None
    return _ordered(found)


def parse_identifier(text: str) -> Identifier | None:
    """What a person types: ``arXiv:1706.03762v5``, ``1706.03762``, ``10.1/x``, an address, ``openreview:ID``, ...

    The text must be an identifier and nothing besides: what only mentions one, as a title may, gives None.

    ``parse_identifier(str(identifier)) == identifier`` for every identifier that this module makes.
    """
    text = text.strip()
    if match := _PREFIXED.fullmatch(text):
        scheme, value = match[1].lower(), match[2].strip()
        if scheme == "url":
            return strongest(identifiers_of(value))
        if scheme in _RANK:
            if normal := schemes.normalise(scheme, value):
                return _with_implied(scheme, normal)[0]
            return strongest(identifiers_of(value)) if "/" in value else None
    for scheme in ("arxiv", "doi", "acl"):
        if normal := schemes.normalise(scheme, text):
            return _with_implied(scheme, normal)[0]
    return strongest(identifiers_of(text))


def landing_url(identifier: Identifier) -> str | None:
    """The page of a paper by its identifier; None for the schemes whose pages cannot be computed."""
    value = identifier.value
    match identifier.scheme:
        case "arxiv":
            return f"https://arxiv.org/abs/{value}"
        case "doi":
            return "https://doi.org/" + quote(value, safe="/:;().,_-").replace("//", "/%2F")
        case "openreview":
            return f"https://openreview.net/forum?id={value}"
        case "acl":
            return f"https://aclanthology.org/{value}"
        case "pmlr":
            return f"https://proceedings.mlr.press/{value}.html"
        case "jmlr":
            return f"https://jmlr.org/papers/{value}.html"
        case "neurips" if value.startswith("db"):
            year, _, digest = value.removeprefix("db").partition("/")
            return f"https://datasets-benchmarks-proceedings.neurips.cc/paper/{year}/hash/{digest}-Abstract.html"
        case "neurips" if "/" in value:
            year, _, digest = value.partition("/")
            return f"https://papers.nips.cc/paper/{year}/hash/{digest}-Abstract.html"
        case "neurips":
            return f"https://papers.nips.cc/paper/{value}-"
        case "url":
            return value
    return None


def strongest(identifiers: Iterable[Identifier]) -> Identifier | None:
    """The first by :data:`tracker.records.SCHEMES`, then by value; None of none."""
    return min(identifiers, key=_rank, default=None)


def public_id(identifiers: Iterable[Identifier], fallback: str) -> str:
    """A paper's id: its strongest identifier, or ``title:`` with a hash of ``fallback``'s title key.

    A pure function of the set: the order in which the identifiers were learned does not count.
    """
    best = strongest(identifiers)
    if best is not None:
        return str(best)
    key = title_key(fallback) or fallback.strip()
    return "title:" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


#: ASCII that is neither letter nor digit becomes a space.
_ASCII_MARKS = {code: " " for code in range(128) if not chr(code).isalnum()}


def title_key(title: str) -> str:
    """A title in its coarsest spelling: NFKC, case-folded, letters and digits only, single spaces.  Idempotent."""
    if title.isascii():  # nearly all titles: nothing to normalise, and the marks are known
        return " ".join(title.lower().translate(_ASCII_MARKS).split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split())


def _rank(identifier: Identifier) -> tuple[int, str]:
    return _RANK.get(identifier.scheme, len(_RANK)), identifier.value


def _ordered(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Strongest scheme first; within a scheme the order given (an entry's own link before its others)."""
    return tuple(sorted(dict.fromkeys(identifiers), key=lambda i: _rank(i)[0]))


def _with_implied(scheme: str, value: str) -> tuple[Identifier, ...]:
    """An identifier, and what it says besides: DataCite's DOIs of arXiv are arXiv ids, ACL's DOIs name ACL ids."""
    if scheme == "doi":
        if value.startswith("10.48550/arxiv.") and (arxiv := schemes.arxiv_id(value.removeprefix("10.48550/arxiv."))):
            return (Identifier("arxiv", arxiv),)
        if acl := schemes.acl_of_doi(value):
            return (Identifier("doi", value), Identifier("acl", acl))
    return (Identifier(scheme, value),)


def _may_be_a_paper(canonical: str) -> bool:
    parts = urlsplit(canonical)
    host = parts.hostname or ""
    if is_root(canonical) or "." not in host or host in _NEVER_THESE or host.endswith(_NEVER_BELOW):
        return False
    path = parts.path
    if host == "github.com":
        return bool(_FILE_IN_REPOSITORY.fullmatch(path)) and not path.lower().endswith("/readme.md")
    if host in ("gitlab.com", "bitbucket.org", "codeberg.org"):
        return path.count("/") > 2
    if host == "huggingface.co":
        return bool(_FILE_ON_HUB.fullmatch(path)) and not path.lower().endswith("/readme.md")
    if schemes.ARXIV_HOSTS.fullmatch(host):
        return False  # every paper there has an arXiv id, and none could be read
    if host in _PROCEEDINGS and re.match(r"/(?:group|venues?|volumes|events)\b", path):
        return False
    if host == "paperswithcode.com":
        return path.startswith("/paper/")
    if host == "google.com" and path in ("/search", "/scholar"):
        return False
    return bool(parts.query) or not set(path.lower().strip("/").split("/")) <= _COLLECTION
