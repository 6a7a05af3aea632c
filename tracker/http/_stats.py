"""Counters of one client, so that a caller can tell its own time from the network's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stats:
    """What a client did so far.

    ``seconds`` is the time during which at least one request was under way,
    its pacing and its waits before a retry included; requests of several
    threads at the same time count once.  ``bytes`` are those on the wire.
    """

    requests: int = 0
    retries: int = 0
    unchanged: int = 0
    bytes: int = 0
    seconds: float = 0.0


class Tally:
    """Adds up; every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests = self._retries = self._unchanged = self._bytes = 0
        self._seconds = 0.0
        self._busy = 0
        self._since = 0.0

    def add(self, *, requests: int = 0, retries: int = 0, unchanged: int = 0, bytes: int = 0) -> None:
        """Count what happened."""
        with self._lock:
            self._requests += requests
            self._retries += retries
            self._unchanged += unchanged
            self._bytes += bytes

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Time inside is the network's."""
        with self._lock:
            if self._busy == 0:
                self._since = self._clock()
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                if self._busy == 0:
                    self._seconds += self._clock() - self._since

    def stats(self) -> Stats:
        """The counters as they stand."""
        with self._lock:
            running = self._clock() - self._since if self._busy else 0.0
            return Stats(self._requests, self._retries, self._unchanged, self._bytes, self._seconds + running)
