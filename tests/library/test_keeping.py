"""Looking after the library, by way of the facade: sources, duplicates, backups, checks, concurrency."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tracker.errors import StoreError, TrackerError, UnknownSource, UsageError
from tracker.ingest.effective import Chain
from tracker.library.importing import Importer
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store.database import Database
from tracker.store.times import utc_now


def opened(home: Path) -> Tracker:
    return Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"}))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    with opened(tmp_path / "home") as tracker:
        tracker.load_shelf()
    return tmp_path / "home"


def test_sources_that_ship_are_there_and_explained(shelf: Path) -> None:
    with opened(shelf) as tracker:
        found = {s.spec.slug: s for s in tracker.sources()}
        told = tracker.source("paperswithcode").spec.description
    assert {"ai-papers-of-the-week", "awesome-ai-papers", "learning-papers", "anthology-of-modern-ml"} <= found.keys()
    assert not found["arxiv-new"].spec.enabled
    assert told.count(". ") == 1
    assert "2025" in told


def test_a_source_can_be_added_removed_and_added_again(shelf: Path) -> None:
    with opened(shelf) as tracker:
        added = tracker.add_source("https://github.com/example/awesome-tides")
        assert (added.spec.kind, added.spec.slug) == ("markdown", "example-awesome-tides")
        assert tracker.add_source("https://github.com/example/awesome-tides/").spec.slug == "example-awesome-tides"
        tracker.remove_source("example-awesome-tides")
        assert "example-awesome-tides" not in {s.spec.slug for s in tracker.sources()}
        tracker.add_source("https://github.com/example/awesome-tides")
        assert tracker.source("example-awesome-tides").spec.enabled
        with pytest.raises(UsageError):
            tracker.add_source("https://example.com/page")
        with pytest.raises(UnknownSource):
            tracker.source("nothing")


def test_a_removed_builtin_stays_removed_until_it_is_wanted(shelf: Path) -> None:
    with opened(shelf) as tracker:
        tracker.remove_source("learning-papers")
    with opened(shelf) as tracker:
        tracker.load_shelf()
        assert "learning-papers" not in {s.spec.slug for s in tracker.sources()}
        tracker.add_source("https://github.com/daturkel/learning-papers")
        assert tracker.source("learning-papers").spec.kind == "daturkel"


def test_doubtful_pairs_wait_and_a_word_is_final(tmp_path: Path) -> None:
    rows = [
        {"title": "Learning Tides from Drifting Buoys at Sea", "url": "https://arxiv.org/abs/2401.00001"},
        {"title": "Learning Tides from Drifting Buoys at Sea", "url": "https://openreview.net/forum?id=abcdefghij"},
    ]
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(file, embed=False)
        (pair,) = tracker.duplicates()
        assert pair.evidence
        tracker.keep_apart(pair.first.id, pair.second.id)
        assert tracker.duplicates() == ()
        tracker.import_file(file, embed=False)
        assert (tracker.duplicates(), tracker.count()) == ((), 2)
        merged = tracker.merge(pair.first.id, pair.second.id)
        assert (merged.id, tracker.count()) == ("arxiv:2401.00001", 1)
        assert {p.id for p in tracker.split("arxiv:2401.00001")} == {"arxiv:2401.00001", "openreview:abcdefghij"}
        with pytest.raises(UsageError):
            tracker.split("arxiv:2401.00001")


def test_backup_and_restore(shelf: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    with opened(shelf) as tracker:
        tracker.note("1706.03762", "before")
        tracker.backup(copy)
        tracker.note("1706.03762", "after")
        with pytest.raises(TrackerError):
            tracker.backup(copy)
    Tracker.restore(copy, shelf)
    with opened(shelf) as tracker:
        assert [n.body for n in tracker.paper("1706.03762").notes] == ["before"]
        assert all(finding.ok for finding in tracker.check())
    kept = [p for p in shelf.iterdir() if p.suffix == ".sqlite3" and p.name != "tracker.sqlite3"]
    assert len(kept) == 1, "the replaced library is kept"


def test_restore_refuses_what_is_no_backup(shelf: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.sqlite3"
    odd.write_text("hello")
    with pytest.raises(TrackerError, match="odd"):
        Tracker.restore(odd, shelf)
    with opened(shelf) as tracker:
        assert tracker.count() > 100


def test_a_damaged_database_says_so(shelf: Path) -> None:
    path = shelf / "tracker.sqlite3"
    data = bytearray(path.read_bytes())
    data[:100] = b"x" * 100
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="tracker"):
        opened(shelf)


def test_status_counts(shelf: Path) -> None:
    with opened(shelf) as tracker:
        tracker.mark("1706.03762", "reading")
        status = tracker.status()
    assert status.papers == status.mentions == sum(status.by_status.values())
    assert status.by_status["reading"] == 1
    assert (status.embedded, status.unembedded) == (0, status.papers)


def test_new_until_seen(shelf: Path) -> None:
    with opened(shelf) as tracker:
        everything = tracker.count()
        assert tracker.count("is:new") == everything
        tracker.mark("1706.03762", "queued")
        assert tracker.count("is:new") == everything - 1
        assert tracker.mark_seen() == everything - 1
        assert tracker.count("is:new") == 0


def test_many_threads_share_one_library(shelf: Path) -> None:
    errors: list[BaseException] = []
    with opened(shelf) as tracker:
        ids = [p.id for p in tracker.papers(limit=40)]

        def work(number: int) -> None:
            try:
                for paper in ids[number::4]:
                    tracker.tag(paper, add=[f"t{number}"])
                    tracker.search("attention", mode="words")
                    assert f"t{number}" in tracker.paper(paper).tags
            except BaseException as error:  # noqa: BLE001 - told to the main thread
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert sum(bool(p.tags) for p in tracker.papers(limit=None)) == len(ids)


def test_limits_are_checked(shelf: Path) -> None:
    with opened(shelf) as tracker:
        for limit, offset in ((0, 0), (1001, 0), (10, -1)):
            with pytest.raises(UsageError):
                tracker.search("x", limit, offset=offset)


def test_papers_that_came_before_a_crash_are_compared_by_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    rows = [
        {"title": "Learning Tides from Drifting Buoys at Sea", "url": "https://arxiv.org/abs/2401.00001"},
        {"title": "Learning Tides from Drifting Buoys at Sea", "url": "https://openreview.net/forum?id=abcdefghij"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with opened(tmp_path / "home"):
        pass
    with Database.open(f"sqlite:///{tmp_path / 'home' / 'tracker.sqlite3'}") as db:
        Importer(db, Chain(), utc_now).file(file, None, None)  # and here the process dies
    with opened(tmp_path / "home") as tracker:
        assert tracker.duplicates() == ()
        tracker.update(embed=False)
        assert len(tracker.duplicates()) == 1


def test_damaged_search_indexes_are_told_and_mended(shelf: Path) -> None:
    words = shelf / "index" / "words.index"

    def told() -> list[tuple[bool, str]]:
        with opened(shelf) as tracker:
            return [(f.ok, f.message) for f in tracker.check() if f.message.startswith(("search", "the search"))]

    words.unlink(missing_ok=True)
    assert told() == [(True, "search makes do without words.index; to have them, run: tracker embed")]
    with opened(shelf) as tracker:
        tracker.search("attention", mode="words")
    assert told() == [(True, "the search indexes are whole")]
    (words.parent / ".words.index-half").write_bytes(b"half")  # as a killed writer leaves it
    assert told() == [(True, "the search indexes are whole")]
    words.write_bytes(words.read_bytes()[:-100])
    [(ok, message)] = told()
    assert not ok
    assert "words.index is damaged" in message
    with opened(shelf) as tracker:
        mended = tracker.check(repair=True)
    assert all(finding.ok for finding in mended if finding.area == "files")
    assert words.exists()


def test_a_file_in_place_of_the_index_folder(shelf: Path) -> None:
    (shelf / "index").write_text("x")
    with opened(shelf) as tracker:
        assert tracker.search("attention").hits
        assert any(not f.ok and "remove it" in f.cure for f in tracker.check())
