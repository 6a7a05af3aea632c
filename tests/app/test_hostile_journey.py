"""What strangers and careless imports may write, on every page of a real browser: it stays text; no secret shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.app.browsing import PATIENCE, at_rest, fits
from tests.app.desk_library import THEN, fill, id_of
from tests.app.test_journey import CHROMIUM, ROOT, _free_port, browser
from tracker.journal import Journal
from tracker.records import SourceSpec
from tracker.service import Tracker
from tracker.store import duplicates, sources
from tracker.store.tables import PaperRow

__all__ = ["browser"]  # a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser journeys need it"),
]

#: A right-to-left override turns the words behind it round; an image that is not there runs what is in ``onerror``.
OVERRIDE = "\u202e"
SCRIPT = "javascript:window.owned=1"
EVIL = (
    "<script>window.owned=1</script><img src=x onerror=window.owned=1> [click](javascript:window.owned=1) "
    f"{OVERRIDE}desrever $$x^2$$ :material/bug_report: `code` **bold** "
)
LONG = EVIL + "endless" * 1_500
#: By the name of the variable; the webhook's secret is a part of its address.
SECRETS = {
    "TRACKER_SEMANTIC_SCHOLAR_KEY": "s2-key-veiled0",
    "TRACKER_OPENALEX_KEY": "openalex-key-veiled1",
    "TRACKER_GITHUB_KEY": "ghp-token-veiled2",
    "TRACKER_SMTP_URL": "smtps://reader:smtp-word-veiled3@mail.example.org",
    "TRACKER_DIGEST_TO": "reader@example.org",
    "TRACKER_WEBHOOK": "https://hooks.example.org/in/hook-token-veiled4",
    "TRACKER_API_TOKEN": "api-token-veiled5",
}
HIDDEN = re.compile(r"veiled\d")
PAGES = (
    "", "reading", "reading?layout=Table", "reading?layout=Progress", "library", "search", "search?q=herds",
    f"search?like={id_of(0)}", "map", "concepts", "sources", "sources?part=Duplicates", "sources?part=Jobs",
    "sources?part=Health", "sources?part=In+%26+out", f"paper?id={id_of(0)}",
)  # fmt: skip
#: Where hostile words are to be read, as words; on the other pages there are none, or a picture holds them.
EVIL_SHOWS = {
    "", "reading", "library", "search", "search?q=herds", f"search?like={id_of(0)}", "sources",
    "sources?part=Duplicates", "sources?part=Jobs", f"paper?id={id_of(0)}",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library in which every text that anybody may write is a hostile one."""
    folder = tmp_path_factory.mktemp("hostile")
    fill(folder)
    with Tracker.open(folder) as tracker:
        with tracker._db.write() as session:
            spec = SourceSpec("weekly", "markdown", EVIL, "https://example.org/weekly", description=LONG)
            sources.ensure(session, spec, THEN)
            evil = replace(spec, slug="evil", url=SCRIPT, title=LONG[:2_000])
            sources.ensure(session, evil, THEN)
            sources.record_failure(session, "weekly", THEN, error=f"https://x.org answered 404 {LONG}")
            for pk in (1, 2):
                row = session.get(PaperRow, pk)
                assert row is not None
                row.title, row.abstract, row.authors, row.venue = LONG, f"herds {LONG}", [EVIL] * 3, EVIL
                row.urls, row.code = [{"label": EVIL, "url": SCRIPT}], [SCRIPT]
                session.add(row)
            duplicates.put(session, 1, 2, score=0.8, evidence=[EVIL, LONG], now=THEN)
        tracker.act([id_of(0)], "queued")
        tracker.act([id_of(1)], "read", rating=5)
        tracker.tag(id_of(0), add=[EVIL[:100], "$$", "#<b>"])
        for body in (EVIL, LONG, "![x](https://example.org/pixel.png) <b>raw</b>"):
            tracker.note(id_of(0), body)
        tracker.save_search(EVIL[:100], f"herds {EVIL}")
        tracker.draw_map()
        journal = Journal(folder / "runs.jsonl")
        report = {"sources": [{"slug": EVIL, "state": "failed", "error": LONG}], "error": LONG}
        journal.end(journal.start(EVIL, THEN), "failed", report, THEN)
    return folder


@pytest.fixture(scope="module")
def dashboard(home: Path) -> Iterator[str]:
    address = f"http://127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={address.rsplit(':', 1)[1]}"]
    environ = {**os.environ, **SECRETS, "TRACKER_OFFLINE": "1", "TRACKER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert any("http://" in said for said in process.stdout), f"streamlit ended with {process.wait()}"
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    process.stdout.close()


@pytest.fixture(scope="module", params=[1280, 390])
def window(request: pytest.FixtureRequest, browser: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page, and every address that it asked."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    yield page, asked
    context.close()


@pytest.mark.parametrize("view", PAGES)
def test_it_stays_text(window: tuple[Any, list[str]], dashboard: str, view: str) -> None:
    page, asked = window
    page.goto(f"{dashboard}/{view}")
    page.locator(".tr-head").first.wait_for()
    at_rest(page)
    assert page.evaluate("window.owned === undefined")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("a[href^='javascript' i], .katex, .stHtml img, .stMarkdown img, .stHtml script").count() == 0
    said = page.locator("body").inner_text()
    assert OVERRIDE not in said
    assert ("<script>window.owned=1</script>" in said) == (view in EVIL_SHOWS)
    assert not HIDDEN.search(page.content())
    ours = (dashboard, dashboard.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert fits(page)
