"""What a service is to the runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tracker.enrich.subject import Question, Subject
from tracker.records import Document, Metadata, Request

#: ``identity``: asked about every paper it can know.  ``abstract``: only while a paper has none.  ``extra``: code and
#: results, for the newest papers and the pinned ones.
Role = Literal["identity", "abstract", "extra"]

#: How many of the newest arXiv papers the ``extra`` services are asked about.
WINDOW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a service is to be asked.

    Attributes:
        role: when it is asked about a paper.
        batch: papers in one request.
        workers: requests under way at a time; more than one only where they go to different hosts.
        unknown_statuses: statuses that say "no such paper" when one paper was asked about.
        denial_is_answer: any refusal that will stay (403, too large, no public address) means "unknown" here.
        retry_days: days until an unknown paper is asked about again, doubling each time.
        retry_most_days: ceiling of these days.
        refresh_days: days after which a pinned paper is asked about again although it was found.
    """

    role: Role
    batch: int = 1
    workers: int = 1
    unknown_statuses: frozenset[int] = frozenset({404})
    denial_is_answer: bool = False
    retry_days: float = 14.0
    retry_most_days: float = 90.0
    refresh_days: float | None = None


class Service(Protocol):
    """A public service, as pure functions around the wire."""

    @property
    def name(self) -> str:
        """How lookups and metadata call it."""

    @property
    def traits(self) -> Traits:
        """How it is to be asked."""

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """What to ask by, best first; the next one is for when the one before is unknown.  Empty: it cannot know it."""

    def request(self, questions: Sequence[Question]) -> Request:
        """One request about at most ``traits.batch`` papers."""

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """What it says about each paper, by ``pk``; None: it does not know the paper.

        Raises:
            Garbled: the answer is not what the service sends.
            Rejected: the service rejects the batch for one of its ids.
        """

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """The papers that a rejection names; empty when it does not say."""
