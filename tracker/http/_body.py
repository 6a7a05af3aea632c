"""Reading the body of an answer within its limits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import httpx

from tracker.errors import FetchError, Garbled, TooLarge

_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"


def read_body(
    response: httpx.Response, *, url: str, limit: int, over: Callable[[], bool], count: Callable[[int], None]
) -> bytes:
    """The decoded body, read piece by piece.

    Args:
        response: an answer whose stream was not read yet.
        url: the public address, for messages.
        limit: bytes that the decoded body may have; a compressed one is never unpacked beyond it.
        over: tells whether the time for the answer has run out.
        count: is told the number of bytes of each piece as it came over the wire.

    Raises:
        TooLarge: more bytes than the limit.
        Garbled: a compression that was not asked for, or compressed bytes that are damaged or cut.
        FetchError: the time is over.
        httpx.TransportError: the connection failed or ended before the promised length.
    """
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Garbled(f"{url} is packed as {coding!r}, which was not asked for", url=url)
    unpack = _Gunzip(url, limit) if "gzip" in coding else None
    length = response.headers.get("content-length", "")
    promised = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
    if promised is not None and promised > limit:
        raise TooLarge(f"{url} has {promised} bytes, the limit is {limit}", url=url)
    assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 -- the transports here are synchronous
    parts: list[bytes] = []
    size = received = 0
    for piece in response.stream:
        count(len(piece))
        received += len(piece)
        part = unpack.feed(piece) if unpack else piece
        size += len(part)
        if size > limit:
            raise TooLarge(f"{url} has more than {limit} bytes", url=url)
        if over():
            raise FetchError(f"{url} took too long", url=url)
        parts.append(part)
    if promised is not None and received != promised:
        raise Garbled(f"{url} ended after {received} of {promised} bytes", url=url)
    if unpack and received:
        unpack.end()
    return b"".join(parts)


def read_beginning(response: httpx.Response, limit: int) -> bytes:
    """The first bytes of a refusal, for its message; nothing where they cannot be read."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return b""
    assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 -- the transports here are synchronous
    begun = b""
    try:
        for piece in response.stream:
            begun += piece
            if len(begun) >= limit:
                break
    except httpx.TransportError:
        return begun  # the status was the answer; what it says beside is a courtesy
    return begun[:limit]


class _Gunzip:
    """Unpacks gzip, of several members too, and never more than the limit at once."""

    def __init__(self, url: str, limit: int) -> None:
        self._url = url
        self._limit = limit
        self._size = 0
        self._stream = zlib.decompressobj(_GZIP)

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data:
            if self._stream.eof:
                if not data.startswith(_MAGIC[: len(data)]):
                    break  # padding after the last member
                self._stream = zlib.decompressobj(_GZIP)
            try:
                part = self._stream.decompress(data, self._limit + 1 - self._size)
            except zlib.error as error:
                raise Garbled(f"{self._url} cannot be unpacked: {error}", url=self._url) from error
            out.append(part)
            self._size += len(part)
            if self._size > self._limit:
                raise TooLarge(f"{self._url} unpacks to more than {self._limit} bytes", url=self._url)
            data = self._stream.unconsumed_tail or self._stream.unused_data
        return b"".join(out)

    def end(self) -> None:
        if not self._stream.eof:
            raise Garbled(f"{self._url} ended in the middle of its packed bytes", url=self._url)
