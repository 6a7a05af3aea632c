"""Two stand-ins for the web on loopback: a tiny one of our own, and the large one in ../shared where it exists."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

Answer = tuple[int, str, bytes]


def free_port() -> int:
    """A port for a program that has to be told one.

    From below the range that the system gives away to whoever asks for any port (32768 and up on Linux), so that no
    other test gets it in between; processes begin to look at different ones.
    """
    for step in range(10_000):
        port = 20_000 + (os.getpid() * 37 + next(_PORTS) + step) % 10_000
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port")


_PORTS = itertools.count()


@dataclass
class SmallWorld:
    """Answers ``/HOST/PATH`` from ``pages`` (bytes, or a function of the query); everything else is 404."""

    pages: dict[str, bytes | Callable[[dict[str, str], bytes], Answer]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        path, _, query = target.partition("?")
        self.requests.append((method, target))
        page = self.pages.get(path)
        if page is None:
            return 404, "text/plain", b"404: Not Found"
        if callable(page):
            form = parse_qsl(query) + (parse_qsl(body.decode()) if body[:1] not in (b"{", b"") else [])
            return page(dict(form), body)
        return 200, "text/plain; charset=utf-8", page


@contextmanager
def small_world(pages: dict[str, bytes | Callable[[dict[str, str], bytes], Answer]]) -> Iterator[SmallWorld]:
    """Run a :class:`SmallWorld` with ETags and 304s until the block ends."""
    world = SmallWorld(pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes; Nagle would hold the second back 40 ms

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, kind, body = world.answer(self.command, self.path, self.rfile.read(length))
            tag = '"' + hashlib.sha256(body).hexdigest() + '"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                world.conditional.append(self.path)
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_HEAD = handle_any  # noqa: N815 - names given by http.server

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the tests read ``world.requests``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def shared_world(shared: Path, *options: str) -> Iterator[str]:
    """Run ../shared/world/serve.py on a free port; gives its address."""
    process = subprocess.Popen(
        [sys.executable, str(shared / "world" / "serve.py"), "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, f"the stand-in did not start: {first!r}"
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=240)
