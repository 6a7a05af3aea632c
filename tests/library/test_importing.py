"""Papers that a person hands in, by way of the facade: files, names, and our own exports into an empty library."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import ImportFileError, UnknownPaper, UsageError
from tracker.ingest.deriving import derive
from tracker.ingest.effective import Chain
from tracker.records import Metadata
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import metadata, papers, sources
from tracker.store.database import Database
from tracker.store.times import utc_now


def opened(home: Path) -> Tracker:
    return Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"}))


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


TIDES = {
    "id": "t-1",
    "title": "Tides from Drifting Buoys",
    "abstract": "We learn tides from buoys.",
    "authors": ["Ada Example"],
    "year": 2024,
}


def test_ids_given_by_a_person_stay(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", TIDES, {"id": "t-2", "title": "Tides from Drifting Buoys", "abstract": "Other."})
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_file(file, embed=False)
        assert (report.added, report.ids, report.problems) == (2, ("t-1", "t-2"), ())
        assert tracker.paper("t-1").abstract == "We learn tides from buoys."
        assert tracker.count() == 2, "two ids are two papers, whatever the titles say"
        assert {h.id for h in tracker.search("drifting buoys", mode="words").hits} == {"t-1", "t-2"}


def test_an_id_given_goes_before_an_identifier(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", TIDES | {"identifiers": {"arxiv": "2401.00001"}})
    with opened(tmp_path / "home") as tracker:
        assert tracker.import_file(file, embed=False).ids == ("t-1",)
        assert tracker.paper("2401.00001").id == tracker.paper("t-1").id == "t-1"
        assert json.loads(tracker.export() or "")["identifiers"] == {"arxiv": "2401.00001"}


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", TIDES | {"tags": ["sea"], "notes": ["nice"], "status": "queued", "rating": 4})
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(file, embed=False)
        first = tracker.export()
        again = tracker.import_file(file, embed=False)
        assert (again.added, again.updated, again.unchanged) == (0, 0, 1)
        assert tracker.export() == first
        paper = tracker.paper("t-1")
    assert (paper.status, paper.rating, paper.tags, [n.body for n in paper.notes]) == ("queued", 4, ("sea",), ["nice"])


def test_what_a_person_wrote_is_not_overwritten_by_a_file(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(write(tmp_path / "a.jsonl", TIDES), embed=False)
        tracker.mark("t-1", "read", rating=5)
        tracker.note("t-1", "mine")
        newer = TIDES | {"abstract": "We learn tides, and more.", "status": "queued", "rating": 1, "notes": ["theirs"]}
        report = tracker.import_file(write(tmp_path / "b.jsonl", newer), embed=False)
        paper = tracker.paper("t-1")
    assert report.updated == 1
    assert (paper.status, paper.rating, paper.abstract) == ("read", 5, "We learn tides, and more.")
    assert {n.body for n in paper.notes} == {"mine", "theirs"}


def test_bad_rows_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(TIDES) + "\nnot json\n" + json.dumps({"abstract": "no title"}) + "\n")
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_file(file, embed=False)
        assert report.added == 1
        assert [p.where.split()[-1] for p in report.problems] == ["2", "3"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"nonsense", b""])
def test_a_hopeless_file_is_an_error_or_empty_and_changes_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    with opened(tmp_path / "home") as tracker:
        if content:
            with pytest.raises(ImportFileError, match=r"a\.jsonl"):
                tracker.import_file(file, embed=False)
        else:
            assert tracker.import_file(file, embed=False).added == 0
        assert tracker.count() == 0


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        with pytest.raises(ImportFileError, match="cannot be read"):
            tracker.import_file(tmp_path / "none.bib", format="bibtex", embed=False)
        with pytest.raises(ImportFileError, match="folder"):
            tracker.import_file(tmp_path, format="bibtex", embed=False)
        with pytest.raises(UsageError):
            tracker.import_file(write(tmp_path / "x.jsonl", TIDES), format="docx", embed=False)


def test_names_become_papers(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_ids(["arXiv:1706.03762v5", "https://doi.org/10.1162/NECO.1997.9.8.1735"], embed=False)
        assert report.ids == ("arxiv:1706.03762", "doi:10.1162/neco.1997.9.8.1735")
        assert tracker.paper("https://arxiv.org/pdf/1706.03762").id == "arxiv:1706.03762"
        with pytest.raises(ImportFileError):
            tracker.import_ids(["not a paper"], embed=False)
        with pytest.raises(UnknownPaper):
            tracker.paper("nothing")


def test_a_markdown_list_becomes_a_source(tmp_path: Path) -> None:
    file = tmp_path / "My List.md"
    file.write_text(
        "# Papers on tides\n\n## Buoys\n\n"
        "- [Tides from Drifting Buoys](https://arxiv.org/abs/2401.00001), Ada Example, 2024\n"
        "- [Moonlight Is Late](https://arxiv.org/abs/2401.00002), Bo Muster, 2024\n"
    )
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_file(file, embed=False)
        assert (report.added, len(report.problems)) == (2, 0)
        assert tracker.source("file-my-list").entries == 2
        assert tracker.paper("2401.00001").mentions[0].section[-1] == "Buoys"
        assert tracker.import_file(file, embed=False).added == 0


LIST = "# Tides\n\n- [Tides from Drifting Buoys](https://arxiv.org/abs/2401.00001), Ada Example, 2024\n"


def test_what_was_imported_is_not_asked_for_by_an_update(tmp_path: Path) -> None:
    file = tmp_path / "one.md"
    file.write_text(LIST)
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(file, embed=False)
        for state in tracker.sources():
            if state.spec.kind not in ("shelf", "file"):
                tracker.enable_source(state.spec.slug, False)
        assert tracker.fetch() == ()
        report = tracker.update(embed=False)
        assert (report.sources, report.papers > 1) == ((), True)
        with pytest.raises(UsageError, match="file-one is not fetched from anywhere"):
            tracker.update(sources=["file-one"], embed=False)
        with pytest.raises(UsageError, match="file-one"):
            tracker.fetch(["file-one"])


def test_lists_of_one_name_in_two_folders_are_two_sources(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        for year in ("2024", "2025", "2024", "2025"):
            file = tmp_path / year / "Reading.md"
            file.parent.mkdir(exist_ok=True)
            file.write_text(LIST.replace("2401", f"{year[2:]}01"))
            tracker.import_file(file, embed=False)
        found = {s.spec.slug: s.entries for s in tracker.sources() if s.spec.kind == "file"}
        (other,) = found.keys() - {"file-reading"}
        assert (list(found.values()), other[:13], len(other)) == ([1, 1], "file-reading-", 21)
        assert [m.source for m in tracker.paper("2401.00001").mentions] == ["file-reading"]
        assert [m.source for m in tracker.paper("2501.00001").mentions] == [other]


def test_a_list_imported_before_places_were_kept_is_known_again(tmp_path: Path) -> None:
    home, files = tmp_path / "home", [tmp_path / "a" / "reading.md", tmp_path / "b" / "reading.md"]
    with opened(home) as tracker:
        for file in files:
            file.parent.mkdir()
            file.write_text(LIST)
        tracker.import_file(files[0], embed=False)
        with Database.open(load_settings(home, {}).database_url) as database, database.write() as session:
            sources.ensure(session, replace(tracker.source("file-reading").spec, options={}), utc_now(), position=1000)
        for file in (*files, *files):
            tracker.import_file(file, embed=False)
        assert len([s for s in tracker.sources() if s.spec.kind == "file"]) == 2
        assert tracker.source("file-reading").spec.options


def test_what_the_pages_upload_goes_by_its_name(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as tracker:
        for folder in ("tracker-import-a", "tracker-import-b"):
            file = tmp_path / folder / "reading.md"
            file.parent.mkdir()
            file.write_text(LIST)
            tracker.import_file(file, embed=False)
        assert [s.spec.slug for s in tracker.sources() if s.spec.kind == "file"] == ["file-reading"]


def test_rows_that_name_no_paper_are_told_and_left_out(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl",
        {"title": "", "identifiers": {"doi": "10.1/x"}},
        {"title": "Moonlight Is Late", "identifiers": {"arxiv": "9999.99999", "doi": "10.1162/x"}},
        {"title": "Tides", "identifiers": {"arxiv": "9999.99999"}},
        {"url": "https://github.com/example/tides"},
        TIDES,
        {"id": "t-1", "identifiers": {"doi": "10.1/x"}, "status": "read"},
    )
    with opened(tmp_path / "home") as tracker:
        report = tracker.import_file(file, embed=False)
        titles = sorted(p.title for p in tracker.papers(limit=None))
        assert tracker.paper("t-1").status == "read", "a paper that the library has may be named by its id alone"
    assert titles == ["Moonlight Is Late", "Tides", "Tides from Drifting Buoys"]
    assert [(p.where, p.message) for p in report.problems] == [
        ("line 1", "it has no title, and doi:10.1/x cannot be read"),
        ("line 2", "arxiv:9999.99999 is no identifier that can be read; it was left out"),
        ("line 3", "arxiv:9999.99999 is no identifier that can be read; it was left out"),
        ("line 4", "it has no title, and https://github.com/example/tides is the address of no single paper"),
        ("line 6", "doi:10.1/x is no identifier that can be read; it was left out"),
    ]


def test_two_dois_of_one_article_wait_for_a_person(tmp_path: Path) -> None:
    dois = ["10.1007/bf00058655", "10.1023/a:1018054314350"]
    rows = [{"title": "Bagging predictors", "year": 1996, "identifiers": {"doi": doi}} for doi in dois]
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(write(tmp_path / "a.jsonl", *rows), embed=False)
        (pair,) = tracker.duplicates()
        assert {pair.first.id, pair.second.id} == {f"doi:{doi}" for doi in dois}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1/x.md", "127.0.0.1, which is not on the public internet"),
        ("192.168.1.2/x.md", "192.168.1.2, which is not on the public internet"),
        ("http://2130706433.local/x.md", "is not at a host of the public internet"),
        ("http://localhost/x.md", "localhost"),
        ("https://example.org:8080/x.md", "only 80 and 443 are asked"),
    ],
)
def test_a_list_on_a_private_address_is_refused_when_it_is_added(tmp_path: Path, url: str, told: str) -> None:
    with opened(tmp_path / "home") as tracker, pytest.raises(UsageError, match=told):
        tracker.add_source(url)


def test_an_address_of_the_mirror_is_the_public_one(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "home", {"TRACKER_OFFLINE": "1", "TRACKER_MIRROR": "http://127.0.0.1:8765"})
    with Tracker.open(settings=settings) as tracker:
        added = tracker.add_source("http://127.0.0.1:8765/example.org/list.md")
        assert added.spec.url == "https://example.org/list.md"
        with pytest.raises(UsageError, match="only 80 and 443"):
            tracker.add_source("http://127.0.0.1:8766/example.org/list.md")


@pytest.mark.parametrize("format", ["jsonl", "bibtex", "ris", "csv"])
def test_export_into_an_empty_library_gives_the_same_papers(tmp_path: Path, format: str) -> None:
    with opened(tmp_path / "one") as tracker:
        tracker.load_shelf()
        tracker.mark(["1706.03762", "1301.3781"], "read", rating=5)
        tracker.mark("2005.14165", "queued")
        tracker.tag("1706.03762", add=["core", "to discuss"])
        tracker.note("1706.03762", "asks **and** answers\n\nline two")
        file = tmp_path / f"all.{format}"
        tracker.export(file, format=format)  # type: ignore[arg-type]
        before = {p.id: p for p in tracker.papers(limit=None)}
    with opened(tmp_path / "two") as tracker:
        report = tracker.import_file(file, format=format, embed=False)
        after = {p.id: p for p in tracker.papers(limit=None)}
    assert report.problems == ()
    assert after.keys() == before.keys()
    for name, paper in before.items():
        other = after[name]
        mine = (paper.title, paper.year, paper.status, paper.rating, paper.tags, set(paper.identifiers))
        assert (other.title, other.year, other.status, other.rating, other.tags, set(other.identifiers)) == mine
        assert [n.body for n in other.notes] == [n.body for n in paper.notes]


def test_what_a_service_said_goes_before_the_lists_also_elsewhere(tmp_path: Path) -> None:
    """JSON lines bring the places on lists along, whose words would otherwise go before what had come of them."""
    name = "1706.03762"
    with opened(tmp_path / "one") as tracker:
        tracker.load_shelf()
        listed = tracker.paper(name)
        title, authors = listed.title.upper(), (*listed.authors, "Somebody Else")
        with tracker._db.write() as session:
            pk = papers.pks_of_ids(session, [listed.id])[listed.id]
            said = Metadata(service="arxiv", asked=f"arxiv:{name}", title=title, authors=authors)
            metadata.put(session, pk, said, datetime(2026, 5, 4, tzinfo=UTC))
            derive(session, [pk], Chain(), datetime(2026, 5, 4, tzinfo=UTC))
        assert tracker.paper(name).title == title
        before = (tracker.export() or "").splitlines()
        file = tmp_path / "all.jsonl"
        tracker.export(file)
    with opened(tmp_path / "two") as tracker:
        tracker.import_file(file, embed=False)
        assert tracker.paper(name).authors == authors
        after = (tracker.export() or "").splitlines()
    assert sorted(before) == sorted(after)


def test_an_address_names_a_paper_that_has_no_other_name(tmp_path: Path) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text(
        '{"title": "Named", "identifiers": {"doi": "10.1000/named"}, "url": "https://example.org/named"}\n'
        '{"title": "Unnamed", "url": "https://example.org/unnamed"}\n'
        '{"title": "Twice", "identifiers": {"doi": "10.1000/twice"}, "url": "https://arxiv.org/abs/2401.00001"}\n'
    )
    with opened(tmp_path / "home") as tracker:
        tracker.import_file(file, embed=False)
        named = {p.title: sorted(map(str, p.identifiers)) for p in tracker.papers(limit=None)}
    assert named == {
        "Named": ["doi:10.1000/named"],
        "Unnamed": ["url:https://example.org/unnamed"],
        "Twice": ["arxiv:2401.00001", "doi:10.1000/twice"],
    }
