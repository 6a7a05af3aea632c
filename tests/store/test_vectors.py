"""Vectors are kept by paper, model and text, and every change is told."""

from __future__ import annotations

import numpy as np
import pytest

from tests.store.conftest import Library, add_paper, after, derived, unit
from tracker.errors import StoreCorrupt
from tracker.store import changes, papers, vectors
from tracker.store.check import check, repair
from tracker.store.texts import SearchText
from tracker.store.vectors import Embedded

MODEL = "mini@1"


@pytest.fixture
def embedded(library: Library) -> Library:
    """Three papers; the first two embedded, the first in two windows."""
    with library.database.write() as session:
        for number in range(3):
            add_paper(session, f"2401.0000{number}")
        waiting = vectors.stale(session, MODEL)
        assert [paper.pk for paper in waiting] == [1, 2, 3]
        done = [
            Embedded(1, waiting[0].text_hash, np.stack([unit(1), unit(2)])),
            Embedded(2, waiting[1].text_hash, unit(3)[None]),
            Embedded(99, "gone meanwhile", unit(4)[None]),
        ]
        assert vectors.put_many(session, MODEL, done) == 2
    return library


def test_all_are_read_back_in_order(embedded: Library) -> None:
    with embedded.database.reader() as reader:
        loaded = vectors.load_all(reader, MODEL)
        some = vectors.of_papers(reader, MODEL, [2, 3])
        none = vectors.load_all(reader, "other@1")
        empty = vectors.of_papers(reader, MODEL, [3])
    assert loaded.pks.tolist() == [1, 1, 2]
    assert loaded.windows.tolist() == [0, 1, 0]
    assert loaded.matrix.dtype == np.float32
    assert np.array_equal(loaded.matrix, np.stack([unit(1), unit(2), unit(3)]))
    assert loaded.number == some.number > none.number == 0
    assert some.pks.tolist() == [2]
    assert none.matrix.shape == (0, 0)
    assert empty.pks.tolist() == []


def test_only_what_changed_is_stale(embedded: Library) -> None:
    with embedded.database.write() as session:
        assert [paper.pk for paper in vectors.stale(session, MODEL)] == [3]
        assert vectors.stale_count(session, MODEL) == 1
        papers.update(session, 2, derived("2401.00001", text=SearchText(title="New", text="words")), after(1))
        papers.update(session, 1, derived("2401.00000", year=1990), after(1))  # nothing that is embedded
        found = vectors.stale(session, MODEL)
        assert (found[0].pk, found[0].title, found[0].text) == (2, "New", "words")
        assert vectors.stale(session, MODEL, after=2, limit=5) == found[1:]
        assert vectors.stale(session, MODEL, limit=1) == found[:1]
        assert vectors.stale_count(session, "other@1") == 3
        assert vectors.models(session) == {MODEL: 2}


def test_fewer_windows_take_the_place_of_more(embedded: Library) -> None:
    with embedded.database.write() as session:
        vectors.put_many(session, MODEL, [Embedded(1, "shorter", unit(9)[None])])
        loaded = vectors.of_papers(session, MODEL, [1])
    assert np.array_equal(loaded.matrix, unit(9)[None])
    assert all(finding.ok for finding in check(embedded.path))


def test_changes_are_told_with_all_that_a_paper_has(embedded: Library) -> None:
    with embedded.database.reader() as reader:
        everything = dict(vectors.changed(reader, MODEL, 0))
        start = changes.latest(reader, changes.vectors_of(MODEL))
        assert list(vectors.changed(reader, MODEL, start)) == []
    assert sorted(everything) == [1, 2]
    assert everything[1] is not None
    assert everything[1].vectors.shape == (2, 384)
    with embedded.database.write() as session:
        papers.delete(session, 2)
        vectors.put_many(session, MODEL, [Embedded(1, "shorter", unit(9)[None])])
        vectors.put_many(session, "other@1", [Embedded(3, "x", unit(5)[None])])
    with embedded.database.reader() as reader:
        told = dict(vectors.changed(reader, MODEL, start))
        again = dict(vectors.changed(reader, MODEL, 0))
    assert sorted(told) == [1, 2]
    assert told[2] is None
    assert told[1] is not None
    assert told[1].text_hash == "shorter"
    assert np.array_equal(told[1].vectors, unit(9)[None])
    assert sorted(again) == [1]


def test_the_same_text_need_not_be_embedded_twice(embedded: Library) -> None:
    with embedded.database.reader() as reader:
        ((text_hash,),) = reader.rows("SELECT text_hash FROM paper_text WHERE paper_pk = 1")
        assert vectors.fresh_of_hash(reader, MODEL, [text_hash, "unknown"]) == {text_hash: 1}


def test_vectors_of_other_models_can_go(embedded: Library) -> None:
    with embedded.database.write() as session:
        vectors.put_many(session, "other@1", [Embedded(3, "x", unit(5)[None])])
        assert vectors.remove_others(session, "other@1") == 3
        assert vectors.models(session) == {"other@1": 1}


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE vector SET data = substr(data, 1, 100) WHERE paper_pk = 2", "wrong size"),
        ("UPDATE vector SET dims = 383 WHERE paper_pk = 2", "wrong size"),
        ("UPDATE vector SET data = zeroblob(1536) WHERE paper_pk = 2", "not of length 1"),
        ("UPDATE vector SET data = CAST(x'0000c07f' || substr(data, 5) AS BLOB) WHERE paper_pk = 2", "not of length 1"),
        ("UPDATE vector SET window = 3 WHERE paper_pk = 2", "miss a window"),
        ("UPDATE vector SET text_hash = 'x' WHERE paper_pk = 1 AND window = 1", "several texts"),
    ],
)
def test_unusable_vectors_are_found_dropped_and_waited_for(embedded: Library, sql: str, problem: str) -> None:
    with embedded.database.write() as session:
        session.connection().exec_driver_sql(sql)
    bad = [finding for finding in check(embedded.path) if not finding.ok]
    assert [finding.area for finding in bad] == ["vectors"]
    assert problem in bad[0].message
    assert "repair" in bad[0].cure
    if problem == "wrong size" and "substr" in sql:
        with embedded.database.reader() as reader, pytest.raises(StoreCorrupt, match="repair"):
            vectors.load_all(reader, MODEL)
    assert "embedded again" in repair(embedded.path)[0]
    assert all(finding.ok for finding in check(embedded.path))
    with embedded.database.reader() as reader:
        assert vectors.stale_count(reader, MODEL) == 2
