"""Atom (RFC 4287) and JSON Feed 1.1 from papers.

An entry's id is the weakest id that the paper ever had: ids move up when a
stronger identifier is learned, and a feed reader would show a moved one again.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from tracker.records import SCHEMES, Paper

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
_NS = "http://www.w3.org/2005/Atom"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: What XML 1.0 has no place for.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: ``url`` is its own address, ``home`` the address of the server.

    ``former`` are the ids that papers had before, by the one that they have now;
    ``moments`` say when papers came into the feed, by id, where that is not when
    they came into the library.
    """

    title: str
    url: str
    home: str
    papers: Sequence[Paper]
    former: Mapping[str, Sequence[str]] = field(default_factory=dict)
    moments: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def updated(self) -> datetime:
        """When its newest entry came."""
        return max(map(self.moment, self.papers), default=EPOCH)

    def moment(self, paper: Paper) -> datetime:
        """When a paper came into the feed."""
        return self.moments.get(paper.id) or paper.added or EPOCH


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed", xmlns=_NS)
    _text(root, "id", f"urn:paper-tracker:feed:{quote(feed.title, safe='')}")
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _text(ET.SubElement(root, "author"), "name", "Paper tracker")
    ET.SubElement(root, "link", rel="self", href=feed.url, type=ATOM)
    for paper in feed.papers:
        _entry(root, paper, feed)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "feed_url": feed.url,
        "items": [_item(paper, feed) for paper in feed.papers],
    }
    return json.dumps(value, ensure_ascii=True).encode()


def entry_id(paper: Paper, former: Sequence[str]) -> str:
    """A name for the paper that stays when its id moves up: the weakest of all ids that it had."""
    weakest = max((paper.id, *former), key=lambda name: (_rank(name), name))
    return f"urn:paper-tracker:paper:{quote(weakest, safe=':')}"


def address(paper: Paper, home: str) -> str:
    """Where to read the paper; where no list and no service says so, what this server knows of it."""
    for link in paper.urls:
        if link.url.startswith(("https://", "http://")):
            return link.url
    named = {identifier.scheme: identifier.value for identifier in paper.identifiers}
    if "arxiv" in named:
        return f"https://arxiv.org/abs/{named['arxiv']}"
    if "doi" in named:
        return f"https://doi.org/{quote(named['doi'], safe='/')}"
    return f"{home.rstrip('/')}/api/papers/{quote(paper.id, safe=':')}"


def _entry(root: ET.Element, paper: Paper, feed: Feed) -> None:
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", entry_id(paper, feed.former.get(paper.id, ())))
    _text(entry, "title", paper.title)
    _text(entry, "updated", _moment(feed.moment(paper)))
    _text(entry, "published", _moment(paper.added or EPOCH))
    ET.SubElement(entry, "link", rel="alternate", href=_clean(address(paper, feed.home)))
    for name in paper.authors:
        _text(ET.SubElement(entry, "author"), "name", name)
    for word in _words(paper):
        ET.SubElement(entry, "category", term=_clean(word))
    _text(entry, "summary", _summary(paper))


def _item(paper: Paper, feed: Feed) -> dict[str, object]:
    return {
        "id": entry_id(paper, feed.former.get(paper.id, ())),
        "url": address(paper, feed.home),
        "title": paper.title,
        "content_text": _summary(paper),
        "date_published": _moment(paper.added or EPOCH),
        "date_modified": _moment(feed.moment(paper)),
        "authors": [{"name": name} for name in paper.authors],
        "tags": list(_words(paper)),
    }


def _summary(paper: Paper) -> str:
    """The abstract, else what a list says of it, else its title: an entry is never empty."""
    return next((text for text in (paper.abstract, *(m.text for m in paper.mentions)) if text), paper.title)


def _words(paper: Paper) -> Iterable[str]:
    return dict.fromkeys((*paper.tags, *(c.slug for c in paper.concepts)))


def _rank(name: str) -> int:
    scheme = name.partition(":")[0]
    return SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _clean(text)
