"""One pace per host: how long to wait between two requests, and after a server asked for patience."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from tracker.errors import FetchError

#: Seconds between two requests to a host, as the services publish them; see each service's terms of use.
COURTESY = {
    "export.arxiv.org": 3.0,
    "api.semanticscholar.org": 1.0,
    "api.openalex.org": 0.1,
    "api.crossref.org": 0.2,
    "huggingface.co": 0.25,
    "paperswithcode.co": 0.25,
    "api.github.com": 0.2,
    "raw.githubusercontent.com": 0.1,
}
OTHERS = 1.0
CROSSREF_LISTS = 1.0

#: Hosts of one service share a pace.  arXiv asks for one connection over all of one's machines.
_GROUPS = {"arxiv.org": "export.arxiv.org", "www.arxiv.org": "export.arxiv.org", "rss.arxiv.org": "export.arxiv.org"}
_ALONE = frozenset({"export.arxiv.org"})

#: How long another process may hold the lock of a host before this one gives up, in seconds.
LOCK_TIMEOUT = 180.0

_log = logging.getLogger(__name__)


def courtesy(host: str, path: str) -> float:
    """The published seconds between requests to a host."""
    if host == "api.crossref.org" and path.rstrip("/") == "/works":
        return CROSSREF_LISTS
    return COURTESY.get(host, OTHERS)


@dataclass(slots=True)
class _Lane:
    """The pace of one host: when the next request may start, and who is under way."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    alone: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0
    held_until: float = 0.0


class Pacer:
    """Lets requests to one host start no faster than its pace, over all threads.

    arXiv's pace holds over all processes that share ``folder`` too: a lock
    file keeps one request under way at a time, and a file beside it the
    moment at which the next may start.  That pace counts from the end of a
    request, so that it holds at the server as well.

    Args:
        interval: seconds for every host; None means each service's published courtesy.
        folder: where the files of the pace across processes lie.
        clock: seconds that only go forward.
        wall: seconds since the epoch, which processes have in common.
        sleep: waits; may raise to stop waiting.
    """

    def __init__(
        self,
        interval: float | None,
        folder: Path,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._interval = interval
        self._folder = folder
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}

    @contextmanager
    def turn(self, host: str, path: str) -> Iterator[None]:
        """Wait for this host's turn; the request belongs inside.

        Raises:
            FetchError: another process holds the host for too long.
        """
        group = _GROUPS.get(host, host)
        seconds = courtesy(group, path) if self._interval is None else self._interval
        lane = self._lane(group)
        if group not in _ALONE:
            self._wait(lane, self._reserve(lane, seconds))
            yield
            return
        with lane.alone, ExitStack() as stack:
            if seconds > 0:
                stack.enter_context(self._shared(group, seconds))
            self._wait(lane, lane.next_start)
            try:
                yield
            finally:
                lane.next_start = self._clock() + seconds

    def hold(self, host: str, seconds: float) -> None:
        """No request to this host starts within ``seconds`` from now."""
        lane = self._lane(_GROUPS.get(host, host))
        with lane.lock:
            lane.held_until = max(lane.held_until, self._clock() + seconds)

    def _lane(self, group: str) -> _Lane:
        with self._lock:
            return self._lanes.setdefault(group, _Lane())

    def _reserve(self, lane: _Lane, seconds: float) -> float:
        with lane.lock:
            start = max(self._clock(), lane.next_start, lane.held_until)
            lane.next_start = start + seconds
            return start

    def _wait(self, lane: _Lane, start: float) -> None:
        # Another thread may be told to hold while this one waits, so look again after every sleep.
        while (left := max(start, lane.held_until) - self._clock()) > 0:
            self._sleep(left)

    @contextmanager
    def _shared(self, group: str, seconds: float) -> Iterator[None]:
        """The turn of this process among all that share the folder."""
        lock = FileLock(self._folder / f"pace-{group}.lock")
        moment = self._folder / f"pace-{group}.next"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=LOCK_TIMEOUT, poll_interval=0.1)
        except Timeout as error:
            raise FetchError(f"another process has been asking {group} for {LOCK_TIMEOUT:.0f} seconds") from error
        except OSError as error:
            _log.warning("the pace of %s holds for this process only: %s", group, error)
            yield
            return
        try:
            left = min(_read_moment(moment) - self._wall(), seconds)
            if left > 0:
                self._sleep(left)
            _write_moment(moment, self._wall() + seconds)  # should this process die before the end of the request
            try:
                yield
            finally:
                _write_moment(moment, self._wall() + seconds)
        finally:
            lock.release()


def _read_moment(path: Path) -> float:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def _write_moment(path: Path, moment: float) -> None:
    try:
        path.write_text(repr(moment), encoding="ascii")
    except OSError as error:
        _log.warning("%s cannot be written, the pace holds for this process only: %s", path, error)
