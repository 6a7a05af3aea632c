"""What is new goes out once by each way, and stays news when it could not go out."""

from __future__ import annotations

import json
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_string, policy
from pathlib import Path

import pytest

from tests.end_to_end.test_small_world import APRIL, MAY, SOURCES, pages
from tests.world import Answer, SmallWorld, small_world
from tracker.errors import FetchError, SettingsError, StoreError, UsageError
from tracker.export.digest import Digest, html, text
from tracker.records import Identifier, Mention, Paper
from tracker.service import Tracker
from tracker.settings import load_settings

HOOK = "https://hook.example.org/papers"


def opened(home: Path, world: SmallWorld, **service: str) -> Tracker:
    environ = {"TRACKER_MIRROR": world.address, "TRACKER_REQUEST_INTERVAL": "0", **service}
    return Tracker.open(settings=load_settings(home, environ))


def test_each_week_is_told_once(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        with opened(tmp_path, world) as tracker:
            tracker.update(sources=SOURCES, embed=False)
            assert "Tidal" in tracker.digest_text(told=False)
            first = tracker.digest_text()
            nothing = tracker.digest_text()
        world.pages.update(pages(MAY + APRIL))  # type: ignore[arg-type]
        with opened(tmp_path, world) as tracker:
            tracker.update(sources=SOURCES, embed=False)
            page = tmp_path / "new.html"
            number = tracker.write_digest(page)
            after = tracker.digest_text()
    assert "Tidal: Forecasting Tides" in first
    assert "Ada Example; 2026; on ai-papers-of-the-week" in first
    assert nothing.startswith("0 new papers")
    assert (number, "Lighthouse" in page.read_text(), "Tidal" in page.read_text()) == (1, True, False)
    assert after.startswith("0 new papers")


def test_a_digest_that_cannot_be_written_stays_news(library: Tracker, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        library.write_digest(tmp_path / "no" / "such" / "folder.html")
    assert "Tidal" in library.digest_text()


def test_the_webhook_gets_each_paper_once_and_again_only_after_a_failure(tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    status = [404]

    def hook(form: dict[str, str], body: bytes) -> Answer:
        if status[0] == 200:
            told.append(json.loads(body))
        return status[0], "text/plain", b"ok"

    with small_world({**pages(APRIL), "/hook.example.org/papers": hook}) as world:  # type: ignore[arg-type, dict-item]
        with opened(tmp_path, world, TRACKER_WEBHOOK=HOOK) as tracker:
            tracker.update(sources=SOURCES, embed=False)
            with pytest.raises(FetchError):
                tracker.call_webhook()
            status[0] = 200
            assert tracker.call_webhook() > 0
            assert tracker.call_webhook() == 0
            (tmp_path / "told-webhook.txt").unlink()
        with opened(tmp_path, world) as tracker, pytest.raises(UsageError, match="TRACKER_WEBHOOK"):
            tracker.call_webhook()
    (message,) = told
    papers = message["papers"]
    assert isinstance(papers, list)
    assert message["event"] == "papers.new"
    assert any(p["id"] == "arxiv:2604.00001" and p["url"] == "https://arxiv.org/abs/2604.00001" for p in papers)


@contextmanager
def mail_server(*, refuses: bool = False) -> Iterator[tuple[int, list[str]]]:
    """As much of SMTP as a client needs to hand over one message."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline().decode():
                word = line[:4].upper()
                if word == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    got.append("".join(lines))
                refused = refuses and word == "RCPT"
                self.wfile.write(b"550 nobody\r\n" if refused else b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
                if word == "QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


def by_mail(filled: Path, home: Path, port: int) -> Tracker:
    import shutil

    shutil.copytree(filled, home)
    environ = {"TRACKER_SMTP_URL": f"smtp://127.0.0.1:{port}", "TRACKER_DIGEST_TO": "ada@example.org"}
    return Tracker.open(settings=load_settings(home, environ))


def test_the_digest_by_mail(filled: Path, tmp_path: Path) -> None:
    with mail_server() as (port, got), by_mail(filled, tmp_path / "l", port) as tracker:
        assert tracker.send_digest() == "ada@example.org"
        assert tracker.digest_text().startswith("0 new papers")
    mail = message_from_string(got[0], policy=policy.default)
    assert re.search(r"\d+ new papers", mail["Subject"])
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert page
    assert "Tidal" in plain.get_content()
    assert "<h2>" in page.get_content()


def test_a_mail_that_is_refused_stays_news(filled: Path, tmp_path: Path) -> None:
    with mail_server(refuses=True) as (port, _), by_mail(filled, tmp_path / "l", port) as tracker:
        with pytest.raises(FetchError, match="did not take"):
            tracker.send_digest()
        assert "Tidal" in tracker.digest_text()


def test_mail_that_is_not_set_up_is_told(library: Tracker) -> None:
    with pytest.raises(SettingsError, match="TRACKER_SMTP_URL"):
        library.send_digest()


def test_nothing_of_others_becomes_markup() -> None:
    paper = Paper(
        id="arxiv:1",
        title="<script>alert(1)</script>",
        abstract='"><img src=x>' * 200,
        authors=("<b>Ada</b>",),
        identifiers=(Identifier("doi", '10.1/"><x'),),
        mentions=(Mention(source="weekly", key="k", title="x", url=None),),
    )
    digest = Digest(now=datetime(2026, 5, 1, tzinfo=UTC), papers=[paper], more=3, outages=["<i>down</i>"])
    page = html(digest)
    assert not re.search(r"<(script|img|b|i|x)\b", page)
    assert "4 new papers" in page
    assert "! <i>down</i>" in text(digest)
    assert text(replace(digest, papers=[], more=0)).startswith("0 new papers")


def test_the_command_prints_and_counts(library: Tracker) -> None:
    def run(*options: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tracker.cli", "--home", str(library.settings.home), "digest", *options],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "Tidal" in run("--preview")
    assert "Tidal" in run()
    assert run().startswith("0 new papers")
