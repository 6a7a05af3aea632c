"""What is due, as a pure function of the papers, of how asking stands, and of the time.

The chain.  Services are asked in order, and one is asked about a paper only
when every one before it that could know the paper has answered for good:
found it, or said that it does not know it.  A failure leaves the paper
waiting there.  So a disturbed run followed by a calm one asks what an
undisturbed run asks.  Only when a service has failed for a paper in
:data:`PATIENCE` runs does the paper move on, after one more attempt in the
run at hand; it stays due at that service.

The window.  Services for code and results are asked about the newest arXiv
papers and the pinned ones, which depends on what the library holds and not
on what was asked before.  A paper that was in the window and failed stays due
when newer ones push it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from tracker.enrich.protocol import WINDOW, Service, Traits
from tracker.enrich.subject import Lookup, Question, Subject

#: Runs in which a service may fail for a paper before the paper moves on.
PATIENCE = 3

#: What was asked in this run: paper, service, key.
Tried = AbstractSet[tuple[int, str, str]]
_Book = Mapping[tuple[int, str], Mapping[str, Lookup]]

#: How asking stands at a service for a paper: the question that is due, and whether later services may be asked.
_Standing = tuple[Question | None, bool]


def plan(
    subjects: Iterable[Subject],
    lookups: Iterable[Lookup],
    now: datetime,
    services: Sequence[Service],
    *,
    tried: Tried = frozenset(),
    window: int = WINDOW,
) -> dict[str, tuple[Question, ...]]:
    """The questions that are due now, by service.

    Papers that a service was never asked about come first, then by the number of earlier attempts.

    Args:
        subjects: all papers.
        lookups: how asking stands.
        now: the moment, aware.
        services: in the order of the chain.
        tried: what was asked in this run already; it is not asked again.
        window: how many of the newest arXiv papers the services for code and results are asked about.
    """
    papers = tuple(subjects)
    book = _book(lookups)
    due: dict[str, list[Question]] = {service.name: [] for service in services}
    order = [service.name for service in services if service.traits.role == "abstract"]
    for subject in papers:
        for service in services:
            if service.traits.role == "extra" or _is_spared(service, subject, order, book):
                continue
            question, passed = _standing(service, subject, book, now, tried)
            if question:
                due[service.name].append(question)
            if not passed:
                break
    newest = _newest(papers, window)
    for service in services:
        if service.traits.role == "extra":
            for subject in papers:
                rows = book.get((subject.pk, service.name), {})
                pending = any(row.state == "failed" for row in rows.values())
                if subject.pinned or pending or subject.pk in newest:
                    question, _ = _standing(service, subject, book, now, tried)
                    if question:
                        due[service.name].append(question)
    return {name: tuple(sorted(questions, key=_order(name, book))) for name, questions in due.items()}


def waiting(
    subjects: Iterable[Subject], lookups: Iterable[Lookup], now: datetime, services: Sequence[Service]
) -> dict[str, int]:
    """How many papers each service still has to be asked about, were a run to start now."""
    return {name: len(questions) for name, questions in plan(subjects, lookups, now, services).items()}


def retry_at(state: str, attempts: int, now: datetime, traits: Traits) -> datetime | None:
    """When to ask again: never for what was found, unless the service is to be refreshed for pinned papers."""
    if state == "found":
        return now + timedelta(days=traits.refresh_days) if traits.refresh_days else None
    if state == "failed":
        return now
    days = min(traits.retry_days * 2 ** min(attempts - 1, 30), traits.retry_most_days)
    return now + timedelta(days=days)


def _book(lookups: Iterable[Lookup]) -> _Book:
    book: dict[tuple[int, str], dict[str, Lookup]] = defaultdict(dict)
    for row in lookups:
        book[row.pk, row.service][row.asked] = row
    return book


def _standing(service: Service, subject: Subject, book: _Book, now: datetime, tried: Tried) -> _Standing:
    rows = book.get((subject.pk, service.name), {})
    if found := [row for row in rows.values() if row.state == "found"]:
        found.sort(key=lambda row: row.asked)
        return _refresh(service, subject, found, now, tried), True
    again: Question | None = None
    for key in service.keys(subject):
        row = rows.get(key)
        was_tried = (subject.pk, service.name, key) in tried
        if row is None:
            return (None if was_tried else Question(subject, key)), False
        is_due = not was_tried and (row.retry_at is None or row.retry_at <= now)
        if row.state == "failed":
            return (Question(subject, key), False) if is_due else (again, row.attempts >= PATIENCE)
        elif is_due and again is None:
            again = Question(subject, key)
    return again, True


def _is_spared(service: Service, subject: Subject, order: Sequence[str], book: _Book) -> bool:
    """Is the paper served already?  Not by a service further down, that was asked only because this one failed."""
    if service.traits.role != "abstract" or not subject.has_abstract:
        return False
    if subject.abstract_source not in order or order.index(subject.abstract_source) <= order.index(service.name):
        return True
    return all(row.state != "failed" for row in book.get((subject.pk, service.name), {}).values())


def _refresh(
    service: Service, subject: Subject, found: Sequence[Lookup], now: datetime, tried: Tried
) -> Question | None:
    if service.traits.refresh_days is None or not subject.pinned:
        return None
    keys = service.keys(subject)
    for row in found:
        old = row.retry_at is not None and row.retry_at <= now
        if old and row.asked in keys and (subject.pk, service.name, row.asked) not in tried:
            return Question(subject, row.asked)
    return None


def _newest(subjects: Sequence[Subject], window: int) -> frozenset[int]:
    """The papers with the newest arXiv ids; ids of the old style, until March 2007, are older than all others."""
    dated = sorted(
        ((_age(value), subject.pk) for subject in subjects for value in subject.values("arxiv")[:1]), reverse=True
    )
    return frozenset(pk for _, pk in dated[:window])


def _age(arxiv: str) -> tuple[int, str]:
    return (0, arxiv.rpartition("/")[2]) if "/" in arxiv else (1, arxiv)


def _order(name: str, book: _Book) -> Callable[[Question], tuple[int, int, str]]:
    def key(question: Question) -> tuple[int, int, str]:
        row = book.get((question.subject.pk, name), {}).get(question.key)
        return (row.attempts if row else 0), question.subject.pk, question.key

    return key
