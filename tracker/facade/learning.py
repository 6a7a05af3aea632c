"""Concepts, paths and labs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.facade.rooms import Rooms
from tracker.facade.types import OnProgress
from tracker.records import Paper

if TYPE_CHECKING:
    from tracker.concepts.labs import BuildReport, LabResult
    from tracker.concepts.paths import ReadingPlan
    from tracker.library.concepts import ConceptCard, ConceptPage
    from tracker.library.lab_infos import LabInfo


class Learning(Rooms):
    """Concepts, paths and labs."""

    def concepts(self) -> tuple[ConceptCard, ...]:
        """All concepts, each after what it needs, with how many papers are about it."""
        return self._scholar().cards()

    def concept(self, slug: str, limit: int = 50) -> ConceptPage:
        """A concept: explanation, what it needs, key papers in reading order, and the library's papers about it.

        Raises:
            UsageError: there is no such concept; names the nearest.
        """
        return self._scholar().page(slug, limit)

    def say_concept(self, paper_id: str, slug: str, accepted: bool | None) -> Paper:
        """Confirm or reject that a paper is about a concept; None takes the word back."""
        return self._scholar().say(paper_id, slug, accepted)

    def path(self, target: str, hours: float | None = None) -> ReadingPlan:
        """A reading plan from what has been read to a concept or a paper, in the order in which ideas need each other.

        Raises:
            UsageError: there is no such concept or paper, or the hours are not positive.
        """
        return self._scholar().path(target, hours)

    def labs(self) -> tuple[LabInfo, ...]:
        """The labs there are: what each shows, what it takes, and something to try."""
        return self._bench().infos()

    def lab(self, name: str, **inputs: object) -> LabResult:
        """One lab's answer, computed on the bundled model.

        Args:
            name: as in :meth:`labs`, or as concepts name their lab.
            inputs: by name, as :meth:`labs` says.

        Raises:
            UsageError: no such lab, an input that makes no sense, or a library that the labs have not read.
            ModelError: the bundled model is missing.
        """
        return self._bench().run(name, inputs)

    def lab_sentences(self, paper_id: str) -> tuple[str, ...]:
        """The title and the sentences of a paper that are short enough to be a lab's input.

        Raises:
            UnknownPaper: there is none of that name.
        """
        return self._bench().sentences(paper_id)

    def lab_uses(self, word: str, count: int = 6) -> tuple[str, ...]:
        """Sentences of the library that hold a word, each of another paper: input for the lab ``meanings``."""
        return self._bench().uses(word, count)

    def labs_due(self) -> bool:
        """Whether the labs that look through the library have not read all of it."""
        return self._bench().due()

    def lab_ready(self) -> bool:
        """Whether those labs have read the library once, so that they answer."""
        return self._bench().ready()

    def build_lab_indexes(
        self, progress: OnProgress | None = None, *, seconds: float | None = None
    ) -> tuple[BuildReport, ...]:
        """Read what is new in the library for those labs; minutes the first time, then only what changed.

        Args:
            progress: told after every few papers.
            seconds: begin nothing new after so long; what was read counts, and the rest is read by a later call.

        Raises:
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
        """
        return self._bench().build(progress, seconds)

    def keep_labs_up(self, seconds: float, progress: OnProgress | None = None) -> bool:
        """Let those labs read on for at most so long; True when they have read all of the library."""
        return self._bench().keep_up(seconds, progress)

    def build_damaged(self, *, progress: OnProgress | None = None, **parts: object) -> BuildReport:
        """Let the model without some parts read the library, so that the lab ``ablate`` damages both sides.

        Args:
            progress: told after every few papers.
            parts: what is switched off, by name as the lab ``ablate`` takes it.

        Raises:
            UsageError: nothing is switched off, or there is no such part.
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
        """
        return self._bench().build_damaged(parts, progress)
