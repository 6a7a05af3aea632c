"""The loop: plan, ask, hand over, and again, until nothing is due.

Every round asks all that is due, the services side by side, each in its own
threads; only asking happens there.  Answers come to the caller's thread batch
by batch, in whatever order they arrive: each is about one (paper, service,
key), and what the caller makes of a paper must not depend on the order.  The
next round starts when the caller has stored them all, so that what one
service told (an abstract, a DOI) decides what the next one is asked.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from tracker.enrich.asking import Answer, Asking, BudgetSpent, Fetch
from tracker.enrich.plan import plan, retry_at
from tracker.enrich.protocol import WINDOW, Service
from tracker.enrich.subject import Batch, Lookup, Outcome, Question, Subject
from tracker.errors import FetchError, Offline
from tracker.records import Progress

#: Batches of one service that may fail in a row before it is left alone for this run.
HALT_AFTER = 8

#: Seconds: a shorter wish of a server to wait is no reason to skip the next run; and the longest that is honoured.
SHORT_WAIT = 60.0
LONG_WAIT = 86_400.0

#: Seconds after which the caller's thread looks up from waiting: some systems deliver Ctrl-C to a thread only then.
WAKE = 0.5

#: Gives all papers and how asking stands, as they are stored now.
Load = Callable[[], tuple[Iterable[Subject], Iterable[Lookup]]]


def run(
    load: Load,
    client: Fetch,
    services: Sequence[Service],
    *,
    now: Callable[[], datetime],
    budget: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    window: int = WINDOW,
) -> Iterator[Batch]:
    """Ask all that is due; yields what came, to be stored before the next one is taken.

    Stopping early (closing the iterator, Ctrl-C) loses only what was under way.

    Args:
        load: gives the papers and the lookups as they are stored; called once a round.
        client: makes the requests, from several threads.
        services: in the order of the chain.
        now: gives the moment, aware.
        budget: requests per service; None asks until nothing is due.
        progress: is told about each batch, stage by stage (a stage is a service).
        window: how many of the newest arXiv papers the services for code and results are asked about.
    """
    state = _Run(client, services, now, budget, progress)
    while True:
        subjects, lookups = load()
        known = {(row.pk, row.service, row.asked): row for row in lookups}
        due = plan(subjects, known.values(), now(), services, tried=state.tried, window=window)
        left = {name: questions for name, questions in due.items() if questions and name not in state.halted}
        if not left:
            return
        yield from state.round(left, known)


class _Run:
    """What is remembered between the rounds of one run."""

    def __init__(
        self,
        client: Fetch,
        services: Sequence[Service],
        now: Callable[[], datetime],
        budget: int | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._client = client
        self._services = {service.name: service for service in services}
        self._now = now
        self._progress = progress
        self._accounts = {service.name: _Account(budget) for service in services}
        self._done: Counter[str] = Counter()
        self.tried: set[tuple[int, str, str]] = set()
        self.halted: set[str] = set()

    def round(self, due: dict[str, tuple[Question, ...]], known: dict[tuple[int, str, str], Lookup]) -> Iterator[Batch]:
        totals = {name: self._done[name] + len(questions) for name, questions in due.items()}
        lanes = [
            _Lane(self._services[name], questions, self._client, self._accounts[name])
            for name, questions in due.items()
        ]
        mailbox: queue.SimpleQueue[_Report] = queue.SimpleQueue()
        threads = [thread for lane in lanes for thread in lane.threads(mailbox)]
        running = len(threads)
        by_name = {lane.service.name: lane for lane in lanes}
        try:
            for thread in threads:
                thread.start()
            while running:
                try:
                    report = mailbox.get(timeout=WAKE)
                except queue.Empty:
                    continue
                if report.fault:
                    raise report.fault
                if report.ended:
                    running -= 1
                    continue
                lane = by_name[report.service]
                batch = self._batch(lane, report, known)
                self._tell(lane.service.name, report, totals)
                yield batch
        finally:
            for lane in lanes:
                lane.stop()

    def _batch(self, lane: _Lane, report: _Report, known: dict[tuple[int, str, str], Lookup]) -> Batch:
        name = lane.service.name
        self.tried.update((answer.question.subject.pk, name, answer.question.key) for answer in report.answers)
        error = report.error or next((answer.error for answer in report.answers if answer.error), None)
        if report.halt:
            self.halted.add(name)
        wait = error.retry_after if error else None
        return Batch(
            service=name,
            outcomes=tuple(self._outcome(lane.service, answer, known) for answer in report.answers),
            requests=report.requests,
            error=str(error) if error else None,
            retry_at=self._now() + timedelta(seconds=min(wait, LONG_WAIT)) if wait else None,
            halted=report.halt and error is not None,
        )

    def _outcome(self, service: Service, answer: Answer, known: dict[tuple[int, str, str], Lookup]) -> Outcome:
        question = answer.question
        before = known.get((question.subject.pk, service.name, question.key))
        failed = answer.state == "failed"
        kept = before is not None and before.state != "failed" and failed
        state = before.state if before and kept else answer.state
        same = before is not None and before.state == state
        attempts = before.attempts + (not kept) if before and same else 1
        again = retry_at("failed" if failed else state, attempts, self._now(), service.traits)
        wait = answer.error.retry_after if answer.error else None
        if failed and wait and wait > SHORT_WAIT:
            again = self._now() + timedelta(seconds=min(wait, LONG_WAIT))
        return Outcome(
            service=service.name,
            pk=question.subject.pk,
            asked=question.key,
            state=state,
            metadata=answer.metadata,
            detail=answer.detail,
            retry_at=again,
            attempts=attempts,
            failed=failed,
        )

    def _tell(self, name: str, report: _Report, totals: dict[str, int]) -> None:
        self._done[name] += len(report.answers)
        if self._progress:
            found = sum(answer.state == "found" for answer in report.answers)
            message = str(report.error) if report.error else f"{found} of {len(report.answers)} known"
            self._progress(Progress(stage=name, done=self._done[name], total=totals[name], message=message))


class _Account:
    """What one service has had in this run, over all its threads: its requests, and its failures in a row."""

    def __init__(self, budget: int | None) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._requests = 0
        self._failures = 0

    def take(self) -> None:
        """One more request; raises :class:`BudgetSpent` when none is left."""
        with self._lock:
            if self._budget is not None and self._requests >= self._budget:
                raise BudgetSpent
            self._requests += 1

    def hopeless(self, answers: Sequence[Answer]) -> bool:
        """Note how a batch ended; True when it was one failure too many."""
        with self._lock:
            self._failures = self._failures + 1 if all(answer.error for answer in answers) else 0
            return self._failures >= HALT_AFTER


class _Report:
    """From a thread to the caller: the answers to one batch, or that the thread has ended."""

    __slots__ = ("answers", "ended", "error", "fault", "halt", "requests", "service")

    def __init__(
        self,
        service: str,
        answers: Sequence[Answer] = (),
        *,
        requests: int = 0,
        error: FetchError | None = None,
        halt: bool = False,
        fault: BaseException | None = None,
        ended: bool = False,
    ) -> None:
        self.service = service
        self.answers = tuple(answers)
        self.requests = requests
        self.error = error
        self.halt = halt
        self.fault = fault
        self.ended = ended


class _Lane:
    """One service's part of a round: its batches, and the threads that ask them."""

    def __init__(self, service: Service, questions: Sequence[Question], client: Fetch, account: _Account) -> None:
        self.service = service
        self._client = client
        self._account = account
        self._stopped = threading.Event()
        size = service.traits.batch
        self._batches: queue.SimpleQueue[Sequence[Question]] = queue.SimpleQueue()
        for start in range(0, len(questions), size):
            self._batches.put(questions[start : start + size])

    def threads(self, mailbox: queue.SimpleQueue[_Report]) -> list[threading.Thread]:
        """Not started yet.  They are daemons: an interrupted run does not wait for an answer to end."""
        number = max(1, min(self.service.traits.workers, self._batches.qsize()))
        return [
            threading.Thread(target=self._work, args=(mailbox,), name=f"ask-{self.service.name}-{n}", daemon=True)
            for n in range(number)
        ]

    def stop(self) -> None:
        """No further batch is asked."""
        self._stopped.set()

    def _work(self, mailbox: queue.SimpleQueue[_Report]) -> None:
        name = self.service.name
        try:
            while not self._stopped.is_set():
                try:
                    questions = self._batches.get_nowait()
                except queue.Empty:
                    break
                mailbox.put(self._ask(questions))
        except BaseException as fault:  # noqa: BLE001 -- a fault of ours must surface in the caller's thread
            mailbox.put(_Report(name, fault=fault))
        mailbox.put(_Report(name, ended=True))

    def _ask(self, questions: Sequence[Question]) -> _Report:
        made = 0

        def take() -> None:
            nonlocal made
            self._account.take()
            made += 1

        asking = Asking(self.service, self._client, take)
        try:
            answers = asking.ask(questions)
            halt = self._account.hopeless(answers)
            if halt:
                self.stop()
            return _Report(self.service.name, answers, requests=made, halt=halt)
        except BudgetSpent:
            self.stop()
            return _Report(self.service.name, requests=made, halt=True)
        except Offline as error:
            self.stop()
            return _Report(self.service.name, requests=made, error=error, halt=True)
