from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.server import Asked, Reply, Server
from tracker.http import Client
from tracker.http._kept import Kept, KeptCopies
from tracker.records import Request

Make = Callable[..., Client]
LIST = Request("https://lists.example.org/README.md")
PATH = "/lists.example.org/README.md"


class Versions:
    """Answers with an ETag, and 304 to whoever holds the newest version."""

    def __init__(self, body: bytes = b"first") -> None:
        self.body = body
        self.full = 0

    def __call__(self, asked: Asked) -> Reply:
        tag = f'"{hash(self.body)}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(304)
        self.full += 1
        return Reply(body=self.body, headers={"ETag": tag, "Content-Type": "text/markdown"})


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "http").glob("??/*"))


def test_an_accepted_answer_is_not_sent_again(server: Server, make: Make) -> None:
    server.routes[PATH] = answer = Versions()
    client = make()
    first = client.fetch(LIST, conditional=True)
    client.accept(first)
    second = make().fetch(LIST, conditional=True)
    assert (second.body, second.unchanged, second.status) == (b"first", True, 304)
    assert second.headers["content-type"] == "text/markdown"
    assert answer.full == 1
    answer.body = b"second"
    third = client.fetch(LIST, conditional=True)
    assert (third.body, third.unchanged) == (b"second", False)


def test_an_answer_that_nobody_accepted_is_asked_for_whole(server: Server, make: Make, tmp_path: Path) -> None:
    server.routes[PATH] = Versions()
    client = make()
    client.fetch(LIST, conditional=True)
    assert not client.fetch(LIST, conditional=True).unchanged
    client.accept(client.fetch(LIST))  # unconditional: none of our business
    assert files(tmp_path) == []


def test_an_answer_without_validators_is_not_kept(server: Server, make: Make, tmp_path: Path) -> None:
    server.routes[PATH] = [Reply(body=b"plain")]
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    assert files(tmp_path) == []


def test_last_modified_alone_will_do(server: Server, make: Make) -> None:
    day = "Mon, 04 May 2026 12:00:00 GMT"
    server.routes[PATH] = lambda asked: (
        Reply(304)
        if asked.headers.get("if-modified-since") == day
        else Reply(body=b"x", headers={"Last-Modified": day})
    )
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    assert client.fetch(LIST, conditional=True).unchanged
    assert client.stats.unchanged == 1


def test_validators_are_for_the_address_that_gave_them(server: Server, make: Make) -> None:
    """A list that moved is asked at its new address; the old one never sees the validators."""
    server.routes["/old.example/list"] = [Reply(301, headers={"Location": "/lists.example.org/README.md"})]
    server.routes[PATH] = Versions()
    client, request = make(), Request("https://old.example/list")
    client.accept(client.fetch(request, conditional=True))
    again = client.fetch(request, conditional=True)
    assert again.unchanged
    assert again.final_url == LIST.url
    old = [asked for asked in server.asked if asked.path.startswith("/old.example")]
    assert all("if-none-match" not in asked.headers for asked in old)
    # moved on: another address must not get these validators
    server.routes["/old.example/list"] = [Reply(302, headers={"Location": "/other.example/list"})]
    server.routes["/other.example/list"] = [Reply(body=b"elsewhere")]
    assert client.fetch(request, conditional=True).body == b"elsewhere"
    assert "if-none-match" not in server.asked[-1].headers


def test_another_mirror_is_another_cache(server: Server, make: Make) -> None:
    server.routes[PATH] = Versions()
    server.routes["/deep" + PATH] = Versions(b"deep")
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    assert make(mirror=server.url + "/deep").fetch(LIST, conditional=True).body == b"deep"


@pytest.mark.parametrize(
    "damage", [b"", b"\x1f\x8b\x08", b"not packed", gzip.compress(b"{}\nx", mtime=0), gzip.compress(b"[1]\n", mtime=0)]
)
def test_a_damaged_copy_is_a_miss(server: Server, make: Make, tmp_path: Path, damage: bytes) -> None:
    server.routes[PATH] = answer = Versions()
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    [path] = files(tmp_path)
    path.write_bytes(damage)
    again = client.fetch(LIST, conditional=True)
    assert (again.body, again.unchanged, answer.full) == (b"first", False, 2)
    client.accept(again)
    assert client.fetch(LIST, conditional=True).unchanged


def test_any_flipped_byte_is_noticed(server: Server, make: Make, tmp_path: Path) -> None:
    server.routes[PATH] = Versions(b"some longer text " * 20)
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    [path] = files(tmp_path)
    whole = path.read_bytes()
    for at in range(10, len(whole)):  # the ten bytes before are gzip's header, which carries no content
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        body = client.fetch(LIST, conditional=True).body
        assert body == b"some longer text " * 20


def test_what_cannot_be_kept_is_no_failure(server: Server, make: Make, tmp_path: Path) -> None:
    server.routes[PATH] = Versions()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "http").write_text("a file where the folder belongs")
    client = make()
    client.accept(client.fetch(LIST, conditional=True))
    assert not client.fetch(LIST, conditional=True).unchanged


def test_the_oldest_copies_make_room(tmp_path: Path) -> None:
    copies = KeptCopies(tmp_path, max_bytes=5_000)
    keys = [f"{n:02d}" + "0" * 62 for n in range(6)]
    for age, key in enumerate(keys):
        copies.put(key, Kept("https://a.example/", {"etag": "x"}, os.urandom(1_500)))
        os.utime(tmp_path / key[:2] / f"{key}.gz", (1_000 + age, 1_000 + age))
    assert copies.get(keys[0]) is None
    assert copies.get(keys[-1]) is not None
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= 5_000


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    copies = KeptCopies(tmp_path, max_bytes=5_000)
    copies.put("ab" * 32, Kept("https://a.example/", {"etag": "x"}, b"x"))
    old, fresh = tmp_path / "ab" / ".new-old", tmp_path / "ab" / ".new-fresh"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (1_000, 1_000))
    copies.put("ab" * 32, Kept("https://a.example/", {"etag": "y"}, b"y"))
    assert (old.exists(), fresh.exists()) == (False, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(body=st.binary(max_size=300), headers=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3))
def test_what_is_kept_comes_back(tmp_path: Path, body: bytes, headers: dict[str, str]) -> None:
    copies, kept = KeptCopies(tmp_path, max_bytes=1_000_000), Kept("https://a.example/ü", headers, body)
    copies.put("ab" * 32, kept)
    assert copies.get("ab" * 32) == kept


def test_a_server_cannot_say_where_its_answer_is_kept(server: Server, make: Make, tmp_path: Path) -> None:
    headers = {"ETag": "x", "X-Tracker-Kept-As": "../../escaped"}
    server.routes[PATH] = [Reply(body=b"x", headers=headers)]
    client = make()
    client.accept(client.fetch(LIST))
    assert files(tmp_path) == []
    client.accept(client.fetch(LIST, conditional=True))
    assert len(files(tmp_path)) == 1
    assert not list(tmp_path.rglob("escaped*"))
