"""``kill -9`` while something is being told: nothing is lost, and what is told once more can be known by its name.

Real processes end at chosen moments: before anything is sent, and when the other side has taken it and nothing is noted
yet.  No moment is left to chance.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.api.test_digest import HOOK, Post
from tests.world import Answer, small_world
from tracker.library.telling import Ledger
from tracker.schedule.planning import OUTAGE
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import papers, sources
from tracker.store.database import Database

#: ``tracker`` that calls five papers at a time and ends by ``kill -9`` where a function would do its work.
DYING = """
import importlib, os, signal, sys
from tracker.library import crier
crier.BATCH = 5
*outer, last = sys.argv.pop(1).split(".")
if last != "-":
    place = importlib.import_module(f"tracker.library.{outer[0]}")
    for part in outer[1:]:
        place = getattr(place, part)
    assert hasattr(place, last)
    setattr(place, last, lambda *args, **more: os.kill(os.getpid(), signal.SIGKILL))
from tracker.cli.main import app
app()
"""
#: Dies nowhere.
NOWHERE = "-"


def tracker(home: Path, dies: str, *arguments: str, **environ: str) -> int:
    """Run the command in a process of its own; its exit status."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    ran = subprocess.run(
        [sys.executable, "-c", DYING, dies, "--home", str(home), *arguments],
        env={**inherited, "TRACKER_REQUEST_INTERVAL": "0", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
    return ran.returncode


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "library")
    return tmp_path / "library"


def everything(home: Path) -> set[str]:
    with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as library:
        return {paper.id for paper in library.papers(limit=None)}


class Hook:
    """The webhook's other end: keeps what it gets."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, form: dict[str, str], body: bytes) -> Answer:
        self.calls.append(json.loads(body))
        return 200, "text/plain", b"ok"

    def told(self) -> Counter[str]:
        return Counter(paper["id"] for call in self.calls for paper in call.get("papers", ()))


@pytest.mark.parametrize("dies", ["news.Client.fetch", "telling.Ledger.tell", "telling.Ledger.begin"])
def test_a_webhook_killed_before_sending_or_before_noting(home: Path, dies: str) -> None:
    hook = Hook()
    with small_world({"/hook.example.org/papers": hook}) as world:
        environ = {"TRACKER_MIRROR": world.address, "TRACKER_WEBHOOK": HOOK}
        for _ in range(2):
            assert tracker(home, dies, "digest", "--webhook", **environ) == -signal.SIGKILL
        assert tracker(home, NOWHERE, "digest", "--webhook", **environ) == 0
        after = len(hook.calls)
        assert tracker(home, NOWHERE, "digest", "--webhook", **environ) == 0
    told = hook.told()
    assert set(told) == everything(home), "nothing is lost"
    assert len(hook.calls) == after, "nothing is left"
    repeated = {"news.Client.fetch": 0, "telling.Ledger.tell": 2, "telling.Ledger.begin": 0}[dies]
    assert sorted(told.values(), reverse=True)[:6] == [1 + repeated] * 5 + [1], "one batch, once more for each kill"
    names = [call["id"] for call in hook.calls]
    assert len(names) - len(set(names)) == repeated, "by the same name each time"


def test_a_batch_keeps_its_name_though_papers_come_and_learn_better_ids(home: Path) -> None:
    hook = Hook()
    with small_world({"/hook.example.org/papers": hook}) as world:
        environ = {"TRACKER_MIRROR": world.address, "TRACKER_WEBHOOK": HOOK}
        assert tracker(home, "telling.Ledger.tell", "digest", "--webhook", **environ) == -signal.SIGKILL
        first = hook.calls[0]
        with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as library:
            library.import_ids(["2604.00077"], embed=False)
            renamed = renamed_paper(library, first["papers"][0]["id"])
        assert tracker(home, NOWHERE, "digest", "--webhook", **environ) == 0
    second = hook.calls[1]
    assert second["id"] == first["id"]
    assert [p["id"] for p in second["papers"]] == [renamed, *(p["id"] for p in first["papers"][1:])]
    assert hook.told()["arxiv:2604.00077"] == 1
    assert all(number == 1 for name, number in hook.told().items() if name not in {p["id"] for p in second["papers"]})


def renamed_paper(library: Tracker, name: str) -> str:
    """Give a paper a stronger id than it had, as a service's answer does."""
    new = "doi:10.1000/better"
    with library._db.write() as session:
        papers.fix_id(session, papers.pk_of(session, name, []), new)
    assert library.paper(name).id == new
    return new


def test_a_paper_that_learned_a_better_id_is_not_told_again(library: Tracker) -> None:
    first = library.papers(limit=1)[0].id
    library.digest_text()
    new = renamed_paper(library, first)
    assert library.digest_text().startswith("0 new papers")
    assert library.former_ids([library.paper(new)]) == {new: (first,)}


def test_outages_killed_before_noting_are_told_by_the_same_name(home: Path) -> None:
    hook = Hook()
    slug = "ai-papers-of-the-week"

    def failed() -> None:
        with Database.open(load_settings(home, {}).database_url) as database, database.write() as session:
            for _ in range(OUTAGE):
                sources.record_failure(session, slug, datetime.now(UTC), error="503")

    def answered() -> None:
        with Database.open(load_settings(home, {}).database_url) as database, database.write() as session:
            sources.record_success(session, slug, datetime.now(UTC), content_hash="", changed=False)

    with small_world({"/hook.example.org/papers": hook}) as world:
        environ = {"TRACKER_MIRROR": world.address, "TRACKER_WEBHOOK": HOOK}
        tracker(home, NOWHERE, "digest", "--webhook", **environ)
        hook.calls.clear()
        for _ in range(2):
            failed()
            assert tracker(home, "watching.Watch.note_begun", "digest", "--webhook", **environ) == -signal.SIGKILL
            tracker(home, NOWHERE, "digest", "--webhook", **environ)
            answered()
            assert tracker(home, "watching.Watch.note_ended", "digest", "--webhook", **environ) == -signal.SIGKILL
            tracker(home, NOWHERE, "digest", "--webhook", **environ)
    assert [call["event"] for call in hook.calls] == 2 * (2 * ["outage.begun"] + 2 * ["outage.ended"])
    names = [call["id"] for call in hook.calls]
    assert names[::2] == names[1::2], "what is repeated has the same name"
    assert len(set(names)) == 4, "and nothing else has, also on the same day"


@pytest.mark.parametrize("dies", ["mailing.send", "telling.Ledger.tell"])
def test_a_digest_by_mail_killed_before_sending_or_before_noting(home: Path, dies: str) -> None:
    post = Post()
    with post.open() as port:
        environ = {"TRACKER_SMTP_URL": f"smtp://127.0.0.1:{port}", "TRACKER_DIGEST_TO": "ada@example.org, bea@x.org"}
        assert tracker(home, dies, "digest", "--send", **environ) == -signal.SIGKILL
        assert tracker(home, NOWHERE, "digest", "--send", **environ) == 0
    got = Counter(to for to, _ in post.taken)
    assert got == {"ada@example.org": 2 if dies == "telling.Ledger.tell" else 1, "bea@x.org": 1}
    named = {(to, mail["Message-ID"]) for to, mail in post.taken}
    assert len(named) == 2, "a repetition has the name of the first, so that a mailbox shows one"
    with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as library:
        assert library.digest_text().startswith("0 new papers")


@pytest.mark.parametrize("dies", ["crier._write", "telling.Ledger.tell"])
def test_a_digest_into_a_file_killed_before_writing_or_before_noting(home: Path, tmp_path: Path, dies: str) -> None:
    page = tmp_path / "new.txt"
    assert tracker(home, dies, "digest", "--output", str(page)) == -signal.SIGKILL
    assert page.exists() == (dies == "telling.Ledger.tell")
    page.unlink(missing_ok=True)
    assert tracker(home, NOWHERE, "digest", "--output", str(page)) == 0
    assert "Tidal" in page.read_text()
    assert tracker(home, NOWHERE, "digest", "--output", str(page)) == 0
    assert "Tidal" not in page.read_text()


def test_two_processes_at_once_tell_each_paper_once(home: Path) -> None:
    hook = Hook()
    with small_world({"/hook.example.org/papers": hook}) as world:
        environ = {"TRACKER_MIRROR": world.address, "TRACKER_WEBHOOK": HOOK}
        threads = [
            threading.Thread(target=tracker, args=(home, NOWHERE, "digest", "--webhook"), kwargs=environ)
            for _ in range(2)
        ]
        with FileLock(home / "told-webhook.lock"):  # both stand at the door before either may go in
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
    assert hook.told() == dict.fromkeys(everything(home), 1)


def test_a_batch_that_was_not_noted_whole_did_not_go_out(tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    ledger = Ledger(tmp_path, "webhook")
    ledger.begin(now, ["arxiv:1", "arxiv:2"])
    assert ledger.read(now).begun == ("arxiv:1", "arxiv:2")
    ledger.tell(now, ["arxiv:1"])
    assert ledger.read(now).begun == ("arxiv:1", "arxiv:2")
    ledger.tell(now, ["arxiv:2"])
    assert ledger.read(now).begun == ()
    with (tmp_path / "told-webhook.txt").open("a") as file:
        file.write('\tbegun\t["arxiv:3", "arx')
    assert ledger.read(now).begun == ()
