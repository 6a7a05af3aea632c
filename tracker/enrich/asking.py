"""Asking one service about one batch, whatever comes back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tracker.enrich.protocol import Service
from tracker.enrich.subject import Question, Rejected, State
from tracker.errors import FetchError, Garbled, HttpStatus, Offline, Refused, TooLarge
from tracker.records import Document, Metadata, Request

#: How often an answer that makes no sense is asked for again before it counts as a failure.
GARBLED_RETRIES = 3

#: Ids of one batch that are found bad by halving it, before the service rather than the ids must be at fault.
MOST_BAD = 8

#: Statuses that a service gives to a batch for something in it.
_REJECTIONS = frozenset({400, 413, 414, 422})


class Fetch(Protocol):
    """The part of :class:`tracker.http.Client` that is needed here; called from several threads."""

    def fetch(self, request: Request, *, conditional: bool = False) -> Document:
        """The answer, or a FetchError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said about one question; ``error`` is set where the state is ``failed``."""

    question: Question
    state: State
    metadata: Metadata | None = None
    detail: str | None = None
    error: FetchError | None = None


class BudgetSpent(Exception):
    """No request is left for this service in this run."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one service.

    Args:
        service: whom.
        client: makes the requests.
        take: is called before each request; raises :class:`BudgetSpent` when none is left.
    """

    service: Service
    client: Fetch
    take: Callable[[], None]

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each question; a batch that is rejected is halved until the bad id is found.

        Raises:
            BudgetSpent: before the first request.
            Offline: sockets are switched off.
        """
        return self._ask(questions, [])

    def _ask(self, questions: Sequence[Question], bad: list[Question], *, again: bool = False) -> list[Answer]:
        self.take()
        try:
            return self._answers(questions)
        except (Rejected, HttpStatus) as error:
            if self._is_rejection(error, len(questions)):
                return self._rejected(questions, error, bad, again)
            return self._denied(questions, error)
        except Offline:
            raise
        except FetchError as error:
            return self._denied(questions, error)

    def _is_rejection(self, error: Rejected | HttpStatus, size: int) -> bool:
        if isinstance(error, Rejected) or error.status in _REJECTIONS:
            return True
        return size == 1 and error.status in self.service.traits.unknown_statuses

    def _answers(self, questions: Sequence[Question]) -> list[Answer]:
        request = self.service.request(questions)
        for left in range(GARBLED_RETRIES, -1, -1):
            document = self.client.fetch(request)
            try:
                said = self.service.parse(document, questions)
            except Garbled:
                if not left:
                    raise
                self.take()
            else:
                return [_answer(question, said.get(question.subject.pk)) for question in questions]
        raise AssertionError("the loop ends by return or raise")

    def _denied(self, questions: Sequence[Question], error: FetchError) -> list[Answer]:
        """A failure; or a "no" that stays, where the service's traits say that this is an answer."""
        final = isinstance(error, Refused | TooLarge | HttpStatus) and not error.transient
        if self.service.traits.denial_is_answer and final:
            return [Answer(question, "unknown", detail=str(error)) for question in questions]
        return [Answer(question, "failed", detail=str(error), error=error) for question in questions]

    def _rejected(
        self, questions: Sequence[Question], error: Rejected | HttpStatus, bad: list[Question], again: bool
    ) -> list[Answer]:
        """The papers to blame are unknown; the others are asked about again without them.

        A bare "bad request" for a single paper has to be said twice: it makes the paper unknown for days.
        """
        detail = error.detail or str(error)
        if len(questions) == 1:
            if isinstance(error, HttpStatus) and error.status in _REJECTIONS and not again:
                with contextlib.suppress(BudgetSpent):
                    return self._ask(questions, bad, again=True)
            bad.append(questions[0])
            return [Answer(questions[0], "unknown", detail=detail)]
        blamed = self.service.blamed(detail, questions)
        answers = [Answer(q, "unknown", detail=detail) for q in questions if q.subject.pk in blamed]
        rest = [question for question in questions if question.subject.pk not in blamed]
        parts = [rest] if blamed else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
        for part in filter(None, parts):
            if len(bad) >= MOST_BAD:
                answers += self._denied(part, error)
                continue
            try:
                answers += self._ask(part, bad)
            except BudgetSpent:  # what was learned so far is kept; the rest is asked about in the next run
                break
        return answers


def _answer(question: Question, said: Metadata | None) -> Answer:
    return Answer(question, "found", said) if said else Answer(question, "unknown")
