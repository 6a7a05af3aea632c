"""Papers that a person hands in, by way of the facade: files, names, and our own exports into an empty library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import ImportFileError, UnknownPaper, UsageError
from tracker.ingest.deriving import derive
from tracker.ingest.effective import Chain
from tracker.records import Metadata
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import metadata, papers


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
