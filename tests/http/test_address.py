from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_socket import SocketConnectBlockedError

from tests.http.server import Reply, Server
from tracker.errors import FetchError, Refused
from tracker.http import Client, Limits
from tracker.http._address import Mirror, is_public, public_url
from tracker.records import Request
from tracker.settings import Settings


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "javascript:alert(1)",
        "example.org/x",
        "//example.org/x",
        "https:///x",
        "https://me@example.org/",
        "https://me:secret@example.org/",
        "https://example.org:8080/",
        "https://example.org:22/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://10.0.0.8/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://x.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "http://a b.org/",
        "http://exa\nmple.org/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://[::1",
        "",
    ],
)
def test_what_is_not_asked(url: str) -> None:
    with pytest.raises(Refused):
        public_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/1",
        "http://example.org:80/",
        "https://example.org:443/x?y",
        "http://8.8.8.8/",
        "https://bücher.example/",
    ],
)
def test_what_is_asked(url: str) -> None:
    assert public_url(url + "#fragment").fragment == ""


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, "https://" + text, "https://example.org/" + text):
        with contextlib.suppress(Refused):
            assert public_url(url).scheme in ("http", "https")


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_every_disguise(ip: Any) -> None:
    hexed = f"{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}"
    plain = is_public(str(ip))
    assert is_public(f"::ffff:{ip}") == is_public(f"64:ff9b::{hexed}") == is_public(f"2002:{hexed}::") == plain


@given(st.from_regex(r"/[a-z0-9/._~-]{0,20}(\?[a-z0-9=&%2F]{0,10})?", fullmatch=True))
def test_the_mirror_and_back(path: str) -> None:
    mirror = Mirror.at("http://127.0.0.1:8765/deep/")
    public = public_url("https://lists.example.org" + path)
    asked = mirror.asked(public)
    assert mirror.holds(asked)
    assert httpx.URL(mirror.public(asked)).raw_path == public.raw_path
    assert not mirror.holds(public)


def unmirrored(tmp_path: Path, **options: Any) -> Client:
    settings = Settings(home=tmp_path, database_url="", request_interval=0.0, **options.pop("settings", {}))
    return Client(settings, limits=Limits(attempts=1), **options)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["::1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:192.168.0.1"]])
def test_a_name_that_leads_inside_is_refused(tmp_path: Path, found: list[str]) -> None:
    with (
        unmirrored(tmp_path, resolve=lambda host, port: found) as client,
        pytest.raises(Refused, match=r"rebind\.example"),
    ):
        client.fetch(Request("https://rebind.example/"))


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return answers.pop(0)

    with unmirrored(tmp_path, resolve=resolve) as client, pytest.raises(SocketConnectBlockedError, match=r"93\.184"):
        client.fetch(Request("http://rebind.example/"))
    assert asked == [("rebind.example", 80)]


def test_a_name_without_an_address_is_tried_twice(tmp_path: Path) -> None:
    calls = []

    def resolve(host: str, port: int) -> list[str]:
        calls.append(host)
        raise OSError("Name or service not known")

    settings = Settings(home=tmp_path, database_url="", request_interval=0.0)
    with Client(settings, resolve=resolve) as client, pytest.raises(FetchError, match="cannot be reached") as caught:
        client.fetch(Request("https://nowhere.example/"))
    assert caught.value.transient
    assert len(calls) == 2


def test_keys_go_to_their_host_and_not_along_redirects(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host.startswith("api."):
            return httpx.Response(302, headers={"Location": "https://elsewhere.example/x"})
        return httpx.Response(200, content=b"ok")

    keys = {"semantic-scholar": "s3cret", "openalex": "0pen", "github": "g1t"}
    with unmirrored(tmp_path, settings={"keys": keys}, transport=httpx.MockTransport(answer)) as client:
        for host in ("api.semanticscholar.org", "api.openalex.org", "api.github.com"):
            document = client.fetch(Request(f"https://{host}/x?y=1"))
            assert document.url == f"https://{host}/x?y=1"
    assert seen[0].headers["x-api-key"] == "s3cret"
    assert seen[2].url.params["api_key"] == "0pen"
    assert seen[4].headers["authorization"] == "Bearer g1t"
    for request in seen[1::2]:
        assert not {"x-api-key", "authorization"} & set(request.headers)
        assert "api_key" not in request.url.params


def test_a_mirror_on_this_machine_is_never_asked_through_a_proxy(
    server: Server, make: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.routes["/a.example/x"] = [Reply(body=b"direct")]
    assert make().fetch(Request("http://a.example/x")).body == b"direct"


def test_public_hosts_are_asked_through_the_proxy_of_the_environment(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.routes["http://a.example/x"] = [Reply(body=b"through the proxy")]
    with unmirrored(tmp_path) as client:
        assert client.fetch(Request("http://a.example/x")).body == b"through the proxy"
        with pytest.raises(Refused):
            client.fetch(Request("http://127.0.0.1/x"))
