from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.enrich.fakes import FakeService, Web, fake_services, stormy
from tests.enrich.library import Library
from tracker.enrich.reporting import Ledger
from tracker.enrich.runner import HALT_AFTER, run
from tracker.enrich.subject import Subject
from tracker.errors import FetchError
from tracker.records import Document, Identifier, Progress, Request


def paper(pk: int, arxiv: str | None = None, doi: str | None = None, **fields: Any) -> Subject:
    named = (("arxiv", arxiv), ("doi", doi))
    identifiers = tuple(Identifier(scheme, value) for scheme, value in named if value)
    return Subject(pk=pk, title=f"paper {pk}", identifiers=identifiers, **fields)


def states(library: Library, service: str) -> dict[str, str]:
    return {row.asked: row.state for row in library.lookups.values() if row.service == service}


def test_one_run_asks_the_whole_chain_and_a_second_nothing() -> None:
    web = Web(
        {
            ("arxiv", "arxiv:1"): {},
            ("semanticscholar", "arxiv:1"): {"doi": "10.1/a"},
            ("landing", "doi:10.1/a"): {"abstract": "text"},
        }
    )
    library = Library([paper(1, "1")], fake_services())
    library.enrich(web)
    assert [name for name, _ in web.asked if name != "code"] == ["arxiv", "semanticscholar", "openalex", "landing"]
    assert library.subject(1).has_abstract
    web.asked.clear()
    assert library.enrich(web) == 0
    assert web.asked == []


def test_batches_are_as_large_as_the_service_takes() -> None:
    web = Web()
    Library([paper(n, str(n)) for n in range(1, 8)], fake_services(arxiv_batch=3)[:1]).enrich(web)
    assert [len(keys) for _, keys in web.asked] == [3, 3, 1]


@pytest.mark.parametrize("names_the_bad", [True, False])
def test_one_bad_id_does_not_spoil_its_batch(names_the_bad: bool) -> None:
    known = {("arxiv", f"arxiv:{n}"): {"abstract": "text"} for n in range(1, 17)}
    web = Web(known, bad=frozenset({"arxiv:5"}), names_the_bad=names_the_bad)
    library = Library([paper(n, str(n)) for n in range(1, 17)], fake_services(arxiv_batch=16)[:1])
    library.enrich(web)
    assert states(library, "arxiv") == {f"arxiv:{n}": "unknown" if n == 5 else "found" for n in range(1, 17)}
    bad = next(o for batch in library.batches for o in batch.outcomes if o.pk == 5)
    assert "incorrect id" in (bad.detail or "")
    assert len(web.asked) == (2 if names_the_bad else 10)
    assert sum(batch.requests for batch in library.batches) == len(web.asked)


def test_a_service_that_rejects_everything_is_at_fault_itself() -> None:
    web = Web(bad=frozenset(f"arxiv:{n}" for n in range(1, 65)))
    library = Library([paper(n, str(n)) for n in range(1, 65)], fake_services(arxiv_batch=64)[:1])
    library.enrich(web)
    found = list(states(library, "arxiv").values())
    assert (found.count("unknown"), found.count("failed")) == (8, 56)
    assert len(web.asked) < 40


def test_garbage_is_asked_for_again_before_it_counts() -> None:
    web = Web({("arxiv", "arxiv:1"): {}}, fault=lambda request, times: "garbage" if times < 4 else None)
    library = Library([paper(1, "1")], fake_services()[:1])
    library.enrich(web)
    assert states(library, "arxiv") == {"arxiv:1": "found"}
    assert library.batches[0].requests == 4


def test_a_denial_that_stays_is_an_answer_only_where_it_is_one() -> None:
    web = Web(fault=lambda request, times: 403)
    library = Library([paper(1, "1", "10.1/a")], (fake_services()[0], fake_services()[3]))
    library.enrich(web)
    assert states(library, "arxiv") == {"arxiv:1": "failed"}
    alone = Library([paper(1, None, "10.1/a")], (fake_services()[3],))
    alone.enrich(web)
    assert states(alone, "landing") == {"doi:10.1/a": "unknown"}


def test_a_long_wish_to_wait_is_honoured_by_the_next_run() -> None:
    class Busy(Web):
        def fetch(self, request: Request, *, conditional: bool = False) -> Document:
            super().fetch(request)
            raise FetchError("busy", retry_after=3600.0)

    web = Busy()
    library = Library([paper(1, "1")], fake_services()[:1])
    library.enrich(web)
    assert library.batches[0].retry_at == library.now + timedelta(hours=1)
    library.enrich(web, after=timedelta(minutes=30))
    assert len(web.asked) == 1
    library.enrich(web, after=timedelta(minutes=31))
    assert len(web.asked) == 2


def test_offline_leaves_no_trace() -> None:
    web = Web(fault=lambda request, times: "offline")
    library = Library([paper(n, str(n)) for n in range(1, 9)], fake_services())
    ledger = Ledger(library.services)
    library.enrich(web)
    for batch in library.batches:
        ledger.add(batch)
    assert library.lookups == {}
    reports = {report.service: report for report in ledger.reports({"arxiv": 8})}
    assert (reports["arxiv"].waiting, reports["arxiv"].error) == (8, "sockets are switched off")


def test_a_service_that_is_down_is_left_alone_for_the_run() -> None:
    web = Web(fault=lambda request, times: 503)
    library = Library([paper(n, str(n)) for n in range(1, 41)], fake_services(arxiv_batch=1)[:1])
    library.enrich(web)
    assert len(web.asked) == HALT_AFTER
    assert [batch.halted for batch in library.batches] == [False] * (HALT_AFTER - 1) + [True]
    web.fault = lambda request, times: None
    library.enrich(web)
    assert set(states(library, "arxiv").values()) == {"unknown"}


def test_a_failed_refresh_keeps_what_was_found() -> None:
    web = Web({("semanticscholar", "doi:10.1/a"): {"abstract": "text"}})
    library = Library([paper(1, None, "10.1/a", pinned=True)], fake_services()[1:2])
    library.enrich(web)
    web.fault = lambda request, times: 503
    library.enrich(web, after=timedelta(days=31))
    [row] = library.lookups.values()
    assert (row.state, row.retry_at, row.attempts) == ("found", library.now, 1)
    assert library.batches[-1].outcomes[0].failed
    web.fault = lambda request, times: None
    assert library.enrich(web) == 1
    assert library.enrich(web) == 0


def test_unknown_waits_double() -> None:
    library = Library([paper(1, "1")], fake_services()[:1])
    waits = []
    for _ in range(4):
        library.enrich(Web(), after=timedelta(days=61))
        [row] = library.lookups.values()
        assert row.retry_at
        waits.append((row.retry_at - library.now).days)
    assert waits == [3, 6, 12, 24]


def test_progress_is_told_batch_by_batch() -> None:
    told: list[Progress] = []
    Library([paper(n, str(n)) for n in range(1, 8)], fake_services()[:1]).enrich(Web(), progress=told.append)
    assert [(step.stage, step.done, step.total) for step in told] == [("arxiv", 3, 7), ("arxiv", 6, 7), ("arxiv", 7, 7)]


def test_a_fault_of_ours_is_not_swallowed() -> None:
    class Broken(FakeService):
        def request(self, questions: Any) -> Request:
            raise ZeroDivisionError("a bug")

    library = Library([paper(1, "1")], (Broken("arxiv", "identity", ["arxiv"]),))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        library.enrich(Web())


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Python's own answer to SIGINT, also where the process was started with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupt_ends_the_run_at_once_and_keeps_what_is_stored() -> None:
    release = threading.Event()

    class Slow(Web):
        def fetch(self, request: Request, *, conditional: bool = False) -> Document:
            if "arxiv:4" in request.json:
                while len(library.lookups) < 3:
                    time.sleep(0.001)  # until what came before is stored
                os.kill(os.getpid(), signal.SIGINT)
                release.wait(600)  # a server that takes its time
            return super().fetch(request)

    library = Library([paper(n, str(n)) for n in range(1, 8)], fake_services()[:1])
    with pytest.raises(KeyboardInterrupt):
        library.enrich(Slow())
    release.set()
    assert set(states(library, "arxiv")) == {"arxiv:1", "arxiv:2", "arxiv:3"}
    library.enrich(Web())
    assert len(states(library, "arxiv")) == 7


def test_the_reports_add_up() -> None:
    web = Web({("arxiv", "arxiv:1"): {}}, fault=lambda request, times: 503 if "'arxiv:7'" in request else None)
    library = Library([paper(n, str(n)) for n in range(1, 8)], fake_services()[:1])
    library.enrich(web)
    ledger = Ledger(library.services)
    for batch in library.batches:
        ledger.add(batch)
    [report] = ledger.reports({"arxiv": 1})
    assert (report.asked, report.found, report.unknown, report.failed, report.requests, report.waiting) == (
        7,
        1,
        5,
        1,
        3,
        1,
    )
    assert "503" in (report.error or "")


# ---------------------------------------------------------------- the guarantee


ABSTRACT = st.sampled_from([None, {}, {"abstract": "text"}])


@st.composite
def worlds(
    draw: st.DrawFn, *, learned: bool = True
) -> tuple[list[Subject], dict[tuple[str, str], dict[str, str]], frozenset[str]]:
    """Some papers, what each service knows of them, and arXiv ids that spoil a batch."""
    subjects, known, bad = [], {}, set()
    for pk in range(1, draw(st.integers(1, 9)) + 1):
        arxiv = f"24{pk:02d}.00001" if draw(st.booleans()) else None
        doi = f"10.1/{pk}" if draw(st.booleans()) else None
        later = f"10.2/{pk}" if learned and draw(st.booleans()) else None
        subjects.append(paper(pk, arxiv, doi, pinned=draw(st.booleans())))
        if arxiv and draw(st.integers(0, 5)) == 0:
            bad.add(f"arxiv:{arxiv}")
        keys = [f"{scheme}:{value}" for scheme, value in (("arxiv", arxiv), ("doi", doi), ("doi", later)) if value]
        for service in ("arxiv", "semanticscholar", "openalex", "landing", "by-title", "code"):
            for key in (f"title:paper {pk}",) if service == "by-title" else keys:
                said = draw(st.sampled_from([None, {}]) if service == "code" else ABSTRACT)
                if said is not None:
                    known[service, key] = {
                        **said,
                        **({"doi": later} if later and service in ("semanticscholar", "by-title") else {}),
                    }
    return subjects, known, frozenset(bad)


def undisturbed(world: Any) -> Library:
    subjects, known, bad = world
    library = Library(subjects, fake_services())
    library.enrich(Web(known, bad), window=3)
    return library


@settings(max_examples=60, deadline=None)
@given(world=worlds(), seed=st.integers(0, 10**6), share=st.sampled_from([0.2, 0.5, 0.9]), storms=st.integers(1, 2))
def test_a_calm_run_after_storms_reaches_what_calm_alone_reaches(
    world: Any, seed: int, share: float, storms: int
) -> None:
    subjects, known, bad = world
    library = Library(subjects, fake_services())
    for storm in range(storms):
        library.enrich(Web(known, bad, fault=stormy(seed + storm, share)), window=3)
    library.enrich(Web(known, bad), window=3)
    assert library.exact() == undisturbed(world).exact()
    web = Web(known, bad)
    assert library.enrich(web, window=3) == 0


@settings(max_examples=40, deadline=None)
@given(world=worlds(learned=False), seed=st.integers(0, 10**6), storms=st.integers(3, 6))
def test_after_many_storms_what_counts_is_the_same(world: Any, seed: int, storms: int) -> None:
    """Later links may have been asked meanwhile; their answers stay, but do not count."""
    subjects, known, bad = world
    library = Library(subjects, fake_services())
    for storm in range(storms):
        library.enrich(Web(known, bad, fault=stormy(seed + storm, 0.95)), window=3)
    library.enrich(Web(known, bad), window=3)
    assert library.outcome() == undisturbed(world).outcome()
    assert library.enrich(Web(known, bad), window=3) == 0


@settings(max_examples=40, deadline=None)
@given(world=worlds(), budget=st.integers(1, 3))
def test_small_budgets_reach_it_in_the_end(world: Any, budget: int) -> None:
    subjects, known, bad = world
    library = Library(subjects, fake_services(arxiv_batch=64))
    for _ in range(60):
        web = Web(known, bad, names_the_bad=True)
        if not library.enrich(web, window=3, budget=budget):
            break
        asked = [name for name, _ in web.asked]
        assert all(asked.count(name) <= budget for name in asked)
    assert library.exact() == undisturbed(world).exact()


@settings(max_examples=40, deadline=None)
@given(world=worlds(), kept=st.integers(0, 12))
def test_a_run_that_is_broken_off_is_gone_on_with(world: Any, kept: int) -> None:
    subjects, known, bad = world
    library = Library(subjects, fake_services())
    batches = run(library.load, Web(known, bad), library.services, now=lambda: library.now, window=3)
    for _, batch in zip(range(kept), batches, strict=False):
        library.store(batch)
    batches.close()  # type: ignore[attr-defined]
    library.enrich(Web(known, bad), window=3)
    assert library.exact() == undisturbed(world).exact()
