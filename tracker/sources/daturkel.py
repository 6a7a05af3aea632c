"""Landmark Papers in Machine Learning.

``- **Title (Year)**, Authors, [@Host](url) 🔒 / [@author](url) 🔑 + [@Github](url) 💽.``

What the icons mean stands in the list's own Key table; icons follow the link
they speak of.  By their meanings links are sorted: behind a paywall or freely
available, it is the paper; code, website, video, slides, post accompany it.
``See also:`` items are papers too, and their marker says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, SourceSpec
from tracker.sources.github import pages, path_of
from tracker.sources.inline import Spans, is_web, links, plain, runs, squeezed
from tracker.sources.lists import OneFile
from tracker.sources.people import people
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, descendants, read

#: Base pictographs; joiners and selectors belong to the one before.
_ICON = re.compile("[\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_TITLE_YEAR = re.compile(r"^(?P<title>.*\S)\s*\((?P<year>(?:1[6-9]|20)\d\d)[^()]*\)\W*$", re.S)
_YEAR = re.compile(r"^\W*\(?((?:1[6-9]|20)\d\d)\b[^()]*\)?")
_AKA = re.compile(r"\b(?:aka|a\.k\.a\.?)\s+([^,.]+)", re.I)
_SEE_ALSO = re.compile(r"^\W*see\s+also\b", re.I)

#: What an icon's meaning says about a link or a paper, first match wins.
_ROLES = (
    ("free", re.compile(r"free(?:ly)?\b", re.I)),
    ("paywall", re.compile(r"paywall", re.I)),
    ("code", re.compile(r"\bcode\b|implementation|repositor", re.I)),
    ("beside", re.compile(r"website|video|slides|images|demo\b", re.I)),
    ("post", re.compile(r"blog", re.I)),
    ("standing", re.compile(r"", re.I)),
)


@dataclass(frozen=True, slots=True)
class _Shown:
    link: Link
    icons: tuple[str, ...]


class Daturkel(OneFile):
    """The kind ``daturkel``."""

    name = "daturkel"

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The items with a bold title; other items that link out become problems.

        Raises:
            ParseError: the file is no Markdown or holds no item with a bold title and a year.
        """
        entries: list[Entry] = []
        problems: list[Problem] = []
        for document in pages(documents):
            path, blocks = path_of(document), read(markdown_text(document))
            root = next((block.section for block in blocks if block.kind == "heading"), ())
            key = _key(blocks)
            for item in (i for block in blocks for i in (block, *descendants(block)) if i.kind == "item"):
                if entry := _entry(item, key, root, path):
                    entries.append(entry)
                elif any(is_web(link.url) for link in links(item.spans)):
                    problems.append(Problem(f"{path}:{item.line}", "an item that links out but has no bold title"))
        if not any(entry.year for entry in entries):
            raise ParseError(f"{spec.url} holds no paper with a bold title and a year")
        return Parsed(tuple(entries), tuple(problems))


def _key(blocks: Sequence[Block]) -> dict[str, str]:
    """Icon to the first sentence of its meaning, from the table in the section Key."""
    out: dict[str, str] = {}
    for block in blocks:
        if block.kind == "row" and len(block.cells) >= 2 and any("key" in part.casefold() for part in block.section):
            for icon in _ICON.findall(plain(block.cells[0])):
                out[icon] = re.split(r"[.;](?:\s|$)", squeezed(plain(block.cells[1])), maxsplit=1)[0]
    return out


def _role(meaning: str) -> str:
    return next(role for role, pattern in _ROLES if pattern.search(meaning))


def _entry(item: Block, key: Mapping[str, str], root: tuple[str, ...], path: str) -> Entry | None:
    bold = next(iter(runs(item.spans, "bold")), None)
    if bold is None or not bold[2]:
        return None
    before, rest = item.spans[: bold[0]], item.spans[bold[1] :]
    told, shown = _parted(rest)
    title, year = bold[2], None
    if match := _TITLE_YEAR.match(bold[2]):
        title, year = match["title"].strip(" ,."), int(match["year"])
    elif match := _YEAR.match(told):
        year, told = int(match[1]), told[match.end() :]
    elif not shown:
        return None
    alias = _AKA.search(told)
    authors = people(_AKA.sub("", told))
    url, same_as, code = _sorted_links(shown, key)
    standing = dict.fromkeys(
        key[icon]
        for one in shown
        for icon in one.icons
        if icon in key
        and _role(key[icon]) in ("standing", "post")
        and (one.link.url == url or _role(key[icon]) == "standing")
    )
    see_also = ("See also",) if _SEE_ALSO.match(plain(before)) else ()
    return Entry(
        title=title,
        url=url,
        same_as=same_as,
        links=tuple(_told_link(one, key) for one in shown),
        alias=squeezed(alias[1]) if alias else None,
        authors=authors,
        year=year,
        section=item.section[len(root) :] if item.section[: len(root)] == root else item.section,
        marker="; ".join((*see_also, *standing)) or None,
        document=path,
        line=item.line,
        code=code,
    )


def _parted(rest: Spans) -> tuple[str, tuple[_Shown, ...]]:
    """The words before the first link, and each link with the icons that follow it."""
    told: list[str] = []
    shown: list[_Shown] = []
    for span in rest:
        if span.href is not None and is_web(span.href):
            shown.append(_Shown(Link(squeezed(span.text).lstrip("@"), span.href), ()))
        elif shown:
            shown[-1] = _Shown(shown[-1].link, (*shown[-1].icons, *_ICON.findall(span.text)))
        else:
            told.append(span.text)
    return squeezed("".join(told)), tuple(shown)


def _told_link(one: _Shown, key: Mapping[str, str]) -> Link:
    meanings = [key[icon] for icon in one.icons if icon in key and _role(key[icon]) != "standing"]
    return Link(f"{one.link.label} ({'; '.join(meanings)})" if meanings else one.link.label, one.link.url)


def _sorted_links(
    shown: Sequence[_Shown], key: Mapping[str, str]
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The paper's own link, further links to the same paper, and its code."""
    papers: list[str] = []
    code: list[str] = []
    for one in shown:
        roles = {_role(key[icon]) for icon in one.icons if icon in key}
        if "code" in roles or re.match(r"https?://(?:www\.)?github\.com/", one.link.url):
            code.append(one.link.url)
        elif not roles & {"beside", "post"}:
            papers.append(one.link.url)
    others = [one.link.url for one in shown if one.link.url not in code]
    url = next(iter(papers or others), None)
    return url, tuple(dict.fromkeys(p for p in papers if p != url)), tuple(dict.fromkeys(code))
