"""What an imported file says, row by row, before anything is decided about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tracker.errors import ImportFileError
from tracker.records import READING_STATUSES, BenchmarkResult, ConceptLink, Link, Mention, Problem, ReadingStatus

#: Nothing a person means: controls (but tab and line feed), lone surrogates, the byte order mark inside a text.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_YEARS = range(1000, 2201)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportNote:
    """A note; ``id`` and times where the file is one of ours."""

    body: str
    id: str | None = None
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One paper as a file describes it.

    ``line`` is where it begins, counting from 1.  ``id`` is a name that a
    person gave, and stays.  ``identifiers`` are as written, ``scheme:value``
    (``arxiv:1706.03762v5``): the caller normalises them.  ``status``,
    ``rating`` and ``priority`` are None where the file says nothing about them.
    """

    line: int
    title: str
    id: str | None = None
    abstract: str | None = None
    abstract_source: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    published: date | None = None
    venue: str | None = None
    identifiers: tuple[str, ...] = ()
    url: str | None = None
    urls: tuple[Link, ...] = ()
    code: tuple[str, ...] = ()
    results: tuple[BenchmarkResult, ...] = ()
    mentions: tuple[Mention, ...] = ()
    concepts: tuple[ConceptLink, ...] = ()
    status: ReadingStatus | None = None
    rating: int | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[ImportNote, ...] = ()
    added: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """A whole file: the rows that could be read, and what could not, each with its line.

    ``notices`` tell of values that were understood and have no place in the library.
    """

    rows: tuple[ImportRow, ...]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()


class Unkept:
    """Counts what a file says and the library has no place for, so that nothing is passed over in silence."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def saw(self, names: Iterable[str]) -> None:
        """One entry has these fields, which are not kept."""
        self._seen.update(one_line(name)[:60] for name in names)

    def notices(self) -> tuple[str, ...]:
        """One sentence, most frequent fields first; nothing where all was kept."""
        if not self._seen:
            return ()
        shown = [f"{name} ({number})" for name, number in self._seen.most_common(20)]
        more = f" and {len(self._seen) - 20} more" if len(self._seen) > 20 else ""
        return (f"not kept, for the library has no place for it: {', '.join(shown)}{more}",)


class BadRowError(ValueError):
    """A row that says nothing about a paper; the message becomes a :class:`~tracker.records.Problem`."""


def batch(
    name: str, rows: Iterable[ImportRow], problems: Iterable[Problem], notices: Iterable[str] = ()
) -> ImportBatch:
    """The outcome of a file.

    Raises:
        ImportFileError: not one row could be read, and there was something to read.
    """
    found = ImportBatch(tuple(rows), tuple(problems), tuple(notices))
    if found.problems and not found.rows:
        first = found.problems[0]
        raise ImportFileError(
            f"{name}: no paper could be read; {first.where}: {first.message}", cure="name the format with --format"
        )
    return found


def decoded(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows-1252, as old reference managers write.

    Raises:
        ImportFileError: it is not text.
    """
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in data[:4096] and not wide:
        raise ImportFileError(f"{name} is not a text file")
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise ImportFileError(f"{name} is not text in UTF-8", cure="save it as UTF-8")


def clean(text: str) -> str:
    """Text without controls and lone surrogates, which no database and no terminal takes."""
    return _UNWANTED.sub("", text).strip()


def one_line(text: str) -> str:
    """:func:`clean` text with single spaces: a title, a name."""
    return " ".join(clean(text).split())


def as_year(text: str) -> int | None:
    """A year from ``2017``, ``2017-06`` or ``June 2017``; None where there is none to be believed."""
    found = re.search(r"(?<!\d)(\d{4})(?!\d)", text)
    return int(found[1]) if found and int(found[1]) in _YEARS else None


def as_date(text: str) -> date | None:
    """A full date in ISO 8601 (``2017-06-12``, also ``2017/06/12`` and with a time behind); None for all else."""
    found = re.match(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def as_moment(text: str) -> datetime | None:
    """A moment in ISO 8601, in UTC where it names no zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None


def as_status(text: str) -> ReadingStatus | None:
    """A reading status by its name, or by what other programs call it; None for all else."""
    word = text.strip().casefold()
    known: dict[str, ReadingStatus] = {s: s for s in READING_STATUSES}
    known |= {"to read": "queued", "unread": "inbox", "skimmed": "read", "done": "read", "finished": "read"}
    return known.get(word)


def as_rating(text: str) -> int | None:
    """A rating from 1 to 5, also written ``rank4`` or as stars; None for all else."""
    word = text.strip()
    if word and set(word) <= {"★", "☆"}:
        return min(word.count("★"), 5) or None
    found = re.fullmatch(r"(?:rank)?([1-5])(?:\.0+)?(?:\s*/\s*5)?", word, re.IGNORECASE)
    return int(found[1]) if found else None


def as_priority(text: str) -> int | None:
    """A whole number, larger is more urgent; None for all else."""
    found = re.fullmatch(r"\s*([+-]?\d{1,6})(?:\.0+)?\s*", text)
    return int(found[1]) if found else None


def words(text: str) -> frozenset[str]:
    """Names written with blanks between them, as a set."""
    return frozenset(text.split())


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in order, empty ones left out."""
    return tuple(dict.fromkeys(text for text in texts if text))


def moment_text(moment: datetime | None) -> str | None:
    """A moment in ISO 8601 as our files write it: UTC, with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment is not None else None
