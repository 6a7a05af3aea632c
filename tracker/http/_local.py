"""The one exception to "public addresses only": a program on this machine that a person named.

:class:`LocalProgram` asks a single address on the loopback interface and
nothing else: no name is resolved, no redirect followed, no proxy and no
mirror asked, and nothing of ours (keys, contact) is sent along.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from tracker.errors import FetchError, HttpStatus, Offline, Refused, TooLarge
from tracker.http._address import is_loopback
from tracker.http._outgoing import default_user_agent
from tracker.http._retry import transport_error
from tracker.records import Document
from tracker.settings import Settings

_MAX_BYTES = 100_000_000
_TIMEOUT = httpx.Timeout(60.0, connect=3.0)  # a large library takes a program a while to write out


class LocalProgram:
    """Asks one program on this machine.

    Args:
        settings: ``offline`` forbids these sockets, too.
        base: where it listens, such as ``http://127.0.0.1:23119``; an IP address or ``localhost``.

    Raises:
        Refused: the address is not on this machine.
    """

    def __init__(self, settings: Settings, base: str) -> None:
        try:
            url = httpx.URL(base)
        except httpx.InvalidURL as error:
            raise Refused(f"{base!r} is not an address: {error}", url=base) from error
        if url.scheme != "http" or url.userinfo or not is_loopback(url.host):
            raise Refused(f"{base} is not on this machine", cure="give an address such as http://127.0.0.1:23119")
        # the name could be pointed elsewhere; the number cannot
        self._base = url.copy_with(host="127.0.0.1") if url.host.rstrip(".").lower() == "localhost" else url
        self._offline = settings.offline
        self._client = httpx.Client(
            trust_env=False, follow_redirects=False, timeout=_TIMEOUT, headers={"User-Agent": default_user_agent()}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()

    def get(
        self, path: str, params: tuple[tuple[str, str], ...] = (), headers: tuple[tuple[str, str], ...] = ()
    ) -> Document:
        """What it answers at a path.

        Raises:
            Offline: sockets are switched off.
            HttpStatus: it said no; a redirect is a no, too.
            TooLarge: more bytes than the limit.
            FetchError: nobody listens there, or no answer came.
        """
        url = self._base.copy_with(path=path, params=params) if params else self._base.copy_with(path=path)
        if self._offline:
            raise Offline(f"{url} was not asked: sockets are switched off", cure="unset TRACKER_OFFLINE", url=str(url))
        try:
            with self._client.stream("GET", url, headers=dict(headers)) as response:
                body = _body(response, str(url))
        except httpx.TransportError as error:
            raise transport_error(error, str(url)) from error
        except httpx.HTTPError as error:
            raise FetchError(f"{url} cannot be read: {error}", url=str(url)) from error
        told = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code != 200:
            detail = body[:300].decode("utf-8", "replace")
            raise HttpStatus(
                f"{url} answered {response.status_code}: {detail}",
                status=response.status_code,
                url=str(url),
                detail=detail,
            )
        return Document(str(url), str(url), response.status_code, body, told)


def _body(response: httpx.Response, url: str) -> bytes:
    parts, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > _MAX_BYTES:
            raise TooLarge(f"{url} has more than {_MAX_BYTES} bytes", url=url)
        parts.append(piece)
    return b"".join(parts)
