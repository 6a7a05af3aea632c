"""A server on loopback that answers from a table, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """``promised`` is the Content-Length where it is not the body's; ``drip`` seconds between single bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    drip: float = 0.0
    silent: float = 0.0


Answer = Callable[[Asked], Reply]


class Server:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.routes: dict[str, Answer | list[Reply]] = {}
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length)
                asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                outer.asked.append(asked)
                outer.write(self, outer.reply(asked))

            do_GET = do_POST = answer  # noqa: N815 -- the names that the base class looks for

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that hung up, as many here do

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def reply(self, asked: Asked) -> Reply:
        route = self.routes.get(asked.path.partition("?")[0])
        if route is None:
            return Reply(404, b"no such thing")
        if isinstance(route, list):
            return route.pop(0) if len(route) > 1 else route[0]
        return route(asked)

    def write(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        self.stop.wait(reply.silent)
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body) if reply.promised is None else reply.promised))
        handler.end_headers()
        if reply.drip:
            for at in range(len(reply.body)):
                handler.wfile.write(reply.body[at : at + 1])
                handler.wfile.flush()
                if self.stop.wait(reply.drip):
                    break
        else:
            handler.wfile.write(reply.body)
        handler.wfile.flush()
        if reply.promised is not None:
            handler.close_connection = True

    def close(self) -> None:
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.close()
