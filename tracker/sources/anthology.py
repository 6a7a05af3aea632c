"""Anthology of Modern Machine Learning: papers as nested bullets under topics.

``* 1996 - (Alias) ["Title"](url) - Authors``.  A bullet is a paper when it
begins with a year; or when it is nothing but a web address (other than an
encyclopaedia's); or when it is bare words standing among such addresses.  All
other bullets are topics, and with the headings they make an entry's path, or
they are remarks ("see also …").

What stands between the title and the end is the authors if it can be read as
names, and text otherwise.  A paper given by its address only is called by that
address: its title is for the services to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, SourceSpec
from tracker.sources.github import pages, path_of
from tracker.sources.inline import bare_urls, is_web, links, plain, squeezed, topic, unquoted
from tracker.sources.lists import OneFile
from tracker.sources.people import people
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, read

_YEAR = re.compile(r"^\s*\(?((?:1[6-9]|20)\d\d)\)?\s*[-–—:.]\s*")
_ALIAS = re.compile(r"^\(([^()]+)\)\s*(?:[-–—]\s*)?")
_QUOTED = re.compile(r"^[\"“”]\s*(.+?)\s*(?:[\"”“](?=\s*(?:[-–—(,.]|$))|$)", re.S)
_DASH = re.compile(r"\s+[-–—]+\s+|\s+[-–—]+$|^[-–—]+\s+")
_REMARK = re.compile(r"^\W*(?:see\b|cf\b|via\b|uh\b|probably\b|maybe\b|note\b|todo\b)", re.I)
_ENCYCLOPAEDIA = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:wikipedia|wikimedia|scholarpedia|mathworld\.wolfram)\.\w+/", re.I
)
#: An alias is a name; longer brackets before a title are remarks.
_LONGEST_ALIAS = 30


class Anthology(OneFile):
    """The kind ``anthology``."""

    name = "anthology"

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The bullets that are papers; a bullet with a year but without a title becomes a problem.

        Raises:
            ParseError: the file is no Markdown or holds no bullet that begins with a year.
        """
        entries: list[Entry] = []
        problems: list[Problem] = []
        for document in pages(documents):
            path = path_of(document)
            blocks = read(markdown_text(document))
            found = [(item, topics) for siblings, topics in _families(blocks) for item in _papers(siblings)]
            for item, topics in sorted(found, key=lambda pair: pair[0].line or 0):
                if entry := _entry(item, topics, path):
                    entries.append(entry)
                else:
                    problems.append(Problem(f"{path}:{item.line}", "a bullet with a year but without a title"))
        if not any(entry.year for entry in entries):
            raise ParseError(f"{spec.url} holds no paper with a year")
        return Parsed(tuple(entries), tuple(problems))


def _families(blocks: Sequence[Block], topics: tuple[str, ...] = ()) -> Iterator[tuple[list[Block], tuple[str, ...]]]:
    """The items of each list with the bullets above it."""
    families: dict[int, list[Block]] = {}
    for block in blocks:
        if block.kind == "item":
            families.setdefault(block.group, []).append(block)
    for siblings in families.values():
        yield siblings, topics
        for item in siblings:
            above = topics if _YEAR.match(plain(item.spans)) else (*topics, topic(item.spans))
            yield from _families(item.children, tuple(part for part in above if part))


def _papers(siblings: Sequence[Block]) -> Iterator[Block]:
    """Those of one list's items that are papers."""
    addresses = sum(1 for item in siblings if _address(item))
    among_addresses = addresses >= 2 and addresses * 2 > len(siblings)
    for item in siblings:
        words = plain(item.spans)
        named = not item.children and not links(item.spans) and len(words.split()) >= 3 and not _REMARK.match(words)
        if _YEAR.match(words) or _address(item) or (among_addresses and named):
            yield item


def _address(item: Block) -> str | None:
    """The address that the bullet consists of; None when it says anything else, or leads to an encyclopaedia."""
    words = plain(item.spans)
    found = [link.url for link in links(item.spans) if is_web(link.url)] or list(bare_urls(words))
    alone = len(found) == 1 and words.startswith(("http://", "https://")) and len(words.split()) == 1
    return found[0] if alone and not _ENCYCLOPAEDIA.match(found[0]) else None


def _entry(item: Block, topics: tuple[str, ...], path: str) -> Entry | None:
    where = {"section": (*item.section, *topics), "document": path, "line": item.line}
    if address := _address(item):
        title = re.sub(r"^https?://(?:www\.)?", "", address).rstrip("/")
        return Entry(title=title, url=address, links=(Link("", address),), **where)  # type: ignore[arg-type]
    words = squeezed(plain(item.spans))
    year = _YEAR.match(words)
    rest = words[year.end() :] if year else words
    alias, remark, rest = _bracketed(rest)
    shown = tuple(link for link in links(item.spans) if is_web(link.url))
    title, url, rest = _titled(rest, shown)
    if not title:
        return None
    authors, text = _told(rest)
    return Entry(
        title=title.replace("_", " ") if "_" in title and " " not in title else title,
        url=url,
        links=shown,
        alias=alias,
        text="\n".join(part for part in (remark, text) if part),
        authors=authors,
        year=int(year[1]) if year else None,
        **where,  # type: ignore[arg-type]
    )


def _bracketed(rest: str) -> tuple[str | None, str, str]:
    """Alias and remark from brackets before the title, and what follows them."""
    match = _ALIAS.match(rest)
    if match is None or not rest[match.end() :]:
        return None, "", rest
    inner = squeezed(match[1])
    short = len(inner) <= _LONGEST_ALIAS
    return (inner if short else None), ("" if short else inner), rest[match.end() :]


def _titled(rest: str, shown: Sequence[Link]) -> tuple[str, str | None, str]:
    """Title, its link and what follows: a link that ``rest`` begins with, else words in quotes, else up to the dash."""
    bare = rest.lstrip("\"“”' ")
    for link in shown:
        label = link.label.strip()
        if label and (rest.startswith(label) or bare.startswith(label.lstrip("\"“”' "))):
            after = rest[rest.find(label) + len(label) :] if label in rest else bare[len(label) :]
            return unquoted(label), link.url, after
    if quoted := _QUOTED.match(rest):
        return unquoted(quoted[1]), None, rest[quoted.end() :]
    dash = _DASH.search(rest)
    title, after = (rest[: dash.start()], rest[dash.start() :]) if dash else (rest, "")
    return re.sub(r"\s*\(\?\)$", "", title).strip(' "“”'), None, after


def _told(rest: str) -> tuple[tuple[str, ...], str]:
    """Authors and text from what stands after the title: each part between dashes that is names only gives authors."""
    authors: tuple[str, ...] = ()
    text: list[str] = []
    for part in _DASH.split(rest):
        part = part.strip(' "“”')
        names = people(re.sub(r"^\([^()]*\)\s*", "", part))
        if names and not authors:
            authors = names
        elif part.strip(" .,-–—"):
            text.append(part)
    return authors, " - ".join(text)
