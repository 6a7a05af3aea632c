"""The client: what a room may ask for, and what it gets back."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
import tenacity

from tracker.errors import FetchError, Garbled, Offline, Refused, UsageError
from tracker.http._address import Mirror, public_url
from tracker.http._body import read_beginning, read_body
from tracker.http._kept import Kept, KeptCopies
from tracker.http._network import Deadline, Network, Resolve, resolve
from tracker.http._outgoing import Outgoing, default_user_agent, with_params
from tracker.http._pace import Pacer
from tracker.http._retry import Breaker, Policy, status_error, transport_error
from tracker.http._stats import Stats, Tally
from tracker.records import Document, Request
from tracker.settings import Settings

MAX_BYTES = 20_000_000
MAX_REDIRECTS = 5
KEPT_BYTES = 256_000_000
DETAIL_BYTES = 2_000

#: The header under which a document carries the key of its kept copy; from a server it is not taken.
_KEY = "x-tracker-kept-as"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request; times in seconds."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 90.0
    attempts: int = 5
    wait_ceiling: float = 60.0
    patience: float = 30.0
    failures: int = 3

    def timeout(self) -> dict[str, float]:
        """The time-outs of the single steps, by httpx's names."""
        return {"connect": self.connect, "read": self.read, "write": self.read, "pool": self.total}


@dataclass(frozen=True, slots=True)
class _Hop:
    """One answer on the way: its public address, status, headers in lower case, and body."""

    url: httpx.URL
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """Asks public services; every method may be called from any thread.

    Args:
        settings: mirror, offline, pace, contact, keys and the cache folder are read from it.
        transport: stands in for the network, in tests.
        resolve: stands in for the resolver, in tests.
        clock: seconds that only go forward.
        wall: seconds since the epoch.
        sleep: waits; the default ends at once when the client is closed.
        user_agent: how the client names itself.
        limits: bounds of every request.
        max_bytes: size of a decoded body where the request names none.
        kept_bytes: total size of the kept copies on disk.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
        user_agent: str | None = None,
        limits: Limits | None = None,
        max_bytes: int = MAX_BYTES,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._settings = settings
        self._limits = limits or Limits()
        self._max_bytes = max_bytes
        self._clock, self._wall, self._sleep = clock, wall, sleep
        self._mirror = Mirror.at(settings.mirror) if settings.mirror else None
        self._outgoing = Outgoing(
            user_agent=user_agent or default_user_agent(settings.contact),
            mirror=self._mirror,
            keys=settings.keys,
            timeout=self._limits.timeout(),
        )
        self._deadline = Deadline()
        self._transport = transport or Network(self._mirror, deadline=self._deadline, resolve=resolve)
        self._closed = threading.Event()
        self._pacer = Pacer(settings.request_interval, settings.cache_dir, clock=clock, wall=wall, sleep=self._pause)
        self._breaker = Breaker(self._limits.failures)
        self._kept = KeptCopies(settings.cache_dir / "http", kept_bytes)
        self._tally = Tally(clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the sockets back; requests that wait in other threads fail at once."""
        self._closed.set()
        self._transport.close()

    @property
    def stats(self) -> Stats:
        """What this client did so far."""
        return self._tally.stats()

    def fetch(self, request: Request, *, conditional: bool = False) -> Document:
        """The answer to a request.

        Redirects are followed, failures that may pass are tried again within the limits.

        Args:
            request: what to ask.
            conditional: send the validators of the kept copy; an unchanged answer is that copy. GET only.

        Raises:
            Offline: sockets are switched off.
            Refused: an address on the way is not one to ask.
            TooLarge: more bytes than the limit.
            Garbled: an answer that is cut, or packed in a way that was not asked for.
            HttpStatus: the server said no.
            FetchError: no answer came, or the host is left alone after repeated failures.
            UsageError: a conditional request that is not a GET.
        """
        if conditional and request.method != "GET":
            raise UsageError(f"{request.url}: only GET can be conditional")
        if self._settings.offline:
            raise Offline(
                f"{request.url} was not asked: sockets are switched off", cure="unset TRACKER_OFFLINE", url=request.url
            )
        target = public_url(with_params(request.url, request.params))
        key = self._key(request, target) if conditional else None
        with self._tally.busy():
            return self._persistently(request, target, key)

    def accept(self, document: Document) -> None:
        """Keep the body and its validators for the next conditional request.

        Call it once the bytes were understood: what was never accepted is
        fetched whole again.  Documents of other requests are left alone.
        """
        key = document.headers.get(_KEY)
        if not key or document.unchanged:
            return
        headers = {name: value for name, value in document.headers.items() if name != _KEY}
        if "etag" in headers or "last-modified" in headers:
            self._kept.put(key, Kept(document.final_url, headers, document.body))

    def _persistently(self, request: Request, target: httpx.URL, key: str | None) -> Document:
        host = target.host
        self._breaker.check(host, str(target))
        kept = self._kept.get(key) if key else None
        policy = Policy(
            attempts=self._limits.attempts,
            wait_ceiling=self._limits.wait_ceiling,
            patience=self._limits.patience,
            hold=lambda url, seconds: self._pacer.hold(httpx.URL(url).host or host, seconds),
            on_retry=lambda: self._tally.add(retries=1),
        )
        try:
            for attempt in tenacity.Retrying(retry=tenacity.retry_if_exception(policy), reraise=True):
                with attempt:
                    document = self._follow(request, target, key, kept)
        except FetchError as error:
            if error.transient:
                self._breaker.failed(host)
            else:
                self._breaker.answered(host)
            raise
        self._breaker.answered(host)
        return document

    def _follow(self, request: Request, target: httpx.URL, key: str | None, kept: Kept | None) -> Document:
        """One attempt: ask, and follow where the answers lead."""
        method, url = request.method, target
        for _ in range(MAX_REDIRECTS + 1):
            validators = kept.validators() if kept and kept.final_url == str(url) else {}
            own = dict(request.headers) if (url.host, url.scheme) == (target.host, target.scheme) else {}
            hop = self._ask(request, method, url, own | validators)
            if hop.status == 304 and kept and validators:
                self._tally.add(unchanged=1)
                self._kept.touch(key or "")
                headers = {**kept.headers, _KEY: key or ""}
                return Document(str(target), str(url), 304, kept.body, headers, unchanged=True)
            if 200 <= hop.status < 300:
                headers = {**hop.headers, _KEY: key} if key else hop.headers
                return Document(str(target), str(url), hop.status, hop.body, headers)
            if hop.status not in (301, 302, 303, 307, 308):
                raise status_error(hop.status, hop.headers, str(url), self._wall(), hop.body.decode("utf-8", "replace"))
            if method == "POST" and hop.status in (301, 302, 303):
                method = "GET"
            url = self._next(url, hop)
        raise Refused(f"{target} redirects more than {MAX_REDIRECTS} times", url=str(target))

    def _next(self, url: httpx.URL, hop: _Hop) -> httpx.URL:
        """The public address that a redirect names, checked."""
        location = hop.headers.get("location", "")
        if not location:
            raise Garbled(f"{url} answered {hop.status} without saying where to", url=str(url))
        # An address without a scheme keeps the public one; all others are relative to where we really are.
        asked = self._mirror.asked(url) if self._mirror and not location.startswith("//") else url
        try:
            found = asked.join(location)
        except (httpx.InvalidURL, ValueError) as error:
            raise Refused(f"{url} redirects to {location[:200]!r}, which is not an address", url=str(url)) from error
        return public_url(self._mirror.public(found) if self._mirror and self._mirror.holds(found) else str(found))

    def _ask(self, request: Request, method: str, url: httpx.URL, sent: Mapping[str, str]) -> _Hop:
        """One request and its answer, in this host's turn."""
        asked = self._outgoing.build(request, method, url, sent)
        limit = self._max_bytes if request.max_bytes is None else request.max_bytes
        with self._pacer.turn(url.host, url.path):
            self._check_open()
            self._tally.add(requests=1)
            end = self._clock() + self._limits.total
            try:
                with self._deadline.within(self._limits.total):
                    response = self._transport.handle_request(asked)
                    try:
                        body = self._read(response, str(url), limit, end)
                    finally:
                        response.close()
            except httpx.TransportError as error:
                raise transport_error(error, str(url)) from error
        headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != _KEY}
        return _Hop(url, response.status_code, headers, body)

    def _read(self, response: httpx.Response, url: str, limit: int, end: float) -> bytes:
        if response.status_code >= 400:
            return read_beginning(response, DETAIL_BYTES)
        if not 200 <= response.status_code < 300:
            return b""  # where to go is in the headers; closing the stream spares the bytes
        return read_body(
            response,
            url=url,
            limit=limit,
            over=lambda: self._clock() > end,
            count=lambda number: self._tally.add(bytes=number),
        )

    def _key(self, request: Request, target: httpx.URL) -> str:
        """Names a kept copy: the same for the same request, another one behind a mirror."""
        parts = [str(target), sorted(request.headers), self._settings.mirror or ""]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _pause(self, seconds: float) -> None:
        if self._sleep:
            self._sleep(seconds)
        else:
            self._closed.wait(seconds)
        self._check_open()

    def _check_open(self) -> None:
        if self._closed.is_set():
            error = FetchError("the client was closed before the request could be made")
            error.transient = False  # asking this client again is in vain
            raise error
