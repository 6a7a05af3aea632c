"""A program on this machine: that one address, and nothing else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.http.server import Reply, serving
from tracker.errors import FetchError, HttpStatus, Offline, Refused
from tracker.http import LocalProgram
from tracker.settings import load_settings


@pytest.mark.parametrize(
    "base",
    [
        "http://example.org",
        "https://127.0.0.1",
        "http://192.168.0.1:80",
        "http://127.0.0.1.example.org",
        "http://me@127.0.0.1",
        "ftp://localhost",
        "http://[bad",
    ],
)
def test_only_this_machine(base: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        LocalProgram(load_settings(tmp_path, {}), base)


def test_what_is_sent_and_what_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    settings = load_settings(tmp_path, {"TRACKER_CONTACT": "me@example.org", "TRACKER_MIRROR": "http://127.0.0.1:9"})
    with serving() as server:
        server.routes["/api/a%20b"] = [Reply(200, b"yes", {"Total-Results": "3"})]
        server.routes["/moved"] = [Reply(302, b"", {"Location": "/api/a b"})]
        with LocalProgram(settings, server.url.replace("127.0.0.1", "localhost")) as program:
            answer = program.get("/api/a b", (("q", "x&y"),), (("Zotero-API-Version", "3"),))
            assert (answer.body, answer.headers["total-results"]) == (b"yes", "3")
            with pytest.raises(HttpStatus, match="302"):
                program.get("/moved")
        assert server.asked[0].path == "/api/a%20b?q=x%26y"
        assert "example.org" not in server.asked[0].headers["user-agent"]
        with pytest.raises(Offline), LocalProgram(load_settings(tmp_path, {"TRACKER_OFFLINE": "1"}), server.url) as off:
            off.get("/")
    with socket.socket() as deaf:  # bound and not listening: nobody else can be there either
        deaf.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(FetchError, match="cannot be reached"), LocalProgram(settings, nowhere) as gone:
            gone.get("/")
