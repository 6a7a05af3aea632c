"""The main job on a small world of our own: lists in, one library out, found again; runs without ../shared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import Answer, SmallWorld, small_world
from tracker.errors import AlreadyRunning
from tracker.records import SourceReport, UpdateReport
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import lock
from tracker.store.times import utc_now

RAW = "/raw.githubusercontent.com"
INDEX = """# AI Papers of the Week

## 2026
- [Top AI Papers of the Week (April 13 - April 19)](years/2026.md#x)
"""
LINKS = "[Paper](https://arxiv.org/abs/{arxiv}), [Tweet](https://x.com/a/status/{rank})"
ROW = "| {rank}) **{title}** - {text} | " + LINKS + " |\n"
HEAD = "| **Paper**  | **Links** |\n| ------------- | ------------- |\n"


def week(span: str, *rows: tuple[int, str, str, str]) -> str:
    body = "".join(ROW.format(rank=r, title=t, text=x, arxiv=a) for r, t, x, a in rows)
    return f"## Top AI Papers of the Week ({span}) - 2026\n{HEAD}{body}\n"


APRIL = week(
    "April 13 - April 19",
    (1, "Tidal", "A model of tides learned from buoys.", "2604.00001"),
    (2, "Quiet Heads", "Heads that attend to nothing.", "2604.00002"),
)
MAY = week("April 20 - April 26", (1, "Lighthouse", "Retrieval over harbour logs.", "2604.00003"))

ANTHOLOGY = """# Attention

* Heads
  * 2026 - ["Quiet Heads: On Attention That Looks Away"](https://arxiv.org/pdf/2604.00002v2.pdf) - Ada Example
  * 2015 - ["A Note Without an Address"] - Cy Beispiel
"""


def arxiv_answer(known: dict[str, tuple[str, str]]) -> object:
    """Entries in the shape of late 2025, sorted by id and only the known ones."""

    def answer(form: dict[str, str], body: bytes) -> Answer:
        asked = sorted(form.get("id_list", "").split(","))
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{i}v1</id><title>{known[i][0]}</title><summary>{known[i][1]}</summary>"
            "<published>2026-04-02T00:00:00Z</published><updated>2026-04-02T00:00:00Z</updated>"
            "<author><name>Ada Example</name></author></entry>"
            for i in asked
            if i in known
        )
        feed = (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
            ' xmlns:arxiv="http://arxiv.org/schemas/atom"><id>x</id><title>arXiv Query</title>'
            f'<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{entries.count("<entry>")}'
            "</opensearch:totalResults>" + entries + "</feed>"
        )
        return 200, "application/atom+xml", feed.encode()

    return answer


def pages(year: str) -> dict[str, object]:
    weekly = f"{RAW}/dair-ai/AI-Papers-of-the-Week/HEAD"
    tree = {"tree": [{"path": p, "type": "blob"} for p in ("README.md", "years/2026.md")], "truncated": False}
    return {
        f"{weekly}/README.md": INDEX.encode(),
        f"{weekly}/years/2026.md": year.encode(),
        "/api.github.com/repos/dair-ai/AI-Papers-of-the-Week/git/trees/HEAD": json.dumps(tree).encode(),
        f"{RAW}/dmarx/anthology-of-modern-ml/HEAD/README.md": ANTHOLOGY.encode(),
        "/export.arxiv.org/api/query": arxiv_answer(
            {
                "2604.00001": ("Tidal: Forecasting Tides from Drifting Buoys", "We learn tides from buoys. " * 8),
                "2604.00002": ("Quiet Heads: On Attention That Looks Away", "Some heads attend to nothing. " * 8),
            }
        ),
    }


SOURCES = ("ai-papers-of-the-week", "anthology-of-modern-ml")


def opened(home: Path, world: SmallWorld) -> Tracker:
    environ = {"TRACKER_MIRROR": world.address, "TRACKER_REQUEST_INTERVAL": "0"}
    return Tracker.open(settings=load_settings(home, environ))


def update(home: Path, world: SmallWorld) -> UpdateReport:
    with opened(home, world) as tracker:
        return tracker.update(sources=SOURCES, embed=False)


def by_slug(report: UpdateReport) -> dict[str, SourceReport]:
    return {s.slug: s for s in report.sources}


def test_two_lists_become_one_library(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        report = update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            quiet = tracker.paper("2604.00002v3")
            tidal = tracker.paper("arxiv:2604.00001")
            note = tracker.papers("title:address")[0]
            found = tracker.search("heads that look away", mode="words")
    assert by_slug(report)["ai-papers-of-the-week"].added == 2
    assert {m.source for m in quiet.mentions} == set(SOURCES), "two lists, one paper"
    assert quiet.title == "Quiet Heads: On Attention That Looks Away", "the nickname is not the title"
    assert {m.title for m in quiet.mentions} == {"Quiet Heads", "Quiet Heads: On Attention That Looks Away"}
    assert (quiet.abstract_source, quiet.provenance["title"].source) == ("arxiv", "arxiv")
    assert str(tidal.mentions[0].week_start) == "2026-04-13"
    assert note.identifiers == ()
    assert found.hits[0].id == "arxiv:2604.00002"


def test_new_week_is_added_and_nothing_else(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            tracker.mark("2604.00001", "reading", rating=4)
            tracker.note("2604.00001", "the moon!")
        world.pages.update(pages(MAY + APRIL))  # type: ignore[arg-type]
        second = update(tmp_path, world)
        third = update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            tidal = tracker.paper("2604.00001")
            assert tracker.paper("2604.00003").abstract is None
    weekly = by_slug(second)["ai-papers-of-the-week"]
    assert (weekly.added, weekly.changed, weekly.gone, second.new_papers) == (1, 0, 0, 1)
    assert all(s.state == "unchanged" for s in third.sources)
    assert (third.new_papers, next(e.asked for e in third.enrich if e.service == "arxiv")) == (0, 0)
    assert len(world.conditional) >= 3, "unchanged lists are asked with their validators"
    assert (tidal.status, tidal.rating, tidal.notes[0].body) == ("reading", 4, "the moon!")


def test_a_row_that_leaves_is_gone_and_may_return(tmp_path: Path) -> None:
    with small_world(pages(MAY + APRIL)) as world:  # type: ignore[arg-type]
        update(tmp_path, world)
        world.pages.update(pages(APRIL))  # type: ignore[arg-type]
        left = update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            gone = tracker.paper("2604.00003").mentions[0].gone_at
        world.pages.update(pages(MAY + APRIL))  # type: ignore[arg-type]
        back = update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            returned = tracker.paper("2604.00003").mentions
    assert (by_slug(left)["ai-papers-of-the-week"].gone, gone is not None) == (1, True)
    assert (by_slug(back)["ai-papers-of-the-week"].returned, len(returned), returned[0].gone_at) == (1, 1, None)


@pytest.mark.parametrize("body", [b"", b"<html><p>\x00\xff\xfe{", b"# A different page\n\nhello\n"])
def test_a_broken_list_leaves_everything_as_it_was(tmp_path: Path, body: bytes) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            before = tracker.export()
        world.pages[f"{RAW}/dmarx/anthology-of-modern-ml/HEAD/README.md"] = body
        report = update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            assert tracker.export() == before
            state = tracker.source("anthology-of-modern-ml")
    failed = by_slug(report)["anthology-of-modern-ml"]
    assert (failed.state, report.failed) == ("failed", True)
    assert failed.error
    assert failed.retry_at
    assert (state.failures, state.error) == (1, failed.error)


def test_the_command_ends_with_3_and_says_which_why_and_when(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        del world.pages[f"{RAW}/dmarx/anthology-of-modern-ml/HEAD/README.md"]
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", "--home", str(tmp_path), "fetch", *SOURCES],
            env={"PATH": "/usr/bin:/bin", "TRACKER_MIRROR": world.address, "TRACKER_REQUEST_INTERVAL": "0"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 3, done.stderr
    assert "anthology-of-modern-ml" in done.stderr
    assert "404" in done.stderr
    assert "again" in done.stderr
    assert "Traceback" not in done.stderr


def test_merge_and_split_lose_nothing(tmp_path: Path) -> None:
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            tracker.note("2604.00001", "mine")
            tracker.tag("2604.00002", add=["heads"])
            before = {p.id: p for p in tracker.papers(limit=None)}
            merged = tracker.merge("2604.00001", "2604.00002")
            assert {m.title for m in merged.mentions} >= {"Tidal", "Quiet Heads"}
            assert tracker.paper("2604.00002").id == merged.id
            tracker.split(merged.id)
            after = {p.id: p for p in tracker.papers(limit=None)}
        update(tmp_path, world)
        with opened(tmp_path, world) as tracker:
            assert {p.id for p in tracker.papers(limit=None)} == set(before)
    assert after.keys() == before.keys()
    for name in before:
        assert (after[name].mentions, after[name].notes, after[name].tags) == (
            before[name].mentions,
            before[name].notes,
            before[name].tags,
        )


def test_one_update_at_a_time(tmp_path: Path) -> None:
    held = lock.updating(tmp_path, utc_now())
    with small_world(pages(APRIL)) as world, held, pytest.raises(AlreadyRunning):  # type: ignore[arg-type]
        update(tmp_path, world)


def test_without_any_network_the_shelf_is_there(tmp_path: Path) -> None:
    with Tracker.open(settings=load_settings(tmp_path, {"TRACKER_OFFLINE": "1"})) as tracker:
        report = tracker.update(embed=False)
        assert tracker.paper("1706.03762").title == "Attention Is All You Need"
        assert tracker.search("key-value memories", mode="words").hits
    assert report.failed
    assert all(s.error for s in report.sources)
