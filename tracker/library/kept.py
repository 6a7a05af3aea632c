"""What was read from the library, kept until anything is committed: pages are drawn far oftener than it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")

#: So many answers are kept; the one that was asked for longest ago goes.
_MOST = 12


class Kept:
    """Answers by question, each as of a version of the library; safe to call from all threads."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, tuple[int, object]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, question: Hashable, version: int, read: Callable[[], T]) -> T:
        """The answer as of ``version``, read now unless it is kept.

        Args:
            question: names the answer; the same question always has an answer of the same type.
            version: :meth:`~tracker.store.database.Database.version`, asked for before reading: what is committed
                while ``read`` runs then only makes the answer be read once more.
            read: reads it; nobody may change what it gives.
        """
        with self._guard:
            held = self._answers.get(question)
            if held is not None and held[0] == version:
                self._answers.move_to_end(question)
                return held[1]  # type: ignore[return-value]  # the question says of which type it is
        answer = read()
        with self._guard:
            self._answers[question] = (version, answer)
            self._answers.move_to_end(question)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)
        return answer
