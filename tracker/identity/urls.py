"""One spelling for each web address (RFC 3986, section 6, and what lists do to addresses).

The canonical form is a name, not necessarily an address that answers: it is
always ``https``, has no fragment, no tracking parameters and no trailing slash.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlsplit, urlunsplit

_SCHEMELESS = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:[/?#]|$)")
_TRACKING_PREFIXES = ("utm_", "mc_", "_hs", "hsa_", "pk_", "mtm_", "at_medium", "at_campaign", "via=", "__hs")
_TRACKING_NAMES = """
    _ga _gl casa_token cmpid dclid download ecid fbclid feature gad_source gclid gclsrc hn hsctatracking icid igshid
    igsh mkt_tok msclkid ref ref_src ref_url referrer rss_id sfnsn share sharedid spm srsltid trk twclid usp via
    wbraid yclid zanpid
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
#: Hosts whose whole query says nothing about which work is meant (signed links, view counters).
_QUERY_MEANS_NOTHING = (
    "fbcdn.net",
    "ieeexplore.ieee.org",
    "jstor.org",
    "medium.com",
    "sciencedirect.com",
    "substack.com",
)
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php)$", re.IGNORECASE)
_ARCHIVED = re.compile(r"^/web/\d{1,14}[a-z_]*/(https?:/{1,2}.+)$", re.IGNORECASE)
#: Two pages of one work on hosts that have no identifier scheme of their own: (host, pattern, replacement).
_ONE_WORK: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("ieeexplore.ieee.org", re.compile(r"^/(?:abstract/)?document/(\d+).*$"), r"/document/\1"),
    ("ieeexplore.ieee.org", re.compile(r"^/iel\d+/.*/0*(\d+)\.pdf$"), r"/document/\1"),
    ("sciencedirect.com", re.compile(r"^/science/article/(?:abs/)?pii/([^/]+).*$"), r"/science/article/pii/\1"),
    ("citeseerx.ist.psu.edu", re.compile(r"^/viewdoc/\w+$"), "/viewdoc/summary"),
    ("researchgate.net", re.compile(r"^/publication/(\d+).*$"), r"/publication/\1"),
    ("semanticscholar.org", re.compile(r"^/paper/(?:.*/)?([0-9a-f]{40})(?:/.*)?$"), r"/paper/\1"),
    ("raw.githubusercontent.com", re.compile(r"^/([^/]+/[^/]+)/(?:refs/heads/)?(.+)$"), r"/\1/blob/\2"),
    ("github.com", re.compile(r"^/([^/]+/[^/]+)/(?:raw|blame)/(?:refs/heads/)?(.+)$"), r"/\1/blob/\2"),
    ("huggingface.co", re.compile(r"^/(.+?)/(?:resolve|raw)/(.+)$"), r"/\1/blob/\2"),
)
_RENAMED_HOSTS = {
    "hf.co": "huggingface.co",
    "raw.githubusercontent.com": "github.com",
    "citeseer.ist.psu.edu": "citeseerx.ist.psu.edu",
    "youtu.be": "youtube.com",
    "mobile.twitter.com": "twitter.com",
}


@lru_cache(maxsize=4096)  # one address is asked about a dozen times while its paper is placed
def split_url(text: str) -> SplitResult | None:
    """The parts of an http(s) address, or None where ``text`` is none.

    White space and control characters inside are removed (lists break lines
    in addresses), ``host/path`` without a scheme is taken as an address, and
    wrappers (an archived copy, a search engine's redirect) are opened.
    """
    # Of all white space only the plain space counts as printable.
    cleaned = text if text.isprintable() else "".join(c for c in text if c.isprintable() and not c.isspace())
    cleaned = cleaned.replace(" ", "").strip("<>\"'")
    if cleaned.startswith("//"):
        cleaned = "https:" + cleaned
    elif "://" not in cleaned[:12] and _SCHEMELESS.match(cleaned):
        cleaned = "https://" + cleaned
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return _unwrap(parts, host.lower())


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The one spelling of an http(s) address; any other text comes back stripped of outer white space.

    Idempotent.  The scheme becomes ``https``; ``www.``, default ports, user names, fragments (but ``#!`` and ``#/``
    routes), tracking parameters, trailing and doubled slashes and ``index.html`` go; parameters are sorted; percent
    escapes are normalised; internationalised hosts become ASCII.
    """
    parts = split_url(url)
    if parts is None:
        return url.strip()
    host = host_of(parts)
    path = _path(host, parts.path)
    host, path = _one_work(host, path)
    if host == "github.com":
        path = _fold_repository(path)
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    netloc = (f"[{host}]" if ":" in host else host) + port
    return urlunsplit(("https", netloc, path, _query(host, parts.query), _escape(fragment, "!/:@$&()*+,;=-._~?")))


def host_of(parts: SplitResult) -> str:
    """The host in lower-case ASCII, without ``www.`` and a trailing dot."""
    host = (parts.hostname or "").lower().rstrip(".")
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            host = quote(host, safe=".-_")
    shorter = re.sub(r"^(?:www\d?\.)+", "", host)
    return shorter if "." in shorter else host


def is_root(url: str) -> bool:
    """True for the front page of a host: a canonical address without path, query and route."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _unwrap(parts: SplitResult, host: str) -> SplitResult | None:
    target = None
    if host in ("web.archive.org", "archive.org") and (match := _ARCHIVED.match(parts.path)):
        inner = re.sub(r"^(https?):/+", r"\1://", match[1], flags=re.IGNORECASE)
        target = inner + (f"?{parts.query}" if parts.query else "")
    elif host.removeprefix("www.") == "google.com" and parts.path == "/url":
        given = dict(parse_qsl(parts.query))
        target = given.get("q") or given.get("url")
    if target and len(target) < len(parts.geturl()):  # shorter each time, so this ends
        return split_url(target) or parts
    return parts


def _path(host: str, path: str) -> str:
    path = re.sub(r";(?:jsessionid|sid)=[^/?]*", "", path, flags=re.IGNORECASE)
    path = _escape(path, "/!:@$&()*+,;=-._~")
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    joined = "/" + "/".join(kept) if kept else ""
    while (shorter := _INDEX_PAGE.sub("", joined)) != joined:
        joined = shorter
    return joined


def _one_work(host: str, path: str) -> tuple[str, str]:
    """Apply the rules of :data:`_ONE_WORK` until none changes anything (each shortens the list of what they match)."""
    while True:
        before = (host, path)
        for site, pattern, replacement in _ONE_WORK:
            if host == site:
                path = pattern.sub(replacement, path)
        host = _RENAMED_HOSTS.get(host, host)
        if (host, path) == before:
            return before


def _query(host: str, query: str) -> str:
    if not query or any(host == h or host.endswith("." + h) for h in _QUERY_MEANS_NOTHING):
        return ""
    if host == "citeseerx.ist.psu.edu":  # viewdoc/summary and viewdoc/download of one report differ in the rest
        return "&".join(sorted(f"{k}={v}" for k, v in parse_qsl(query) if k in ("doi", "pid")))
    kept = []
    for part in re.split(r"[&]", query):
        name = unquote_to_bytes(part).decode("utf-8", "replace").casefold()
        bare = name.partition("=")[0]
        if part and bare not in _TRACKING and not name.startswith(_TRACKING_PREFIXES):
            kept.append(_escape(part, "/!:@$()*,;=-._~?+"))
    return "&".join(sorted(kept))


def _escape(text: str, safe: str) -> str:
    """Percent escapes in one spelling: unreserved characters plain, all else upper-case hexadecimal UTF-8."""
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", text)
    out = []
    for place, piece in enumerate(pieces):
        if place % 2:  # the split leaves the escapes at the odd places
            char = chr(int(piece[1:], 16))
            out.append(char if char.isascii() and (char.isalnum() or char in "-._~") else piece.upper())
        else:
            out.append(quote(piece, safe=safe, errors="replace"))
    return "".join(out)


def _fold_repository(path: str) -> str:
    """Owner and repository in lower case (GitHub does not tell them apart), the path inside as it is."""
    owner_repo = path.split("/", 3)
    owner_repo[1:3] = [part.lower() for part in owner_repo[1:3]]
    if len(owner_repo) == 3:
        owner_repo[2] = owner_repo[2].removesuffix(".git") or owner_repo[2]
    return "/".join(owner_repo)
