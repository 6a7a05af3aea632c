"""What is new goes out once by each way, and stays news when it could not go out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from tests.end_to_end.test_small_world import APRIL, MAY, SOURCES, pages
from tests.world import Answer, SmallWorld, free_port, small_world
from tracker.errors import FetchError, SettingsError, StoreError, UsageError
from tracker.export.digest import Digest, html, text
from tracker.library import crier
from tracker.library.news import TITLES, WHOLE, digest_of
from tracker.library.telling import FIRST, Ledger
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


def test_a_long_digest_tells_the_newest_and_counts_the_others_as_told(library: Tracker, tmp_path: Path) -> None:
    papers = library.papers(sort="added", limit=1) * (WHOLE + TITLES + 3)
    page = html(digest_of(papers, (), datetime(2026, 5, 4, tzinfo=UTC)))
    assert page.count("<h2>") == WHOLE + 1  # one over the titles
    assert page.count("<li>") == TITLES
    assert f"{WHOLE + TITLES + 3} new papers" in page
    assert "and 3 more in your library" in page
    total = library.count()
    assert library.write_digest(tmp_path / "new.html") == total
    assert library.write_digest(tmp_path / "again.txt") == 0, "each is told once, named or not"


def test_a_digest_that_cannot_be_written_stays_news(library: Tracker, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        library.write_digest(tmp_path / "no" / "such" / "folder.html")
    assert "Tidal" in library.digest_text()


def test_the_webhook_gets_each_paper_once_also_when_it_fails_halfway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    patience = [0]

    def hook(form: dict[str, str], body: bytes) -> Answer:
        if len(told) >= patience[0]:
            return 404, "text/plain", b"gone"
        told.append(json.loads(body))
        return 200, "text/plain", b"ok"

    monkeypatch.setattr(crier, "BATCH", 20)
    with small_world({**pages(APRIL), "/hook.example.org/papers": hook}) as world:  # type: ignore[arg-type, dict-item]
        with opened(tmp_path, world, TRACKER_WEBHOOK=HOOK) as tracker:
            tracker.update(sources=SOURCES, embed=False)
            everything = {paper.id for paper in tracker.papers(limit=None)}
            for patience[0] in (0, 2, 3):
                with pytest.raises(FetchError):
                    tracker.call_webhook()
            patience[0] = 1000
            tracker.call_webhook()
            assert tracker.call_webhook() == 0
            (tmp_path / "told-webhook.txt").unlink()
        with opened(tmp_path, world) as tracker, pytest.raises(UsageError, match="TRACKER_WEBHOOK"):
            tracker.call_webhook()
    papers = [paper for message in told for paper in message["papers"]]
    assert len(papers) == len(everything)
    assert {p["id"] for p in papers} == everything, "all of them, each once"
    assert {message["event"] for message in told} == {"papers.new"}
    assert len({message["id"] for message in told}) == len(told)
    assert told[-1]["more"] == 0
    assert any(p["id"] == "arxiv:2604.00001" and p["url"] == "https://arxiv.org/abs/2604.00001" for p in papers)


def test_half_a_line_of_what_was_told_costs_one_repetition_at_most(tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    ledger = Ledger(tmp_path, "digest")
    ledger.tell(now, ["arxiv:1", "a name with spaces\nand lines"])
    ledger.tell(now, ["arxiv:2"], address="ada@example.org")
    ledger.settle(now)
    ledger.fail(now)
    with (tmp_path / "told-digest.txt").open("a") as file:
        file.write("\tsettled\t2026-0")
    ledger.tell(now, ["arxiv:3"])
    told = ledger.read(now + timedelta(days=90))
    assert (told.since, told.settled, told.failed) == (now - FIRST, now, now)
    assert told.knows(["x", "arxiv:1"])
    assert told.knows(["a name with spaces\nand lines"])
    assert not told.knows(["arxiv:2"])
    assert told.knows(["arxiv:2"], "ada@example.org")
    assert told.knows(["arxiv:3"])


class Post:
    """A post office: keeps what it takes and says no to some addresses."""

    def __init__(self, *refused: str) -> None:
        self.refused = set(refused)
        self.taken: list[tuple[str, EmailMessage]] = []

    async def handle_RCPT(  # noqa: N802 - the name is given
        self, server: SMTP, session: object, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken += [(address, message) for address in envelope.rcpt_tos]  # type: ignore[misc]
        return "250 OK"

    @contextmanager
    def open(self) -> Iterator[int]:
        port = free_port()
        controller = Controller(self, hostname="127.0.0.1", port=port, ready_timeout=300)
        controller.start()
        try:
            yield port
        finally:
            controller.stop()


def by_mail(filled: Path, home: Path, port: int, to: str = "ada@example.org", **more: str) -> Tracker:
    if not home.exists():
        shutil.copytree(filled, home)
    environ = {"TRACKER_SMTP_URL": f"smtp://127.0.0.1:{port}", "TRACKER_DIGEST_TO": to, **more}
    return Tracker.open(settings=load_settings(home, environ))


def test_the_digest_by_mail(filled: Path, tmp_path: Path) -> None:
    post = Post()
    with post.open() as port, by_mail(filled, tmp_path / "l", port) as tracker:
        assert tracker.send_digest() == "ada@example.org"
        assert tracker.digest_text().startswith("0 new papers")
    ((_, mail),) = post.taken
    assert re.search(r"\d+ new papers", mail["Subject"])
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert page
    assert "Tidal" in plain.get_content()
    assert "<h2>" in page.get_content()
    assert mail["Message-ID"]
    assert mail["Date"]


def test_a_mail_that_is_refused_stays_news(filled: Path, tmp_path: Path) -> None:
    with Post("ada@example.org").open() as port, by_mail(filled, tmp_path / "l", port) as tracker:
        with pytest.raises(FetchError, match="did not take"):
            tracker.send_digest()
        assert "Tidal" in tracker.digest_text()


def test_who_got_it_before_sending_failed_does_not_get_it_again(filled: Path, tmp_path: Path) -> None:
    post, to = Post("bea@example.org"), "Ada <ada@example.org>, bea@example.org, cy@example.org"
    with post.open() as port, by_mail(filled, tmp_path / "l", port, to) as tracker:
        with pytest.raises(FetchError, match=r"bea@example\.org"):
            tracker.send_digest()
        assert "Tidal" in tracker.digest_text(told=False)
        post.refused.clear()
        tracker.import_ids(["2604.00077"], embed=False)
        tracker.send_digest()
        assert tracker.digest_text().startswith("0 new papers")
    bodies = [(to, mail.get_body(("plain",)).get_content()) for to, mail in post.taken]  # type: ignore[union-attr]
    assert [to[:3] for to, _ in bodies] == ["ada", "cy@", "ada", "bea", "cy@"]
    assert ["Tidal" in body for _, body in bodies] == [True, True, False, True, False]
    assert ["2604.00077" in body for _, body in bodies] == [False, False, True, True, True]


class Days:
    """A clock that stands still until it is moved."""

    def __init__(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_the_digest_of_the_week_by_mail_and_into_files(filled: Path, tmp_path: Path) -> None:
    """Sent at its turn, once; an empty week sends nothing; a failure is made good an hour later."""
    post, clock = Post(), Days("2026-05-01T12:00")  # a Friday
    with post.open() as port:
        pattern = str(tmp_path / "digest-%Y-%m-%d.html")
        with by_mail(
            filled, tmp_path / "l", port, TRACKER_DIGEST_FILE=pattern, TRACKER_DIGEST_DAY="mon 07:00"
        ) as plain:
            tracker = Tracker(plain.settings, plain._db, clock=clock)
            assert tracker.send_weekly_digest() is None, "counting begins"
            clock.now += timedelta(days=1)
            tracker.import_ids(["2604.00077"], embed=False)
            assert tracker.send_weekly_digest() is None, "not yet Monday"
            post.refused.add("ada@example.org")
            clock.now = clock.now.replace(day=5)
            with pytest.raises(FetchError):
                tracker.send_weekly_digest()
            post.refused.clear()
            assert tracker.send_weekly_digest() is None, "not at once"
            clock.now += timedelta(hours=1)
            assert tracker.send_weekly_digest() is not None
            assert tracker.send_weekly_digest() is None
            clock.now += timedelta(days=14)
            assert tracker.send_weekly_digest() is None, "nothing came"
    assert len(post.taken) == 1
    assert {path.name for path in tmp_path.glob("digest-*")} == {"digest-2026-05-05.html", "digest-2026-05-05.txt"}
    assert "2604.00077" in (tmp_path / "digest-2026-05-05.txt").read_text()


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
