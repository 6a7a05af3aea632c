"""By way of the facade: a running Zotero (a stand-in with its wire), folders of notes, feeds, and there and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.export.papers import papers
from tests.http.server import Asked, Reply, Server, serving
from tracker.cli.main import app
from tracker.errors import FetchError, ImportFileError, Offline, UsageError
from tracker.export import formats
from tracker.ingest import zotero
from tracker.records import Paper
from tracker.service import Tracker
from tracker.settings import load_settings


def opened(home: Path, **environ: str) -> Tracker:
    return Tracker.open(settings=load_settings(home, environ))


# ---------------------------------------------------------------- there and back


def comparable(paper: Paper) -> dict[str, Any]:
    """A paper as the library holds it, without the moments at which the library itself did something."""
    kept = [f.name for f in dataclasses.fields(paper) if f.name not in ("provenance", "is_new", "abstract_source")]
    mentions = tuple(dataclasses.replace(m, first_seen=None, last_seen=None, key="") for m in paper.mentions)
    return {name: getattr(paper, name) for name in kept} | {"mentions": sorted(mentions, key=repr)}


@pytest.mark.parametrize("format", ["jsonl", "csljson", "notes"])
def test_the_shelf_comes_back_whole(tmp_path: Path, format: str) -> None:
    with opened(tmp_path / "one", TRACKER_OFFLINE="1") as tracker:
        tracker.load_shelf()
        tracker.mark(["1706.03762", "1301.3781"], "read", rating=5, priority=3)
        tracker.mark("2005.14165", "queued")
        tracker.tag("1706.03762", add=["core", "to discuss"])
        tracker.note("1706.03762", "asks **and** answers\n\n%% note [1] %%\n# line two")
        tracker.note("1706.03762", "a second one")
        place = tmp_path / "out"
        written = tracker.export_notes(place) if format == "notes" else tracker.export(place, format=format)  # type: ignore[arg-type]
        assert written in (None, tracker.count())
        before = {p.id: comparable(p) for p in tracker.papers(limit=None)}
    with opened(tmp_path / "two", TRACKER_OFFLINE="1") as tracker:
        report = tracker.import_file(place, embed=False)
        after = {p.id: comparable(p) for p in tracker.papers(limit=None)}
        again = tracker.import_file(place, embed=False)
    assert (report.problems, again.added, again.updated) == ((), 0, 0)
    if format != "jsonl":  # the places on lists are in JSON lines only
        before, after = ({k: v | {"mentions": []} for k, v in held.items()} for held in (before, after))
    assert after == before


@settings(max_examples=5, deadline=None)
@given(some=st.lists(papers, min_size=2, max_size=5, unique_by=lambda p: p.id))
def test_what_a_library_exports_another_one_exports_again(
    tmp_path_factory: pytest.TempPathFactory, some: list[Paper]
) -> None:
    """Whatever was imported: the second library says the very same as the first."""
    folder = tmp_path_factory.mktemp("twice")
    texts = ["".join(formats.exporter("jsonl")(some))]
    for name in ("one", "two"):
        file = folder / f"{name}.jsonl"
        file.write_text(texts[-1], encoding="utf-8", newline="")
        with opened(folder / name, TRACKER_OFFLINE="1") as tracker:
            assert tracker.import_file(file, embed=False).problems == ()
            texts.append(tracker.export() or "")
    first, second = ({v["id"]: v for v in map(json.loads, text.splitlines())} for text in texts[1:])
    assert second == first


# ---------------------------------------------------------------- a running Zotero

ITEMS: list[dict[str, Any]] = [
    {
        "key": f"ITEM{number:04d}",
        "version": number,
        "library": {"type": "user", "id": 0, "name": "My Library"},
        "links": {"self": {"href": f"http://localhost:23119/api/users/0/items/ITEM{number:04d}"}},
        "meta": {"numChildren": 1},
        "data": {
            "key": f"ITEM{number:04d}",
            "version": number,
            "itemType": "journalArticle",
            "title": f"Tides, Part {number}",
            "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Example"}],
            "publicationTitle": "Journal of Tides",
            "DOI": f"10.1000/tides.{number}",
            "date": "2021-05-06",
            "tags": [{"tag": "sea"}],
            "collections": ["COLL0001"] if number == 1 else [],
            "relations": {},
            "dateAdded": "2024-01-02T03:04:05Z",
        },
    }
    for number in range(1, 4)
]
NOTE = {
    "key": "NOTE0001",
    "data": {"key": "NOTE0001", "itemType": "note", "parentItem": "ITEM0001", "note": "<p>Wet.</p>"},
}
SHELVES = [{"key": "COLL0001", "data": {"key": "COLL0001", "name": "To cite", "parentCollection": False}}]


def pages(everything: list[dict[str, Any]]) -> Callable[[Asked], Reply]:
    """As Zotero answers: a slice of all, indented, with the number of all in a header."""

    def answer(asked: Asked) -> Reply:
        query = parse_qs(urlsplit(asked.path).query)
        start, limit = int(query["start"][0]), int(query["limit"][0])
        assert asked.headers["zotero-api-version"] == "3"
        headers = {
            "Content-Type": "application/json",
            "Zotero-API-Version": "3",
            "Zotero-Schema-Version": "33",
            "Total-Results": str(len(everything)),
            "Last-Modified-Version": "7",
        }
        return Reply(200, json.dumps(everything[start : start + limit], indent=4).encode(), headers)

    return answer


@pytest.fixture
def zotero_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(zotero, "PAGE", 2)
    with serving() as server:
        server.routes["/api/users/0/items"] = pages([*ITEMS, NOTE])
        server.routes["/api/users/0/collections"] = pages(SHELVES)
        yield server


def address(server: Server) -> str:
    return f"zotero://127.0.0.1:{urlsplit(server.url).port}"


def test_a_running_zotero(zotero_at: Server, tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_file(address(zotero_at), embed=False)
        assert (report.added, report.problems, report.notices) == (3, (), ())
        paper = tracker.paper("10.1000/tides.1")
        again = tracker.import_zotero(address(zotero_at), embed=False)
        assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
        assert tracker.export() is not None
    assert (paper.title, paper.venue, paper.tags) == ("Tides, Part 1", "Journal of Tides", ("To cite", "sea"))
    assert [note.body for note in paper.notes] == ["Wet."]
    assert {a.method for a in zotero_at.asked} == {"GET"}
    assert all("mailto" not in a.headers["user-agent"] for a in zotero_at.asked)


@pytest.mark.parametrize(
    ("status", "body", "cure"),
    [
        (403, b"Local API is not enabled", "allow other applications"),
        (404, b"Not found", "no such library"),
        (500, b"", "answered 500"),
        (302, b"", "answered 302"),
    ],
)
def test_a_zotero_that_says_no(zotero_at: Server, tmp_path: Path, status: int, body: bytes, cure: str) -> None:
    zotero_at.routes["/api/users/0/collections"] = lambda _: Reply(status, body, {"Location": "http://127.0.0.1:1/"})
    with opened(tmp_path / "home") as tracker, pytest.raises(FetchError, match=cure):
        tracker.import_zotero(address(zotero_at))


def test_a_zotero_that_is_not_there_or_speaks_otherwise(zotero_at: Server, tmp_path: Path) -> None:
    zotero_at.routes["/api/users/0/collections"] = lambda _: Reply(200, b"<html>")
    with opened(tmp_path / "home") as tracker:
        with pytest.raises(ImportFileError, match="did not answer with JSON"):
            tracker.import_zotero(address(zotero_at))
        with pytest.raises(FetchError, match="start Zotero"):
            tracker.import_zotero("zotero://127.0.0.1:9")
        for other in (
            "zotero://example.org",
            "zotero://192.168.1.1:23119",
            "zotero:users/5",
            "zotero://127.0.0.1:99999",
        ):
            with pytest.raises(UsageError, match="Zotero on this machine"):
                tracker.import_zotero(other)
    with opened(tmp_path / "home", TRACKER_OFFLINE="1") as tracker, pytest.raises(Offline):
        tracker.import_zotero(address(zotero_at))


def test_addresses_of_zotero() -> None:
    assert zotero.library_at("zotero:") == zotero.Library("http://127.0.0.1:23119", "/api/users/0")
    assert zotero.library_at("zotero:groups/12") == zotero.Library("http://127.0.0.1:23119", "/api/groups/12")
    assert zotero.library_at("zotero://[::1]:5/groups/12") == zotero.Library("http://[::1]:5", "/api/groups/12")


# ---------------------------------------------------------------- feeds, and what is left


def test_subscriptions_become_sources(tmp_path: Path) -> None:
    file = tmp_path / "feeds.xml"
    file.write_text(
        '<?xml version="1.0"?>\n<opml version="2.0"><body><outline text="Papers">\n'
        '<outline text="CL" type="rss" xmlUrl="http://export.arxiv.org/rss/cs.CL"/>\n'
        '<outline text="A Journal" type="rss" xmlUrl="https://www.nature.com/natmachintell.rss"/>\n'
        '<outline text="A Diary" type="rss" xmlUrl="https://example.org/feed"/>\n'
        '<outline text="Broken" type="rss" xmlUrl="gopher://example.org"/>\n</outline></body></opml>\n'
    )
    with opened(tmp_path / "home", TRACKER_OFFLINE="1") as tracker:
        report = tracker.import_file(file)
        assert [(s.slug, s.kind, s.enabled) for s in report.sources] == [
            ("arxiv-cs.cl", "arxiv", True),
            ("a-journal", "feed", True),
            ("a-diary", "feed", False),
        ]
        assert [(p.where, p.message[:40]) for p in report.problems] == [
            ("line 6", "gopher://example.org is no web address (")
        ]
        assert report.notices == (
            "switched off, since they may bring no papers: a-diary (tracker sources enable NAME)",
        )
        assert tracker.source("a-journal").spec.description == "Subscribed under Papers."
        again = tracker.import_file(file)
        assert (again.sources, again.unchanged) == ((), 3)
        assert tracker.add_source("https://example.org/feed").spec.enabled, "who adds it by name wants it"


def test_a_note_of_another_paper_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    rows = [{"title": title, "url": f"https://e.org/{title}", "notes": [{"id": "n1", "body": title}]} for title in "AB"]
    rows[0]["tags"] = ["x" * 101, "short"]
    file.write_text("\n".join(map(json.dumps, rows)))
    with opened(tmp_path / "home", TRACKER_OFFLINE="1") as tracker:
        report = tracker.import_file(file, embed=False)
        found = {p.title: p for p in tracker.papers(limit=None)}
    assert {title: [n.body for n in p.notes] for title, p in found.items()} == {"A": ["A"], "B": ["B"]}
    assert found["A"].tags == ("short",)
    assert [p.where for p in report.problems] == ["line 1"]


def test_publishing_by_way_of_the_facade(tmp_path: Path) -> None:
    with opened(tmp_path / "home", TRACKER_OFFLINE="1") as tracker:
        tracker.load_shelf()
        tracker.mark(["1706.03762", "1301.3781"], "read")
        tracker.note("1706.03762", "for my eyes")
        assert tracker.publish(tmp_path / "site") == 2, "all that the reader put somewhere"
        assert tracker.publish(tmp_path / "all", query="list:starter-shelf", notes=True) == tracker.count()
    assert "for my eyes" not in (tmp_path / "site" / "index.html").read_text()
    assert "for my eyes" in (tmp_path / "all" / "index.html").read_text()


def test_the_commands(tmp_path: Path) -> None:
    runner, home = CliRunner(), ["--home", str(tmp_path / "home")]
    notes = tmp_path / "vault"
    notes.mkdir()
    (notes / "one.md").write_text("---\ntitle: Tides\ndoi: 10.1000/t1\nstatus: read\nmood: calm\n---\n\nWet.\n")
    done = runner.invoke(app, [*home, "import", str(notes), "--no-embed"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "1 paper added, 0 updated, 0 already there",
        "not kept, for the library has no place for it: mood (1)",
    ]
    (tmp_path / "f.opml").write_text(
        '<opml><body><outline text="CL" xmlUrl="https://rss.arxiv.org/rss/cs.CL"/></body></opml>'
    )
    done = runner.invoke(app, [*home, "import", str(tmp_path / "f.opml"), "--json"])
    assert [s["slug"] for s in json.loads(done.stdout)["sources"]] == ["arxiv-cs.cl"]
    done = runner.invoke(app, [*home, "publish", str(tmp_path / "site"), "--title", "Mine", "--no-tags"])
    assert (done.exit_code, done.output.split(":")[0]) == (0, "1 paper published")
    assert '<h1 dir="auto">Mine</h1>' in (tmp_path / "site" / "index.html").read_text()
    assert runner.invoke(app, [*home, "import", "zotero://127.0.0.1:9"]).exit_code == 1
    assert runner.invoke(app, [*home, "import", "zotero://example.org"]).exit_code == 2
