"""Sockets: a connection goes to an address that was checked, and no answer takes longer than its time."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from tracker.errors import Refused, SettingsError
from tracker.http._address import Mirror, is_public

#: Gives the IP addresses of a host; raises :class:`OSError` when it has none.
Resolve = Callable[[str, int], Iterable[str]]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All IP addresses of a host, in the order of the system's preference, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


class Deadline:
    """The moment at which the request of the running thread must be over."""

    def __init__(self) -> None:
        self._local = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Requests made inside must be over after ``seconds``."""
        self._local.until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._local.until = None

    def cut(self, timeout: float | None, error: type[Exception]) -> float | None:
        """The given time-out, but no longer than what is left; raises ``error`` when nothing is left."""
        until: float | None = getattr(self._local, "until", None)
        if until is None:
            return timeout
        left = until - time.monotonic()
        if left <= 0:
            raise error("the time for the whole answer is over")
        return left if timeout is None else min(timeout, left)


class _Unresolved(httpcore.ConnectError):
    """A host name that has no address now, inside httpcore."""


class HostUnknown(httpx.ConnectError):
    """A host name that has no address now: a wrong name, or a machine without a network."""


class _TimedStream(httpcore.NetworkStream):
    """A stream whose single reads cannot add up to more than the time for the whole answer."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cut(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cut(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _TimedStream:
        cut = self._deadline.cut(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, cut), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a host, checks every address it has, and connects to one that was checked.

    Resolving and connecting in one place leaves no moment in which a name
    could come to point elsewhere.  One private address among several is
    enough to refuse the host.
    """

    def __init__(self, deadline: Deadline, *, public_only: bool, resolve: Resolve = resolve) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._public_only = public_only
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            cut = self._deadline.cut(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, cut, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        raise Refused(f"{path} is not an address on the web")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        try:
            found = tuple(self._resolve(host, port))
        except OSError as error:
            raise _Unresolved(f"{host} cannot be resolved: {error}") from error
        if self._public_only:
            for address in found:
                if not is_public(address):
                    raise Refused(
                        f"{host} is at {address}, which is not on the public internet", url=f"https://{host}/"
                    )
        return found


class _Answer(httpx.SyncByteStream):
    """The bytes of an answer, with httpcore's errors as httpx's."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _translated():
            self._response.close()


class _Pooled(httpx.BaseTransport):
    """A pool of connections over a backend of ours; httpx's own transport takes no backend."""

    def __init__(self, backend: httpcore.NetworkBackend, *, tls: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if tls else None,  # making one takes longer than a local answer
            max_connections=16,
            max_keepalive_connections=8,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _translated():
            response = self._pool.handle_request(asked)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Answer(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Exceptions of httpcore come out as the ones of httpx that carry the same name."""
    try:
        yield
    except _Unresolved as error:
        raise HostUnknown(str(error)) from error
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise kind(str(error) or type(error).__name__) from error


class Network(httpx.BaseTransport):
    """Chooses the way: the mirror, a proxy of the environment, or the checked way to the public internet.

    A mirror on this machine is asked directly, whatever proxies are set.
    Behind a proxy it is the proxy that resolves names, so only addresses as
    they are written can be checked there.
    """

    def __init__(self, mirror: Mirror | None, *, deadline: Deadline, resolve: Resolve = resolve) -> None:
        self._mirror = mirror
        self._deadline = deadline
        self._resolve = resolve
        self._lock = threading.Lock()
        self._ways: dict[str, httpx.BaseTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._way(request.url).handle_request(request)

    def close(self) -> None:
        with self._lock:
            ways, self._ways = self._ways, {}
        for way in ways.values():
            way.close()

    def _way(self, url: httpx.URL) -> httpx.BaseTransport:
        proxy = None if self._mirror and self._mirror.is_local else _proxy_for(url)
        with self._lock:
            key = proxy or "direct"
            if key not in self._ways:
                self._ways[key] = _through(proxy) if proxy else self._direct()
            return self._ways[key]

    def _direct(self) -> httpx.BaseTransport:
        backend = CheckedBackend(self._deadline, public_only=self._mirror is None, resolve=self._resolve)
        return _Pooled(backend, tls=self._mirror is None or self._mirror.base.scheme == "https")


def _proxy_for(url: httpx.URL) -> str | None:
    if urllib.request.proxy_bypass(url.host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _through(proxy: str) -> httpx.BaseTransport:
    try:
        return httpx.HTTPTransport(proxy=proxy)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"the proxy {proxy!r} of the environment cannot be used: {error}") from error
