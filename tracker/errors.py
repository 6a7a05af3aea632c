"""Everything the tracker raises on purpose, in one tree.

Catch :class:`TrackerError` at an edge (a command, a page, a job); catch a
leaf where the code can do something about it.

::

    TrackerError
    ├── UsageError            what was asked makes no sense; exit code 2
    │   ├── QueryError        a search query that cannot be read
    │   ├── UnknownPaper      no paper goes by that id
    │   └── UnknownSource     no source goes by that name
    ├── SettingsError         an environment variable or settings file is wrong
    ├── ImportFileError       a file to import cannot be read at a named line
    ├── FetchError            a request that did not bring a usable answer
    │   ├── Offline           sockets are switched off
    │   ├── Refused           the address is not one we ask (private, loopback, scheme)
    │   ├── TooLarge          more bytes than the limit
    │   ├── HttpStatus        the server said no (4xx, 5xx)
    │   └── Garbled           an answer came, but it is not what the service sends
    ├── ParseError            bytes of a source that cannot be understood
    ├── StoreError            the database
    │   ├── StoreBusy         another process holds the write lock for too long
    │   ├── StoreCorrupt      integrity is broken; names the repair
    │   ├── SchemaTooNew      written by a later version of the tracker
    │   └── DiskFull          nothing more can be written
    ├── ModelError            the embedding model is missing, altered or unusable
    ├── IndexUnusable         a disposable vector index cannot be read; it is rebuilt
    └── AlreadyRunning        another process is updating this library
"""

from __future__ import annotations


class TrackerError(Exception):
    """Base of all: ``str(error)`` is one sentence that names the place; ``cure`` says what to do.

    ``exit_code`` is what the command line leaves with.
    """

    exit_code: int = 1

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.cure = cure

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.cure})" if self.cure else message


class UsageError(TrackerError):
    """What was asked makes no sense."""

    exit_code = 2


class QueryError(UsageError):
    """A search query that cannot be read; names the part and shows the form expected."""


class UnknownPaper(UsageError):
    """No paper goes by that id, alias or identifier."""


class UnknownSource(UsageError):
    """No source goes by that name."""


class SettingsError(TrackerError):
    """An environment variable or a line of the settings file is wrong."""

    exit_code = 2


class ImportFileError(TrackerError):
    """A file to import cannot be read; names the file and, where there is one, the line."""


class FetchError(TrackerError):
    """A request that did not bring a usable answer.

    ``transient`` tells whether the same request may succeed later;
    ``retry_after`` is the number of seconds that the server asked to wait.
    """

    transient: bool = True

    def __init__(self, message: str, *, cure: str = "", url: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, cure=cure)
        self.url = url
        self.retry_after = retry_after


class Offline(FetchError):
    """Sockets are switched off by ``TRACKER_OFFLINE``."""


class Refused(FetchError):
    """The address is not one the tracker asks: private, loopback, or not HTTP."""

    transient = False


class TooLarge(FetchError):
    """The answer is larger than the limit for its kind."""

    transient = False


class HttpStatus(FetchError):
    """The server answered with an error status, kept in ``status``; ``detail`` is the beginning of what it said."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        cure: str = "",
        url: str = "",
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message, cure=cure, url=url, retry_after=retry_after)
        self.status = status
        self.detail = detail
        self.transient = status in (408, 425, 429) or status >= 500


class Garbled(FetchError):
    """An answer with a good status whose bytes are not what the service sends."""


class ParseError(TrackerError):
    """Bytes of a source that cannot be understood as the kind of list they should be."""


class StoreError(TrackerError):
    """The database could not do what was asked."""


class StoreBusy(StoreError):
    """Another process holds the write lock for longer than the time-out."""


class StoreCorrupt(StoreError):
    """The database, its full-text index or its vectors are inconsistent."""


class SchemaTooNew(StoreError):
    """The database was written by a later version of the tracker."""


class DiskFull(StoreError):
    """Nothing more can be written to the data folder."""


class ModelError(TrackerError):
    """The embedding model is missing, altered or unusable."""


class IndexUnusable(TrackerError):
    """A disposable index file is missing, stale or corrupt; it is rebuilt from the database."""


class AlreadyRunning(TrackerError):
    """Another process is updating this library."""
