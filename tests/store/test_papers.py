"""Papers, their names, mentions and answers, written and read back whole."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from tests.store.conftest import NOON, Library, add_paper, after, derived
from tracker.errors import UnknownPaper, UnknownSource
from tracker.records import (
    BenchmarkResult,
    ConceptLink,
    Entry,
    Identifier,
    Link,
    Metadata,
    Origin,
    SourceSpec,
)
from tracker.store import concepts, identifiers, listing, mentions, metadata, notes, papers, reading, sources
from tracker.store.assemble import paper_records
from tracker.store.reader import SqliteReader

FULL = Entry(
    title="SDXL",
    url="https://arxiv.org/abs/2307.01952",
    same_as=("https://arxiv.org/pdf/2307.01952",),
    links=(Link("Paper", "https://arxiv.org/abs/2307.01952"), Link("", "https://example.org/ü")),
    alias="XL",
    text="A larger backbone — “thrice”.",
    authors=("Ada Moss",),
    year=2023,
    month=7,
    section=("Vision", "Diffusion"),
    marker="⭐",
    week_start=date(2023, 7, 3),
    week_end=date(2023, 7, 9),
    rank=2,
    document="years/2023.md",
    line=120,
    abstract="We improve.",
    published=date(2023, 7, 4),
    code=("https://github.com/a/b",),
)


def test_a_mention_comes_back_as_the_list_gave_it(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2307.01952")
        number = mentions.insert(session, source="weekly", key="k", paper_pk=pk, entry=FULL, now=after(1))
    with library.database.reader() as reader:
        found = {m.pk: m for m in mentions.of_source(reader, "weekly")}[number]
        assert found.entry == FULL
        assert (found.kind, found.key, found.paper_pk) == ("markdown", "k", pk)
        assert (found.first_seen, found.last_changed, found.gone_at) == (after(1), after(1), None)
        record = found.record()
        for field in dataclasses.fields(record):
            if hasattr(FULL, field.name):
                assert getattr(record, field.name) == getattr(FULL, field.name)
        assert mentions.of_papers(reader, [pk, 77])[77] == []


def test_mentions_move_go_and_come_back(library: Library) -> None:
    with library.database.write() as session:
        one, two = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        (held,) = mentions.of_papers(session, [one])[one]
        mentions.mark_gone(session, [held.pk], after(5))
        assert mentions.of_papers(session, [one])[one][0].record().gone_at == after(5)
        mentions.mark_returned(session, [held.pk])
        mentions.update(session, held.pk, FULL, after(6))
        mentions.relocate(session, [(held.pk, "b.md", 7)])
        mentions.rekey(session, held.pk, "new")
        mentions.move(session, [held.pk], two)
        assert mentions.of_papers(session, [one])[one] == []
        found = {m.pk: m for m in mentions.of_papers(session, [two])[two]}[held.pk]
    assert found.key == "new"
    assert found.gone_at is None
    assert found.last_changed == after(6)
    assert found.entry == dataclasses.replace(FULL, document="b.md", line=7)


def test_an_identifier_belongs_to_one_paper(library: Library) -> None:
    doi, url = Identifier("doi", "10.1/x"), Identifier("url", "https://x")
    with library.database.write() as session:
        one, two = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        assert identifiers.claim(session, one, [doi, doi, url], "weekly", NOON) == {}
        assert identifiers.claim(session, one, [doi], "weekly", NOON) == {}
        assert identifiers.claim(session, two, [doi, Identifier("acl", "P19-1")], "weekly", NOON) == {doi: one}
        held = identifiers.of_papers(session, [one, two])
        assert [i.scheme for i in held[one]] == ["arxiv", "doi", "url"]
        assert [i.scheme for i in held[two]] == ["arxiv", "acl"]
        identifiers.move(session, [doi], two)
        identifiers.release(session, [url])
        assert identifiers.owners(session, [doi, url, Identifier("doi", "10.1/none")]) == {doi: two}


def test_many_identifiers_are_found_at_once(library: Library) -> None:
    wanted = [Identifier("url", f"https://example.org/{n}") for n in range(1200)]
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        identifiers.claim(session, pk, wanted[:700], "weekly", NOON)
    with library.database.reader() as reader:
        assert identifiers.owners(reader, wanted) == dict.fromkeys(wanted[:700], pk)


def test_metadata_comes_back_whole_and_the_newest_answer_stays(library: Library) -> None:
    answer = Metadata(
        service="pwc",
        asked="arxiv:2401.00001",
        title="T",
        abstract="A",
        authors=("Ada",),
        published=date(2024, 1, 2),
        year=2024,
        venue="ICLR",
        identifiers=(Identifier("doi", "10.1/x"),),
        urls=(Link("Project", "https://p"),),
        code=("https://c",),
        results=(BenchmarkResult(task="t", dataset="d", model="m", metric="acc", value="0.9", rank=1),),
    )
    empty = Metadata(service="s2", asked="title")
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        metadata.put(session, pk, Metadata(service="pwc", asked="arxiv:2401.00001", title="Old"), NOON)
        metadata.put(session, pk, answer, after(1))
        metadata.put(session, pk, empty, after(2))
    with library.database.reader() as reader:
        held = metadata.of_papers(reader, [pk])[pk]
    assert [m.metadata for m in held if m.metadata.service != "arxiv"] == [answer, empty]
    assert held[1].fetched_at == after(1)


def test_lookups_count_failures_in_a_row(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        for minute in (1, 2):
            metadata.record_lookup(
                session, pk, "s2", "title", "failed", after(minute), retry_at=after(60), detail="429"
            )
        (failed,) = metadata.lookups(session, [pk], service="s2")[pk]
        metadata.record_lookup(session, pk, "s2", "title", "unknown", after(3))
        (unknown,) = metadata.lookups(session, service="s2")[pk]
        assert metadata.lookup_counts(session) == {"arxiv": {"found": 1}, "s2": {"unknown": 1}}
        assert metadata.failed_counts(session) == {}
    assert (failed.attempts, failed.retry_at, failed.detail, failed.state) == (2, after(60), "429", "failed")
    assert (unknown.attempts, unknown.retry_at, unknown.asked_at) == (1, None, after(3))


def test_sources_keep_what_a_person_decided(library: Library) -> None:
    spec = SourceSpec("weekly", "markdown", "Weekly", "https://example.org", options={"a": "b"})
    with library.database.write() as session:
        assert sources.ensure(session, spec, NOON, builtin=True, position=3)
        assert not sources.ensure(session, spec, after(1), builtin=True, position=3)
        sources.set_enabled(session, "weekly", False)
        sources.record_success(session, "weekly", after(1), content_hash="h", changed=True, next_fetch=after(60))
        sources.record_failure(session, "weekly", after(2), error="HTTP 503", retry_at=after(30))
        sources.record_failure(session, "weekly", after(3), error="HTTP 503", retry_at=after(40))
        assert sources.ensure(session, dataclasses.replace(spec, title="Weekly!"), after(4), builtin=True, position=3)
        held = sources.get(session, "weekly")
    assert held.spec == dataclasses.replace(spec, title="Weekly!", enabled=False)
    assert (held.state.failures, held.state.error, held.state.next_fetch) == (2, "HTTP 503", after(40))
    assert (held.state.last_success, held.state.last_change, held.content_hash) == (after(1), after(1), "h")


def test_a_source_that_is_removed_keeps_its_mentions_as_gone(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
        sources.remove(session, "weekly", after(1))
        assert sources.listed(session) == []
        (held,) = sources.listed(session, removed=True)
        assert (held.state.entries, held.state.gone, held.removed_at) == (0, 1, after(1))
        sources.ensure(session, held.spec, after(2))
        assert [s.spec.slug for s in sources.listed(session)] == ["weekly"]
        with pytest.raises(UnknownSource, match="no source is called 'nope'"):
            sources.set_enabled(session, "nope", True)
        with pytest.raises(UnknownSource):
            sources.get(session, "nope")


def test_the_row_follows_and_former_ids_resolve(library: Library) -> None:
    with library.database.write() as session:
        pk = papers.insert(session, derived("x", id="title:abc"), NOON)
        assert not papers.update(session, pk, derived("x", id="title:abc"), after(1))
        assert papers.update(session, pk, derived("x", id="arxiv:2401.00001", year=None), after(2))
        assert papers.pk_of(session, "title:abc") == papers.pk_of(session, "arxiv:2401.00001") == pk
        assert papers.pks_of_ids(session, ["title:abc", "none"]) == {"title:abc": pk}
        papers.fix_id(session, pk, "mine")
        papers.update(session, pk, derived("x", id="doi:10.1/x"), after(3))
        assert papers.ids_of(session, [pk, 99]) == {pk: "mine"}
        assert papers.pk_of(session, "title:abc") == pk


def test_two_works_of_one_title_get_two_ids(library: Library) -> None:
    with library.database.write() as session:
        pks = [papers.insert(session, derived(str(n), id="title:abc", title="Survey"), NOON) for n in range(3)]
        assert papers.ids_of(session, pks) == dict(zip(pks, ["title:abc", "title:abc~2", "title:abc~3"], strict=True))
        assert not papers.update(session, pks[1], derived("1", id="title:abc", title="Survey"), after(1))
        assert papers.by_title_key(session, ["survey", ""]) == {"survey": pks}


def test_a_name_finds_one_paper_or_says_why_not(library: Library) -> None:
    with library.database.write() as session:
        for number in range(7):
            add_paper(session, f"2401.0000{number}")
        other = add_paper(session, "2305.00001")
    with library.database.reader() as reader:
        assert papers.pk_of(reader, "arxiv:2305") == other
        assert (
            papers.pk_of(reader, "anything", [Identifier("doi", "10.1/no"), Identifier("arxiv", "2305.00001")]) == other
        )
        with pytest.raises(UnknownPaper, match=r"several papers begin with 'arxiv:2401': .*and more"):
            papers.pk_of(reader, "arxiv:2401")
        for name in ("", "nothing", "arxiv:2305.00001x"):
            with pytest.raises(UnknownPaper, match="no paper goes by"):
                papers.pk_of(reader, name)


def test_matching_sees_titles_links_and_names(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2307.01952", urls=(Link("Forum", "https://f"),), abstract="We.")
        mentions.insert(session, source="weekly", key="k", paper_pk=pk, entry=FULL, now=NOON)
        add_paper(session, "2401.00001")
    with library.database.reader() as reader:
        one, two = papers.known(reader, size=1)
        assert [k.pk for k in papers.known(reader, [2])] == [2]
    assert one.titles == ("On the Matter of 2307.01952", "SDXL", "XL", "Listed 2307.01952")
    assert "https://arxiv.org/pdf/2307.01952" in one.urls
    assert "https://f" in one.urls
    assert (one.has_abstract, two.has_abstract) == (True, False)
    assert one.identifiers == (Identifier("arxiv", "2307.01952"),)


def test_a_paper_is_assembled_whole(library: Library) -> None:
    result = BenchmarkResult(task="t", dataset="d", model="m", metric="acc", value="0.9")
    with library.database.write() as session:
        pk = add_paper(
            session,
            "2307.01952",
            abstract="We.",
            abstract_source="arxiv",
            published=date(2023, 7, 4),
            venue="ICLR",
            urls=(Link("Forum", "https://f"),),
            code=("https://c",),
            results=(result,),
            aliases=("SDXL",),
            provenance={"title": Origin(source="arxiv", at=NOON)},
        )
        reading.mark(session, [pk], after(1), status="read", rating=4, priority=2)
        notes.add_tags(session, pk, ["b", "a"], NOON)
        note = notes.add(session, pk, "Fine.", after(2))
        concepts.replace_links(
            session, {pk: [ConceptLink(slug="x", score=0.5, evidence="e"), ConceptLink(slug="y", score=0.9)]}, NOON
        )
        concepts.say(session, pk, "y", False, NOON)
        concepts.say(session, pk, "z", True, NOON)
        (paper,) = paper_records(session, [pk, 99])
    assert (paper.id, paper.title, paper.abstract, paper.abstract_source) == (
        "arxiv:2307.01952",
        "On the Matter of 2307.01952",
        "We.",
        "arxiv",
    )
    assert (paper.published, paper.year, paper.venue, paper.added) == (date(2023, 7, 4), 2024, "ICLR", NOON)
    assert paper.urls == (Link("Forum", "https://f"),)
    assert (paper.code, paper.results, paper.aliases) == (("https://c",), (result,), ("SDXL",))
    assert paper.provenance == {"title": Origin(source="arxiv", at=NOON)}
    assert (paper.status, paper.rating, paper.priority, paper.is_new) == ("read", 4, 2, False)
    assert (paper.tags, paper.notes) == (("a", "b"), (note,))
    assert [(c.slug, c.score) for c in paper.concepts] == [("z", 1.0), ("x", 0.5)]
    assert [m.source for m in paper.mentions] == ["weekly"]


def test_many_papers_take_as_many_queries_as_one(library: Library) -> None:
    class Counting(SqliteReader):
        queries = 0

        def rows(self, sql, params=None):
            Counting.queries += 1
            return super().rows(sql, params)

    with library.database.write() as session:
        for number in range(200):
            add_paper(session, f"2401.{number:05}")
    with library.database.reader() as reader:
        counting = Counting(reader._connection)  # type: ignore[attr-defined]
        assert len(paper_records(counting, [1])) == 1
        one, Counting.queries = Counting.queries, 0
        found = paper_records(counting, list(range(200, 0, -1)))
        assert Counting.queries == one
    assert [paper.id for paper in found[:2]] == ["arxiv:2401.00199", "arxiv:2401.00198"]


def test_walking_goes_by_id_whatever_came_first(library: Library) -> None:
    with library.database.write() as session:
        for name in ("2401.00003", "2401.00001", "2401.00002"):
            add_paper(session, name)
    with library.database.reader() as reader:
        assert [paper.id[-1] for paper in listing.walk(reader, size=2)] == ["1", "2", "3"]


def test_half_characters_and_zeros_do_no_harm(library: Library) -> None:
    """Broken JSON brings lone surrogates, and so do arguments that are no UTF-8."""
    broken = "Half \ud83d and \x00 zero"
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001", title=broken, authors=(broken,), venue=broken)
        papers.update(session, pk, derived("2401.00001", title=broken + "!", authors=(broken, "b")), after(1))
        notes.add(session, pk, broken, NOON)
        notes.add_tags(session, pk, [broken], NOON)
        (paper,) = paper_records(session, [pk])
        with pytest.raises(UnknownPaper):
            papers.pk_of(session, broken)
    assert paper.title == "Half ? and \x00 zero!"
    assert paper.authors == ("Half ? and \x00 zero", "b")
