from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.clock import Clock
from tests.http.server import Reply, Server
from tracker.errors import FetchError, HttpStatus
from tracker.http import Client
from tracker.http._retry import Policy, retry_after
from tracker.records import Request

Make = Callable[..., Client]
URL = "https://a.example/x"
PATH = "/a.example/x"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(make: Make, clock: Clock) -> Client:
    return make({"clock": clock, "wall": clock, "sleep": clock.sleep})


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(server: Server, client: Client, clock: Clock, status: int) -> None:
    server.routes[PATH] = [Reply(status), Reply(status), Reply(body=b"at last")]
    assert client.fetch(Request(URL)).body == b"at last"
    first, second = clock.slept
    assert 0.25 <= first <= 0.375
    assert 0.5 <= second <= 0.75
    assert client.stats.retries == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_stays_is_not(server: Server, client: Client, status: int) -> None:
    server.routes[PATH] = [Reply(status)]
    with pytest.raises(HttpStatus):
        client.fetch(Request(URL))
    assert len(server.asked) == 1


def test_five_attempts_are_the_most(server: Server, client: Client) -> None:
    server.routes[PATH] = [Reply(500)]
    with pytest.raises(HttpStatus) as caught:
        client.fetch(Request(URL))
    assert caught.value.status == 500
    assert len(server.asked) == 5


def test_the_server_says_how_long_to_wait(server: Server, client: Client, clock: Clock) -> None:
    server.routes[PATH] = [Reply(429, headers={"Retry-After": "7"}), Reply(body=b"ok")]
    client.fetch(Request(URL))
    assert clock.slept == [7.0]


def test_a_wait_beyond_patience_is_left_to_the_caller(server: Server, client: Client, clock: Clock) -> None:
    server.routes[PATH] = [Reply(503, headers={"Retry-After": "3600"})]
    with pytest.raises(HttpStatus) as caught:
        client.fetch(Request(URL))
    assert caught.value.retry_after == 3600.0
    assert clock.slept == []


def test_all_waits_together_have_a_ceiling(server: Server, client: Client, clock: Clock) -> None:
    server.routes[PATH] = [Reply(429, headers={"Retry-After": "25"})]
    with pytest.raises(HttpStatus):
        client.fetch(Request(URL))
    assert clock.slept == [25.0, 25.0]


def test_the_spent_allowance_of_github_passes(server: Server, client: Client, clock: Clock) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.now) + 5)}
    server.routes[PATH] = [Reply(403, headers=headers), Reply(body=b"ok")]
    assert client.fetch(Request(URL)).body == b"ok"
    assert clock.slept == [5.0]


def test_a_date_says_how_long_to_wait() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    later = format_datetime(now.replace(minute=2), usegmt=True)
    assert retry_after({"retry-after": later}, now.timestamp()) == 120.0
    assert retry_after({"retry-after": "soon"}, now.timestamp()) is None
    assert retry_after({}, now.timestamp()) is None


@given(st.text(max_size=30))
def test_any_wish_to_wait_can_be_read(text: str) -> None:
    wait = retry_after({"retry-after": text}, 0.0)
    assert wait is None or wait >= 0


@given(st.integers(min_value=1, max_value=50))
def test_waits_grow_and_stop_growing(failed: int) -> None:
    policy = Policy(attempts=99, wait_ceiling=1e9, patience=30, hold=lambda url, wait: None, on_retry=lambda: None)
    for _ in range(failed):
        policy(FetchError("x"))
    base = min(8.0, 0.25 * 2 ** (failed - 1))
    assert base <= (policy.wait(None) or 0.0) <= 1.5 * base


def test_a_host_that_keeps_failing_is_left_alone(server: Server, client: Client) -> None:
    server.routes[PATH] = [Reply(500)]
    server.routes["/b.example/x"] = [Reply(body=b"fine")]
    for _ in range(3):
        with pytest.raises(HttpStatus):
            client.fetch(Request(URL))
    asked = len(server.asked)
    with pytest.raises(FetchError, match="left alone for this run") as caught:
        client.fetch(Request(URL))
    assert caught.value.transient
    assert len(server.asked) == asked
    assert client.fetch(Request("https://b.example/x")).body == b"fine"


def test_an_answer_in_between_makes_up_for_failures(server: Server, client: Client) -> None:
    server.routes[PATH] = [Reply(500)]
    server.routes["/a.example/no"] = [Reply(404)]
    for _ in range(3):
        for _ in range(2):
            with pytest.raises(HttpStatus):
                client.fetch(Request(URL))
        with pytest.raises(HttpStatus, match="404"):
            client.fetch(Request("https://a.example/no"))


def test_the_counters(server: Server, client: Client, clock: Clock) -> None:
    server.routes[PATH] = [Reply(503, headers={"Retry-After": "4"}), Reply(body=b"12345")]
    client.fetch(Request(URL))
    stats = client.stats
    assert (stats.requests, stats.retries, stats.bytes, stats.unchanged) == (2, 1, 5, 0)
    assert stats.seconds == 4.0
