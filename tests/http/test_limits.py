from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.server import Reply, Server
from tracker.errors import FetchError, Garbled, Offline, TooLarge, UsageError
from tracker.http import Client, Limits
from tracker.records import Request
from tracker.settings import Settings

Make = Callable[..., Client]
ONCE = {"limits": Limits(attempts=1)}
URL = "https://a.example/x"
PATH = "/a.example/x"


def test_a_body_over_the_limit_is_refused(server: Server, make: Make) -> None:
    server.routes[PATH] = [Reply(body=b"x" * 1000)]
    assert len(make().fetch(Request(URL, max_bytes=1000)).body) == 1000
    with pytest.raises(TooLarge) as caught:
        make().fetch(Request(URL, max_bytes=999))
    assert not caught.value.transient


def test_a_body_of_unsaid_length_is_read_no_further_than_the_limit(server: Server, make: Make) -> None:
    server.routes[PATH] = [Reply(body=gzip.compress(b"x" * 5000), headers={"Content-Encoding": "gzip"})]
    with pytest.raises(TooLarge, match="unpacks to more"):
        make().fetch(Request(URL, max_bytes=4999))
    assert make().fetch(Request(URL, max_bytes=5000)).body == b"x" * 5000


def test_a_bomb_does_not_go_off(server: Server, make: Make) -> None:
    bomb = gzip.compress(bytes(300_000_000), compresslevel=9)
    server.routes[PATH] = [Reply(body=bomb, headers={"Content-Encoding": "gzip"})]
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge):
        make({"max_bytes": 1_000_000}).fetch(Request(URL))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_gzip_of_several_members(server: Server, make: Make) -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"
    server.routes[PATH] = [Reply(body=body, headers={"Content-Encoding": "gzip"})]
    assert make().fetch(Request(URL)).body == b"one two"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"text" * 100, mtime=0)[:-9], "gzip"),
        (b"\x1f\x8b\x08\x00 this is not packed", "gzip"),
        (b"text", "br"),
    ],
)
def test_damaged_or_strange_packing_is_garbled(server: Server, make: Make, body: bytes, coding: str) -> None:
    server.routes[PATH] = [Reply(body=body, headers={"Content-Encoding": coding})]
    with pytest.raises(Garbled):
        make(ONCE).fetch(Request(URL))


def test_a_cut_body_is_asked_for_again(server: Server, make: Make) -> None:
    server.routes[PATH] = [Reply(body=b"half", promised=8), Reply(body=b"all of it")]
    client = make()
    assert client.fetch(Request(URL)).body == b"all of it"
    assert client.stats.retries == 1
    server.routes[PATH] = [Reply(body=b"half", promised=8)]
    with pytest.raises(Garbled, match=r"ended|broken answer"):
        make(ONCE).fetch(Request(URL))


def test_a_silent_server_is_given_up(server: Server, make: Make) -> None:
    server.routes[PATH] = [Reply(silent=20)]
    with pytest.raises(FetchError, match="took too long"):
        make({"limits": Limits(read=0.2, attempts=1)}).fetch(Request(URL))


def test_a_dripping_body_is_given_up(server: Server, make: Make) -> None:
    server.routes[PATH] = [Reply(body=b"x" * 1000, drip=0.05)]
    started = time.monotonic()
    with pytest.raises(FetchError, match="took too long"):
        make({"limits": Limits(read=5, total=0.4, attempts=1)}).fetch(Request(URL))
    assert time.monotonic() - started < 40, "the whole of it would have dripped for fifty seconds"


def test_dripping_headers_are_given_up(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not stop.wait(0.05):
                    connection.sendall(b"y")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        client = make(
            {"limits": Limits(read=5, total=0.4, attempts=1)}, mirror=f"http://127.0.0.1:{listener.getsockname()[1]}"
        )
        with pytest.raises(FetchError, match="took too long"):
            client.fetch(Request(URL))
        stop.set()


def test_a_server_that_is_not_there(make: Make) -> None:
    with socket.socket() as deaf:  # bound and not listening: nobody else can be there either
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match="cannot be reached"):
            make(ONCE, mirror=f"http://127.0.0.1:{deaf.getsockname()[1]}").fetch(Request(URL))


@pytest.mark.usefixtures("no_sockets")
def test_offline_touches_no_socket(tmp_path: Path) -> None:
    client = Client(Settings(home=tmp_path, database_url="", offline=True))
    with pytest.raises(Offline, match="TRACKER_OFFLINE"):
        client.fetch(Request(URL))
    assert client.stats.requests == 0


def test_only_get_can_be_conditional(make: Make) -> None:
    with pytest.raises(UsageError):
        make().fetch(Request(URL, method="POST"), conditional=True)


def test_a_closed_client_asks_nothing(server: Server, make: Make) -> None:
    client = make()
    client.close()
    with pytest.raises(FetchError, match="closed"):
        client.fetch(Request(URL))
    assert server.asked == []
