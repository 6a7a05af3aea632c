"""Who is let in, from where, and how often."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.api.conftest import BEARER, TOKEN
from tracker.api import gate
from tracker.api.app import create_app
from tracker.api.gate import Gate, Policy, host_name
from tracker.api.limits import REMEMBERED, Buckets
from tracker.api.server import is_loopback, policy_of
from tracker.errors import SettingsError
from tracker.service import Tracker
from tracker.settings import load_settings


def served(library: Tracker, **policy: Any) -> TestClient:
    return TestClient(create_app(library, Policy(**{"token": TOKEN, **policy})), base_url="http://127.0.0.1")


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"reader:{password}".encode()).decode()}


def test_writing_needs_the_token(library: Tracker) -> None:
    client = served(library)
    patch = {"json": {"status": "read"}}
    missing = client.patch("/api/papers/2604.00001", **patch)
    wrong = client.patch("/api/papers/2604.00001", **patch, headers={"Authorization": "Bearer wrong"})
    by_basic = client.patch("/api/papers/2604.00001", **patch, headers=basic(TOKEN))
    assert [a.status_code for a in (missing, wrong, by_basic)] == [401, 401, 401]
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")
    assert library.paper("2604.00001").status == "inbox"
    assert client.patch("/api/papers/2604.00001", **patch, headers=BEARER).status_code == 200


def test_without_a_token_the_library_is_read_only(library: Tracker) -> None:
    client = served(library, token=None)
    assert client.get("/api/papers").status_code == 200
    refused = client.post("/api/papers/2604.00001/notes", json={"body": "x"}, headers={"Authorization": "Bearer "})
    assert (refused.status_code, "TRACKER_API_TOKEN" in refused.json()["detail"]) == (403, True)


def test_from_elsewhere_even_reading_needs_it(library: Tracker) -> None:
    client = served(library, open_reading=False)
    for address in ("/", "/api/papers", "/feeds/new.atom", "/api/openapi.json", "/api/nothing"):
        assert client.get(address).status_code == 401
        assert client.get(address, headers=basic("wrong")).status_code == 401
        assert client.get(address, headers=BEARER).status_code in (200, 404)
    assert client.get("/feeds/new.atom", headers=basic(TOKEN)).status_code == 200, "feed readers know Basic only"


@pytest.mark.parametrize("header", ["Basic", "Basic ###", "Basic /w==", "Bearer", "Bearer \xe9", "Digest x"])
def test_odd_authorization_is_no_authorization(library: Tracker, header: str) -> None:
    client = served(library, open_reading=False)
    assert client.get("/api/papers", headers={"Authorization": header.encode("latin-1")}).status_code == 401


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8321", True),
        ("localhost:8321", True),
        ("LOCALHOST.", True),
        ("[::1]:8321", True),
        ("192.168.1.4", True),
        ("papers.example.org", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8321", False),
        ("", False),
    ],
)
def test_a_name_that_points_here_by_trickery_is_refused(library: Tracker, host: str, known: bool) -> None:
    client = served(library, hosts=frozenset({"papers.example.org"}))
    assert client.get("/api/papers?limit=1", headers={"Host": host}).status_code == (200 if known else 421)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_host_header_has_a_name(text: str) -> None:
    assert isinstance(host_name(text), str)


def test_sizes_are_limited(library: Tracker) -> None:
    client = served(library, max_body=1000)
    large = {"body": "x" * 2000}
    assert client.post("/api/papers/2604.00001/notes", json=large, headers=BEARER).status_code == 413
    parts = (b"x" * 600 for _ in range(3))
    assert client.post("/api/papers/2604.00001/notes", content=parts, headers=BEARER).status_code == 413
    assert client.get("/api/papers?q=" + "x" * 9000).status_code == 414


@pytest.fixture
def _a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes for the buckets, however slow the machine is: a second would let in some more."""
    monkeypatch.setattr(gate, "Buckets", lambda rate, burst, now: Buckets(rate, burst, lambda: 0.0))


@pytest.mark.usefixtures("_a_moment")
def test_who_asks_too_often_waits(library: Tracker) -> None:
    client = served(library, rate=5)
    codes = [client.get("/").status_code for _ in range(15)]
    assert codes == [200] * 10 + [429] * 5
    told = client.get("/")
    assert int(told.headers["Retry-After"]) >= 1


@pytest.mark.usefixtures("_a_moment")
def test_guessing_tokens_is_slow_and_locks_nobody_out(library: Tracker) -> None:
    client = served(library, open_reading=False)
    codes = [client.get("/", headers=basic(str(n))).status_code for n in range(20)]
    assert (codes[0], codes[-1]) == (401, 429)
    assert client.get("/", headers=BEARER).status_code == 200


def test_buckets_fill_again_and_their_number_is_bounded() -> None:
    moment = [0.0]
    buckets = Buckets(2.0, 4.0, lambda: moment[0])
    assert [buckets.take("a") for _ in range(4)] == [0.0] * 4
    assert buckets.take("a") == 0.5
    assert buckets.take("b") == 0.0
    moment[0] = 0.5
    assert buckets.take("a") == 0.0
    for n in range(2 * REMEMBERED):
        buckets.take(n)
    assert len(buckets._held) == REMEMBERED


def test_what_is_not_http_goes_by() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(Gate(app, Policy())({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],  # noqa: S104
)
def test_only_loopback_may_go_without_a_token(host: str, local: bool, tmp_path: Any) -> None:
    settings = load_settings(tmp_path, {})
    assert is_loopback(host) == local
    if local:
        assert policy_of(settings, host).open_reading
    else:
        with pytest.raises(SettingsError, match="TRACKER_API_TOKEN"):
            policy_of(settings, host)
        guarded = policy_of(load_settings(tmp_path, {"TRACKER_API_TOKEN": TOKEN}), host)
        assert (guarded.open_reading, guarded.token) == (False, TOKEN)


@pytest.mark.parametrize(
    "environ", [{"TRACKER_API_TOKEN": "short"}, {"TRACKER_API_RATE": "0"}, {"TRACKER_API_RATE": "fast"}]
)
def test_settings_that_make_no_sense_are_told(environ: dict[str, str], tmp_path: Any) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        policy_of(load_settings(tmp_path, environ), "127.0.0.1")


def test_the_token_is_in_no_representation(tmp_path: Any) -> None:
    assert TOKEN not in repr(load_settings(tmp_path, {"TRACKER_API_TOKEN": TOKEN}))
