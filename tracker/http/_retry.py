"""When to ask again: which failures pass, how long to wait, and when to leave a host alone."""

from __future__ import annotations

import random
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from tracker.errors import FetchError, Garbled, HttpStatus, Refused
from tracker.http._network import HostUnknown

#: Attempts at a host whose name cannot be resolved: most often there is no network, and waiting will not make one.
NAME_ATTEMPTS = 2

#: ASCII digits; ``str.isdigit`` takes others too, which ``float`` does not.
_NUMBER = re.compile(r"[0-9]{1,18}")


def status_error(status: int, headers: Mapping[str, str], url: str, now: float, detail: str = "") -> HttpStatus:
    """The error for an answer that says no; GitHub's 403 for a spent allowance counts as one that passes."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    message = f"{url} answered {status} {phrase}"
    error = HttpStatus(message, status=status, url=url, retry_after=retry_after(headers, now), detail=detail)
    if status == 403 and headers.get("x-ratelimit-remaining") == "0":
        error.transient = True
    return error


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the server asked to wait (``Retry-After`` in either form, or GitHub's reset time)."""
    text = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if text:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.fromtimestamp(now, UTC)).total_seconds())
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and _NUMBER.fullmatch(reset):
        return max(0.0, float(reset) - now)
    return None


def transport_error(error: httpx.TransportError, url: str) -> FetchError:
    """What went wrong on the wire, in words of ours."""
    reason = str(error) or type(error).__name__
    if _is_about_certificate(error):
        return Refused(f"{url} cannot be trusted: {reason}", url=url)
    if isinstance(error, HostUnknown):
        return FetchError(f"{url} cannot be reached: {reason}", url=url)
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return Garbled(f"{url} sent a broken answer: {reason}", url=url)
    if isinstance(error, httpx.TimeoutException):
        return FetchError(f"{url} took too long ({type(error).__name__})", url=url)
    failure = FetchError(f"{url} cannot be reached: {reason}", url=url)
    failure.transient = isinstance(error, httpx.NetworkError | httpx.ProxyError)
    return failure


def _is_about_certificate(error: BaseException | None) -> bool:
    """Was it a certificate that ended the connection?  The libraries on the way wrap that error several times."""
    for _ in range(10):
        if error is None or isinstance(error, ssl.SSLCertVerificationError):
            break
        error = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLCertVerificationError)


class Policy:
    """The waits of one request; an instance decides for tenacity, and for one request only.

    Args:
        attempts: how often to ask at most.
        wait_ceiling: seconds that all waits together may take.
        patience: seconds of one ``Retry-After`` that are waited; more is left to the caller.
        hold: makes everybody wait for the host of an address.
        on_retry: is called before each further attempt.
    """

    def __init__(
        self,
        *,
        attempts: int,
        wait_ceiling: float,
        patience: float,
        hold: Callable[[str, float], None],
        on_retry: Callable[[], None],
    ) -> None:
        self._attempts = attempts
        self._left = wait_ceiling
        self._patience = patience
        self._hold = hold
        self._on_retry = on_retry
        self._failed = 0

    def __call__(self, error: BaseException) -> bool:
        """True to ask again as soon as the pacer lets it; the wait is kept there, so that it holds for all threads."""
        if not isinstance(error, FetchError) or not error.transient:
            return False
        self._failed += 1
        most = min(self._attempts, NAME_ATTEMPTS) if isinstance(_cause(error), HostUnknown) else self._attempts
        wait = self.wait(error.retry_after)
        if self._failed >= most or wait is None or wait > self._left:
            return False
        self._left -= wait
        self._hold(error.url, wait)
        self._on_retry()
        return True

    def wait(self, asked: float | None) -> float | None:
        """Seconds until the next attempt: what the server asked, or 0.25 doubling to 8, each with up to half added."""
        if asked is not None:
            return asked if asked <= self._patience else None
        base: float = min(8.0, 0.25 * 2.0 ** (self._failed - 1))
        return base * random.uniform(1.0, 1.5)  # noqa: S311 -- spreads clients, hides nothing


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__


class Breaker:
    """Leaves a host alone after several requests in a row failed there, each with all its attempts.

    Args:
        limit: how many such failures open it; it stays open for the life of the client.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()

    def check(self, host: str, url: str) -> None:
        """Raise :class:`FetchError` when the host is to be left alone."""
        with self._lock:
            failures = self._failures[host]
        if failures >= self._limit:
            raise FetchError(
                f"{host} is left alone for this run: {failures} requests in a row failed",
                url=url,
                cure="run again later",
            )

    def answered(self, host: str) -> None:
        """The host gave an answer, if only a no."""
        with self._lock:
            self._failures[host] = 0

    def failed(self, host: str) -> None:
        """A request failed there with all its attempts."""
        with self._lock:
            self._failures[host] += 1
