"""Awesome AI Papers: ``* ⭐ 01/2023: [Title (Alias)](url)``, grouped by year and field.

What the icons mean stands in the list's own Taxonomy section ("🏆 Historical
Paper : more than …"); an entry's marker is the name given there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.errors import ParseError
from tracker.records import Document, Entry, Parsed, Problem, SourceSpec
from tracker.sources.github import pages, path_of
from tracker.sources.inline import PICTOGRAPHS, is_web, links, plain, squeezed
from tracker.sources.lists import OneFile
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, descendants, read, without_common_root
from tracker.sources.titles import split_alias

_ICON = rf"[{PICTOGRAPHS}]+"
_MEANING = re.compile(rf"^\s*({_ICON})\s*([^:：]+?)\s*[:：]")
_ITEM = re.compile(
    rf"^\s*(?P<icon>{_ICON})?\s*(?:(?P<month>\d{{1,2}})/)?(?P<year>(?:1[89]|20)\d\d)\s*[:：.-]\s*(?P<rest>.*)", re.S
)


class Aimerou(OneFile):
    """The kind ``aimerou``."""

    name = "aimerou"

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The dated items; undated ones that link out under a topic of papers become problems.

        Raises:
            ParseError: the file is no Markdown or holds no dated item.
        """
        entries: list[Entry] = []
        problems: list[Problem] = []
        for document in pages(documents):
            path, blocks = path_of(document), read(markdown_text(document))
            meanings = _meanings(blocks)
            items = [inner for block in blocks for inner in (block, *descendants(block)) if inner.kind == "item"]
            for item in without_common_root(blocks, tuple(items)):
                if entry := _entry(item, meanings, path):
                    entries.append(entry)
                elif any(is_web(link.url) for link in links(item.spans)):
                    problems.append(Problem(f"{path}:{item.line}", "an item that links out but has no date or title"))
        if not entries:
            raise ParseError(f"{spec.url} holds no dated paper")
        return Parsed(tuple(entries), tuple(problems))


def _icon(text: str) -> str:
    return text.replace("\ufe0f", "")


def _meanings(blocks: Sequence[Block]) -> dict[str, str]:
    """Icon to meaning, from the paragraphs or items of the section called Taxonomy."""
    out: dict[str, str] = {}
    for block in blocks:
        if not any(re.search(r"taxonomy|legend|icons?|key", part, re.I) for part in block.section[-1:]):
            continue
        for inner in (block, *descendants(block)):
            for line in plain(inner.spans).split("\n"):
                if match := _MEANING.match(line):
                    out[_icon(match[1])] = squeezed(match[2])
    return out


def _entry(item: Block, meanings: dict[str, str], path: str) -> Entry | None:
    match = _ITEM.match(plain(item.spans))
    if match is None:
        return None
    shown = links(item.spans)
    found = tuple(link for link in shown if is_web(link.url))
    if shown and not found:  # a line of the table of contents
        return None
    title, alias = split_alias(found[0].label if found else squeezed(match["rest"]))
    if not title:
        return None
    month = int(match["month"]) if match["month"] and 1 <= int(match["month"]) <= 12 else None
    return Entry(
        title=title,
        url=found[0].url if found else None,
        links=found,
        alias=alias,
        year=int(match["year"]),
        month=month,
        section=item.section,
        marker=meanings.get(_icon(match["icon"] or "")) or match["icon"],
        document=path,
        line=item.line,
    )
