"""Whatever bytes a server sends: a document or an error of ours, and never anything else."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tracker.errors import FetchError
from tracker.http import Client, Limits
from tracker.records import Request
from tracker.settings import Settings


class Raw:
    """Reads a request and answers with the bytes it was given, whatever they are."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                connection.recv(65_536)
                connection.sendall(self.answer)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    server = Raw()
    yield server
    server.close()


STATUS = st.sampled_from(
    [b"200 OK", b"204 No Content", b"206 Partial", b"301 Moved", b"304 Same", b"404 No", b"503 Busy", b"999 ?", b"x"]
)
NAMES = [
    b"Content-Length",
    b"Transfer-Encoding",
    b"Content-Encoding",
    b"Location",
    b"Retry-After",
    b"ETag",
    b"X-RateLimit-Remaining",
]
VALUES = st.sampled_from(
    [
        b"0",
        b"3",
        b"99999999999999999999",
        b"-1",
        b"\xb2",
        b"chunked",
        b"gzip",
        b"/a.example/x",
        b"//",
        b"http://[",
        b"http://10.0.0.1/",
    ]
) | st.binary(max_size=12)
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=STATUS, headers=HEADERS, body=st.binary(max_size=60), conditional=st.booleans())
@example(status=b"200 OK", headers=[(b"ETag", b"\x89{j\x87")], body=b"", conditional=True)
def test_any_bytes_are_an_answer_or_an_error_of_ours(
    raw: Raw, tmp_path: Path, status: bytes, headers: list[tuple[bytes, bytes]], body: bytes, conditional: bool
) -> None:
    lines = [b"HTTP/1.1 " + status, *(name + b": " + value for name, value in headers)]
    raw.answer = b"\r\n".join(lines) + b"\r\n\r\n" + body
    where = Settings(home=tmp_path, database_url="", mirror=f"http://127.0.0.1:{raw.port}", request_interval=0.0)
    with Client(where, limits=Limits(attempts=1, read=5)) as client, contextlib.suppress(FetchError):
        document = client.fetch(Request("https://a.example/x"), conditional=conditional)
        client.accept(document)
        assert 200 <= document.status < 300 or document.unchanged
        with contextlib.suppress(FetchError):
            client.fetch(Request("https://a.example/x"), conditional=True)  # whatever was kept can be asked about
