"""One line of an unknown list read as a paper: title, authors, date, links, and how much speaks for its being one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.sources.asides import cited
from tracker.sources.dates import VENUE, date_in
from tracker.sources.inline import Span, Spans, plain, squeezed, without_bare_urls
from tracker.sources.linked import ReadLink, identity, read_links, without_labels
from tracker.sources.people import authors_in, leads_with_names
from tracker.sources.titles import (
    FIELD,
    LEAD,
    TitleKind,
    alias_of,
    clean_title,
    decluttered,
    ends_of,
    title_of,
    word_count,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one item, row or paragraph says.

    ``before`` counts the words in front of the title that are neither names nor
    decoration, ``around`` all words besides title, authors and link labels.
    """

    title: str
    kind: TitleKind
    links: tuple[ReadLink, ...]
    url: str | None
    same_as: tuple[str, ...]
    code: tuple[str, ...]
    authors: tuple[str, ...]
    alias: str | None
    year: int | None
    month: int | None
    venue: bool
    text: str
    before: int
    around: int

    @property
    def has_paper(self) -> bool:
        """Whether a link leads to a paper."""
        return any(link.role == "paper" for link in self.links)

    @property
    def words(self) -> int:
        """How long the title is; a title in Chinese or Japanese counts by characters."""
        return word_count(self.title)


def read(spans: Spans, *, title: str | None = None, links: Sequence[ReadLink] | None = None) -> Reading | None:
    """``spans`` as a paper, or None when nothing in it can be a title.

    ``title`` and ``links`` are given where a table's columns or another line tell them.
    """
    whole = decluttered("".join(span.text for span in spans if span.image is None))
    found, citation = (tuple(links), None) if links is not None else cited(read_links(spans), whole)
    picked = title_of(spans, found, whole) if title is None else (title, "plain")
    if picked is None:
        return None
    title, kind = picked
    shown = clean_title(title)
    if not re.search(r"[^\W\d_]{2,}", shown):
        return None
    before, after = _apart(whole, title)
    own_link = next((link for link in found if link.own and _same(link.link.label, title)), None)
    url, same_as = identity(found, own_link)
    lead = _undecorated(before)
    authors, told = authors_in(spans, lead, without_labels(after, found), title)
    year, month = date_in(" ".join((before, after, *ends_of(title))))
    if citation is not None:
        authors, year = authors or citation[0], citation[1]
    return Reading(
        title=shown,
        kind=kind,
        links=found,
        url=url,
        same_as=same_as,
        code=tuple(dict.fromkeys(link.link.url for link in found if link.role == "code" and link is not own_link)),
        authors=authors,
        alias=alias_of(spans, shown, whole),
        year=year,
        month=month,
        venue=bool(VENUE.search(f"{before} {after}")),
        text=told,
        before=leads_with_names(lead.strip(" \"'“*:,.-–—[(|")),
        around=len(told.split()),
    )


def is_note(spans: Spans) -> bool:
    """Whether a line only adds to the paper above it: labelled links, a field ("Authors: …"), or nothing of its own."""
    text = squeezed(decluttered(plain(spans)))
    if FIELD.match(text) and not re.match(
        r"^\W*(?:papers?|title|论文|标题)\s*[:：]\s*\S+\s+\S+\s+\S+", without_bare_urls(text), re.I
    ):
        return True
    found = read_links(spans)
    if not found or any(link.own for link in found):
        return False
    rest = text
    for link in found:
        if link.link.label:  # an address written out has none
            rest = rest.replace(link.link.label, " ")
    # Words before an address that nothing labels are the title of a paper of its own.
    allowed = 4 if any(link.link.label for link in found) else 0
    return len(re.findall(r"\w{2,}", without_bare_urls(rest))) <= allowed


def joined(lines: Iterable[Spans]) -> Spans:
    """Several lines as one, parted by line breaks."""
    out: list[Span] = []
    for line in lines:
        out += [*([Span("\n")] if out else []), *line]
    return tuple(out)


def _apart(whole: str, title: str) -> tuple[str, str]:
    """The text before and after the title."""
    at = whole.find(title)
    if at < 0:
        squeezed_whole, wanted = squeezed(whole), squeezed(title)
        at = squeezed_whole.find(wanted)
        return (squeezed_whole[:at], squeezed_whole[at + len(wanted) :]) if at >= 0 else ("", whole)
    return whole[:at], whole[at + len(title) :]


def _same(label: str, title: str) -> bool:
    return squeezed(label) == squeezed(title) or squeezed(title) in squeezed(label)


def _undecorated(before: str) -> str:
    """What stands before a title, without numbers, dates, venues in brackets and names of fields."""
    return FIELD.sub("", LEAD.sub("", before))
