"""AI Papers of the Week: ten papers a week, in tables under headings that name the week.

Two layouts are read, alone or mixed.  Since April 2026 README.md is an index
and the tables are in ``years/YYYY.md``; before, README.md held everything.  A
row is ``| 1) **Title** - text <br>● point … | [Paper](…), [Tweet](…) |``; in
some months the title is not bold and only two spaces or a dash end it.

Week dates: a heading gives months and days, and since 2024 the year in which
the week ends.  Without it the year is that of the page's name, else that of the
index's year heading above the link with the same label, else the one that
keeps the weeks in order.  A week that crosses New Year takes the pair of years
that makes it start on a Monday and end on a Sunday, else the year it ends in.

Titles are often nicknames, so nothing here is keyed on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, Request, SourceSpec
from tracker.sources.github import Place, linked_path, pages, path_of, paths_in, place
from tracker.sources.inline import Spans, is_web, links, plain, readable, runs, squeezed
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, descendants, read
from tracker.sources.weeks import WEEK, index_years, label_key, week_dates

_YEAR_PAGE = re.compile(r"(?:^|/)years/(\d{4})\.md$", re.I)
_RANK = re.compile(r"^\s*(\d{1,3})\s*[).:]\s*")

#: Labels under which the paper itself is linked, best first.
_PAPERS = (
    *("paper", "papers", "arxiv", "pdf", "preprint", "paper 1", "paper1", "technical report", "tech report", "report"),
    *("whitepaper", "white paper", "system card", "model card", "book", "thesis", "survey", "article", "evaluation"),
)
#: Labels of what stands in for a paper where there is none.
_STAND_INS = ("blog", "blog post", "post", "project", "project page", "website")
_CODE_LABELS = ("code", "github", "repo", "repository", "code & data", "code and data")
#: Hosts whose pages are papers whatever the label says ("Project" pointing at arXiv).
_PAPER_HOSTS = re.compile(r"^https?://(?:www\.)?(?:arxiv\.org|openreview\.net|aclanthology\.org|doi\.org)/", re.I)

#: How a blurb begins where nothing else ends the title before it.
_BLURB = re.compile(
    r"(?<=\S)\s+(?=(?:This|The|A|An|In this|Our|These)\s+(?:new\s+|recent\s+|comprehensive\s+)?"
    r"(?:paper|work|study|survey|report|article|research|authors?|team|post)\b"
    r"|(?:Introduces|Presents|Proposes|Investigates|Explores|Provides|Shows|Studies|Examines|Develops|Researchers)\b)"
)
#: Bold words longer than this may be a title and the blurb after it; plain words longer than the other surely are.
_LONG_TITLE, _LONGEST_TITLE = 120, 160


@dataclass(frozen=True, slots=True)
class _Week:
    start: date | None
    end: date | None
    label: str

    @property
    def section(self) -> tuple[str, ...]:
        """The same words in both layouts, whatever the series is called that year."""
        return (f"Week of {self.start}",) if self.start else (self.label,)


class Weekly:
    """The kind ``weekly``."""

    name = "weekly"
    rolling = False

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The index, and the names of all files so that no year page is overlooked."""
        where = _place(spec)
        return (where.page("README.md"), where.tree())

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """The year pages: those that the repository has, and those that the index links.

        A page of which only a link is known may be missing; one that is known to be there may not.

        Raises:
            ParseError: the index is not Markdown, or the answer about the files is garbled.
        """
        where = _place(spec)
        existing = paths_in(documents)
        wanted = {path for path in existing or () if _YEAR_PAGE.search(path)}
        if existing is None:  # parsing the index is work, and with the names of all files it tells nothing new
            for document in pages(documents):
                if not _YEAR_PAGE.search(path_of(document)):
                    linked = (linked_path(where, document, url) for url in _urls(read(markdown_text(document))))
                    wanted |= {path for path in linked if path and _YEAR_PAGE.search(path)}
        have = {path_of(document) for document in pages(documents)}
        return tuple(where.page(path, optional=existing is None) for path in sorted(wanted - have))

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """All weeks of all pages, newest page first; a week on two pages counts once.

        Raises:
            ParseError: a page is no Markdown, or a page that should hold weeks holds none.
        """
        entries: dict[tuple[object, ...], Entry] = {}
        problems: list[Problem] = []
        for document in sorted(pages(documents), key=path_of, reverse=True):
            found = _Page(document).entries(problems)
            if not found and _YEAR_PAGE.search(path_of(document)):
                raise ParseError(f"{document.url} holds no week of papers")
            for entry in found:
                entries.setdefault((entry.week_start, entry.section, entry.rank, entry.url, entry.title), entry)
        if not entries:
            raise ParseError(f"{spec.url} holds no week of papers")
        return Parsed(tuple(entries.values()), tuple(problems))


class _Page:
    """One file: its weeks and their rows."""

    def __init__(self, document: Document) -> None:
        self._path = path_of(document)
        self._blocks = read(markdown_text(document))
        named = _YEAR_PAGE.search(self._path)
        self._year = int(named[1]) if named else None
        self._index = dict(index_years(self._blocks))

    def entries(self, problems: list[Problem]) -> list[Entry]:
        """The rows under week headings; rows that cannot be read go to ``problems``."""
        out: list[Entry] = []
        week: _Week | None = None
        last = 0
        for block in self._blocks:
            if block.kind == "heading":
                last = 0
                week = self._week(block, week, problems)
            elif block.kind == "row" and week is not None:
                entry = _entry(block, week, last, self._path)
                if entry is not None:
                    out.append(entry)
                    last = entry.rank or 0
                elif plain(block.spans).strip(" -:|*") and not _is_header(block):
                    problems.append(Problem(f"{self._path}:{block.line}", "a row without a title or a link"))
        return out

    def _week(self, heading: Block, previous: _Week | None, problems: list[Problem]) -> _Week | None:
        text = squeezed(plain(heading.spans))
        match = WEEK.search(text)
        label = match[1].strip() if match else ""
        if not label or not any(character.isdigit() for character in label) or re.fullmatch(r"[\s—–-]*\d{4}", label):
            return None
        after = re.search(r"\)\s*[-–—,]?\s*(\d{4})\s*$", label)
        year = int(after[1]) if after else self._year or self._index.get(label_key(label))
        span = week_dates(label, year, previous.start if previous else None)
        if span is None:
            problems.append(Problem(f"{self._path}:{heading.line}", f"no dates can be read from the heading {text!r}"))
            return _Week(None, None, label.strip("() "))
        return _Week(*span, label)


def _place(spec: SourceSpec) -> Place:
    where = place(spec.url)
    if where is None:
        raise ParseError(f"{spec.url} is not on GitHub")
    return where


def _urls(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        for inner in (block, *descendants(block)):
            yield from (link.url for link in links(inner.spans))


def _is_header(row: Block) -> bool:
    words = squeezed(plain(row.spans)).casefold().replace("*", "")
    return words in ("paper links", "papers links", "paper link")


# ---------------------------------------------------------------- rows


def _entry(row: Block, week: _Week, last: int, path: str) -> Entry | None:
    """The row as an entry; None when it names nothing.  ``last`` is the rank of the row above."""
    if not row.cells or _is_header(row):
        return None
    told, linked = row.cells[0], row.cells[-1] if len(row.cells) > 1 else ()
    rank, title, text = _told(told)
    shown = [Link(_label(link.label), link.url) for link in links(linked) if is_web(link.url)]
    inside = [link for link in links(told) if is_web(link.url)]
    if not linked and inside:  # the cells were never parted: the links stand at the end of the text
        shown, inside = [Link(_label(link.label), link.url) for link in inside], []
    if not title or (rank is None and not shown):
        return None
    return Entry(
        title=title,
        url=_paper_url(shown, inside),
        links=tuple(shown + inside),
        text=text,
        section=week.section,
        week_start=week.start,
        week_end=week.end,
        rank=rank if rank is not None else last + 1,
        document=path,
        line=row.line,
        code=tuple(dict.fromkeys(link.url for link in shown if link.label.casefold() in _CODE_LABELS)),
    )


def _label(label: str) -> str:
    return label.strip(" \t\n()[]{}*,;|") or label


def _paper_url(shown: Sequence[Link], inside: Sequence[Link]) -> str | None:
    """The link to the paper itself: by label, then by host, then as the text calls it.

    A project page or post stands in only where there is nothing better.
    """
    hosted = [link.url for link in shown if _PAPER_HOSTS.match(link.url)]
    ways = (*_labelled(shown, _PAPERS), *hosted, *_labelled(inside, _PAPERS), *_labelled(shown, _STAND_INS))
    return next(iter(ways), None)


def _labelled(shown: Sequence[Link], wanted: Sequence[str]) -> list[str]:
    urls = {link.label.casefold(): link.url for link in reversed(shown)}
    return [urls[label] for label in wanted if label in urls]


def _told(cell: Spans) -> tuple[int | None, str, str]:
    """Rank, title and text of a row's first cell."""
    raw = "".join(span.text for span in cell if span.image is None)
    match = _RANK.match(raw)
    rank, rest = (int(match[1]), raw[match.end() :]) if match else (None, raw.lstrip())
    title = _leading_bold(cell, rest)
    if title and title in rest:
        after = rest[rest.find(title) + len(title) :]
    if not title or title not in rest or (len(title) > _LONG_TITLE and _BLURB.search(title)):
        title, after = _cut(rest.lstrip("* "))
    return rank, squeezed(title).strip("* -–—:"), readable(re.sub(r"^[\s*:.–—-]+(?=\S)", "", after).strip())


def _leading_bold(cell: Spans, rest: str) -> str:
    """The bold (or, with a star astray, italic) words that ``rest`` begins with; "" when it begins otherwise."""
    for style in ("bold", "italic"):
        for _, _, words in runs(cell, style):
            if words and squeezed(rest).lstrip("*_ ").startswith(words):
                return words
    return ""


def _cut(text: str) -> tuple[str, str]:
    """Title and blurb of a row without bold words: parted by dash, spaces, line break or the first words of a blurb."""
    head = text[: _LONGEST_TITLE * 2]
    ends = [
        match
        for pattern in (r"\s+[-–—]\s+", r"\s{2,}|\n", _BLURB.pattern)
        if (match := re.search(pattern, head)) and match.start() <= _LONGEST_TITLE
    ]
    if not ends:
        first = re.split(r"(?<=[.!?])\s", text, maxsplit=1)
        return (first[0], text[len(first[0]) :]) if len(first[0]) <= _LONGEST_TITLE else (text[:_LONGEST_TITLE], text)
    end = min(ends, key=lambda match: match.start())
    return text[: end.start()], text[end.end() :]
