"""The full-text index follows every change, and takes any text a person can type."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import NOON, Library, add_paper, after, derived
from tracker.errors import QueryError
from tracker.store import changes, filters, fulltext, notes, papers, vectorcheck
from tracker.store.check import check, repair
from tracker.store.texts import SearchText


def _found(library: Library, expression: str) -> list[int]:
    with library.database.reader() as reader:
        return fulltext.matching(reader, expression)


def _in_step(library: Library) -> bool:
    return all(finding.ok for finding in check(library.path) if finding.area == "fulltext")


@pytest.fixture
def three(library: Library) -> Library:
    texts = (
        SearchText(title="Attentions in Space", text="Stars attend to stars.", authors="Bernhard Schölkopf; Ada Moss"),
        SearchText(title="Sailing", text="Attention is rarely paid to the sea.", authors="Moss, Kim", listed="SDXL"),
        SearchText(title="C++ and the x86", text='He said "foo-bar" and title: nothing', authors="Al-Rfou O'Neil"),
    )
    with library.database.write() as session:
        for number, text in enumerate(texts):
            add_paper(session, f"2401.0000{number}", title=text.title, text=text, year=2020 + number)
    return library


def test_words_are_stemmed_and_folded(three: Library) -> None:
    assert _found(three, fulltext.quote("ATTENTION")) == [1, 2]
    assert _found(three, fulltext.quote("scholkopf")) == [1]
    assert _found(three, "title : " + fulltext.quote("attention")) == [1]
    assert _found(three, fulltext.quote("sdxl")) == [2]
    assert _found(three, '"at" *') == [1, 2]


def test_weights_decide_what_comes_first(three: Library) -> None:
    with three.database.reader() as reader:
        by_title = fulltext.search(reader, fulltext.quote("attention"), (10, 0.1))
        by_abstract = fulltext.search(reader, fulltext.quote("attention"), (0.1, 10))
        assert [pk for pk, _ in by_title] == [1, 2]
        assert [pk for pk, _ in by_abstract] == [2, 1]
        assert by_title[0][1] > by_title[1][1] > 0
        assert (
            fulltext.search(reader, fulltext.quote("attention"), limit=1)
            == fulltext.search(reader, fulltext.quote("attention"))[:1]
        )


def test_filters_hold_whatever_ranks(three: Library) -> None:
    where = filters.where(filters.Years(2021, None))
    with three.database.reader() as reader:
        assert [pk for pk, _ in fulltext.search(reader, fulltext.quote("attention"), where=where)] == [2]


@pytest.mark.parametrize(
    "text",
    ["c++", "foo-bar", '"x', "title:", "a OR", "NEAR(", "*", "^", "{a b}", "", "  ", "?!", "a\x00b", "🙂", "'", "-"],
)
def test_quoted_text_is_never_an_error(three: Library, text: str) -> None:
    _found(three, fulltext.quote(text))
    with three.database.reader() as reader:
        filters.pks(reader, filters.Author(text))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30))
def test_any_text_can_be_quoted(three: Library, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    _found(three, fulltext.quote(clean))


def test_an_expression_that_is_none_is_the_askers_mistake(three: Library) -> None:
    with pytest.raises(QueryError, match="cannot read"):
        _found(three, 'title: "')


def test_passages_show_where(three: Library) -> None:
    with three.database.reader() as reader:
        found = fulltext.passages(reader, fulltext.quote("attention") + " OR " + fulltext.quote("moss"), [1, 2, 3])
        marked = fulltext.highlighted(reader, fulltext.quote("attention"), 2, "abstract")
        missing = fulltext.highlighted(reader, fulltext.quote("attention"), 3, "abstract")
    assert sorted(found) == [1, 2]
    assert sorted(found[1]) == ["authors", "title"]
    assert found[1]["title"] == "\x02Attentions\x03 in Space"
    assert marked == "\x02Attention\x03 is rarely paid to the sea."
    assert missing is None


def test_the_index_follows_updates_notes_and_deletions(three: Library) -> None:
    with three.database.write() as session:
        changed = SearchText(title="Rowing", text="Oars.")
        assert papers.update(session, 2, derived("2401.00001", title="Rowing", text=changed), after(1))
        note = notes.add(session, 3, "Remember the **lighthouse**", after(1))
        notes.add_tags(session, 3, ["buoys"], after(1))
        papers.delete(session, 1)
    assert _found(three, fulltext.quote("attention")) == []
    assert _found(three, fulltext.quote("oar")) == [2]
    assert _found(three, "notes : " + fulltext.quote("lighthouse")) == [3]
    assert _found(three, fulltext.quote("buoy")) == [3]
    with three.database.write() as session:
        notes.edit(session, note.id, "Nothing", after(2))
        notes.remove_tags(session, 3, ["Buoys"])
    assert _found(three, fulltext.quote("lighthouse") + " OR " + fulltext.quote("buoy")) == []
    assert _in_step(three)


def test_texts_that_do_not_differ_are_not_written(three: Library) -> None:
    with three.database.reader() as reader:
        before = changes.latest(reader, changes.TEXTS)
    with three.database.write() as session:
        text = SearchText(
            title="Sailing", text="Attention is rarely paid to the sea.", authors="Moss, Kim", listed="SDXL"
        )
        papers.update(session, 2, derived("2401.00001", title="Sailing", text=text, year=1999), after(1))
    with three.database.reader() as reader:
        assert changes.latest(reader, changes.TEXTS) == before


def test_changes_are_told_once_and_the_gone_as_gone(three: Library) -> None:
    with three.database.reader() as reader:
        start = changes.latest(reader, changes.TEXTS)
        assert [row[0] for row in changes.texts_since(reader, 0)] == [1, 2, 3]
    with three.database.write() as session:
        papers.delete(session, 1)
        notes.add(session, 2, "words", NOON)
    with three.database.reader() as reader:
        told = {row[0]: row[1:] for row in changes.texts_since(reader, start)}
        assert told[1] == (None,) * 5
        assert told[2][-1] == "words"
        assert sorted(told) == [1, 2]
        assert [row[0] for row in changes.texts_since(reader, 0)] == [3, 2]
        assert list(changes.texts_since(reader, changes.latest(reader, changes.TEXTS))) == []


def test_a_new_paper_never_gets_the_number_of_one_that_is_gone(three: Library) -> None:
    with three.database.write() as session:
        papers.delete(session, 3)
        assert add_paper(session, "2401.00009") == 4


def test_an_index_out_of_step_is_found_and_made_anew(three: Library) -> None:
    with three.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("INSERT INTO paper_fts (paper_fts) VALUES ('delete-all')")
    assert not _in_step(three)
    assert _found(three, fulltext.quote("attention")) == []
    assert repair(three.path) == ("made the full-text index anew",)
    assert _in_step(three)
    assert _found(three, fulltext.quote("attention")) == [1, 2]
    assert repair(three.path) == ()


def test_a_missing_text_is_found_and_made_from_the_paper(three: Library) -> None:
    with three.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM paper_text WHERE paper_pk = 2")
    assert not _in_step(three)
    with three.database.write() as session:
        assert vectorcheck.add_missing_texts(session) == 1
    assert _in_step(three)
    assert _found(three, fulltext.quote("sailing")) == [2]


def test_rebuilding_and_folding_change_no_answer(three: Library) -> None:
    before = _found(three, fulltext.quote("attention"))
    with three.database.write() as session:
        fulltext.rebuild(session)
        fulltext.optimize(session)
    assert _found(three, fulltext.quote("attention")) == before
    assert _in_step(three)
