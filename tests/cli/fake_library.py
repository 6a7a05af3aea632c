"""A library in memory behind the facade's methods, for tests of what stands in front of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from tracker.errors import TrackerError, UnknownPaper
from tracker.journal import Run
from tracker.library.desk_views import News, NewsGroup
from tracker.library.elsewhere import DeskChange
from tracker.library.searches import SavedSearch
from tracker.library.undo import Undo
from tracker.records import (
    CheckFinding,
    DuplicatePair,
    EmbedReport,
    Hit,
    Identifier,
    ImportReport,
    LibraryStatus,
    Link,
    Match,
    Mention,
    Note,
    Origin,
    Paper,
    Progress,
    SearchResult,
    SourceReport,
    SourceSpec,
    SourceState,
    UpdateReport,
)
from tracker.schedule.planning import Outage, Plan
from tracker.settings import load_settings
from tracker.store.facets import Facets

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def make_paper(number: int = 1, title: str = "Herding Small Vectors", **changes: Any) -> Paper:
    base = Paper(
        id=f"arxiv:2401.{number:05d}",
        title=title,
        abstract="We herd vectors. The herd stays together.",
        abstract_source="arxiv",
        authors=("Ada Example", "Bo Sample", "Cy Test", "Di Mock", "Ed Fake"),
        published=date(2024, 1, 2),
        year=2024,
        identifiers=(Identifier("arxiv", f"2401.{number:05d}"),),
        urls=(Link("Paper", f"https://arxiv.org/abs/2401.{number:05d}"),),
        code=("https://github.com/example/herd",),
        mentions=(
            Mention(
                source="weekly",
                key=f"w{number}",
                title=title,
                url=f"https://arxiv.org/abs/2401.{number:05d}",
                text="A paper about herds.",
                week_start=date(2024, 1, 1),
                week_end=date(2024, 1, 7),
                rank=3,
                first_seen=NOW,
            ),
        ),
        provenance={"abstract": Origin(source="arxiv", at=NOW)},
        added=NOW,
        is_new=True,
    )
    return replace(base, **changes)


@dataclass
class FakeTracker:
    """Answers from ``shelf``; ``fails`` is raised by every call that does something; ``calls`` notes them."""

    shelf: list[Paper] = field(default_factory=lambda: [make_paper(1), make_paper(2, "Counting Sheep in Latent Space")])
    report: UpdateReport | None = None
    fails: BaseException | None = None
    notices: tuple[str, ...] = ()
    findings: tuple[CheckFinding, ...] = (CheckFinding(area="database", ok=True, message="sound"),)
    problems: tuple[Any, ...] = ()
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    saved: dict[str, SavedSearch] = field(default_factory=dict)
    desk: int = 0
    joined: tuple[str, ...] = ()
    semantic: float | None = None
    outages: tuple[Outage, ...] = ()
    past: tuple[Run, ...] = ()

    def __enter__(self) -> FakeTracker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.calls.append(("close",))

    def _did(self, *call: Any) -> None:
        self.calls.append(call)
        if self.fails:
            raise self.fails

    @property
    def settings(self) -> Any:
        return load_settings()

    def update(
        self, *, sources: Sequence[str] | None = None, force: bool = False, progress: Any = None
    ) -> UpdateReport:
        if progress:
            progress(Progress(stage="fetch", done=1, total=2, message="weekly"))
        self._did("update", sources, force)
        return self.report or UpdateReport(started=NOW, seconds=1.2, own_seconds=0.4, papers=2)

    def fetch(self, slugs: Any = None, *, force: bool = False, progress: Any = None) -> tuple[SourceReport, ...]:
        self._did("fetch", slugs, force)
        return self.report.sources if self.report else ()

    def enrich(self, services: Any = None, *, budget: int | None = None, progress: Any = None) -> Any:
        self._did("enrich", services, budget)
        return self.report.enrich if self.report else ()

    def embed(self, *, progress: Any = None) -> EmbedReport:
        self._did("embed")
        return EmbedReport(model="minilm", embedded=4, seconds=2.0)

    def lab_ready(self) -> bool:
        return False

    def load_shelf(self) -> ImportReport:
        self._did("load_shelf")
        return ImportReport(added=2)

    def import_file(self, path: Path, *, format: str | None = None, embed: bool = True, progress: Any = None) -> Any:
        self._did("import_file", "-" if path == "-" else Path(path).read_text("utf-8"), format, embed)
        return ImportReport(added=1, problems=self.problems, ids=("arxiv:2401.00001",))

    def import_ids(self, names: Sequence[str], *, embed: bool = True) -> ImportReport:
        self._did("import_ids", tuple(names), embed)
        return ImportReport(added=len(names), ids=tuple(names))

    def search(self, query: str, limit: int = 10, *, offset: int = 0, mode: str = "hybrid") -> SearchResult:
        self._did("search", query, limit, offset, mode)
        hits = tuple(replace(_hit(paper), semantic=self.semantic) for paper in self.shelf[offset : offset + limit])
        return SearchResult(query=query, took_ms=3.14159, model="minilm", hits=hits, total=2, notices=self.notices)

    def search_many(self, queries: Iterable[str], limit: int = 10, *, mode: str = "hybrid") -> Iterator[SearchResult]:
        for query in queries:
            yield self.search(query, limit, mode=mode)

    def facets(self, query: str, *, mode: str = "hybrid") -> Facets:
        self._did("facets", query, mode)
        years = ((2024, len(self.shelf)),) if self.shelf else ()
        return Facets(papers=len(self.shelf), lists=(("weekly", 1),), years=years, marks=(("has:code", 1),))

    def saved_searches(self, *, news: bool = True) -> tuple[SavedSearch, ...]:
        return tuple(self.saved.values())

    def save_search(self, name: str, query: str, *, former: str | None = None) -> SavedSearch:
        self._did("save_search", name, query, former)
        if former:
            self.saved.pop(former)
        self.saved[name] = SavedSearch(name=name, query=query, created=NOW, seen=NOW)
        return self.saved[name]

    def see_search(self, name: str) -> SavedSearch:
        self._did("see_search", name)
        found, self.saved[name] = self.saved[name], replace(self.saved[name], new=())
        return found

    def forget_search(self, name: str) -> None:
        self._did("forget_search", name)
        self.saved.pop(name, None)

    def desk_number(self) -> int:
        return self.desk

    @contextmanager
    def desk_spans(self) -> Iterator[list[tuple[int, int]]]:
        found: list[tuple[int, int]] = []
        before = self.desk
        yield found
        if self.desk > before:
            found.append((before, self.desk))

    def desk_changes(self, since: int, limit: int = 20) -> tuple[DeskChange, ...]:
        paper = self.shelf[0]
        return (DeskChange(number=self.desk, id=paper.id, title=paper.title, status=paper.status),)

    def bibtex(self, paper_id: str) -> str:
        return f"@article{{{self.paper(paper_id).id}}}\n"

    def similar(self, paper_id: str, limit: int = 10) -> SearchResult:
        return self.search(self.paper(paper_id).id, limit)

    def paper(self, paper_id: str) -> Paper:
        self._did("paper", paper_id)
        for paper in self.shelf:
            if paper_id in (paper.id, paper.id.removeprefix("arxiv:")):
                return paper
        raise UnknownPaper(f"no paper goes by {paper_id!r}", cure="tracker search finds ids")

    def papers(self, query: str = "", *, sort: str = "added", limit: int | None = 50, offset: int = 0) -> Any:
        self._did("papers", query, sort, limit, offset)
        return tuple(self.shelf[offset : None if limit is None else offset + limit])

    def count(self, query: str = "") -> int:
        return len(self.shelf)

    def mark(self, paper_ids: Any, status: Any = None, *, rating: Any = None, priority: Any = None) -> Any:
        self._did("mark", paper_ids if isinstance(paper_ids, str) else tuple(paper_ids), status, rating, priority)
        names = [paper_ids] if isinstance(paper_ids, str) else paper_ids
        return tuple(self._changed(p, status=status, rating=rating, priority=priority) for p in names)

    def _changed(self, paper_id: str, **changes: Any) -> Paper:
        old = self.paper(paper_id)
        new = replace(old, **{name: value for name, value in changes.items() if value is not None})
        self.shelf[self.shelf.index(old)] = new
        return new

    def mark_seen(self, paper_ids: Any = None) -> int:
        self._did("mark_seen", paper_ids)
        return 2

    def news_by_week(
        self, *, source: str | None = None, limit: int = 20, each: int | None = None, opened: Any = None
    ) -> News:
        self._did("news_by_week", source, limit)
        ids = tuple(paper.id for paper in self.shelf)
        group = NewsGroup(source="weekly", week=date(2024, 1, 1), ids=ids, papers=tuple(self.shelf[:limit]))
        groups = (group,) if ids else ()
        return News(as_of=NOW, total=len(ids), shown=len(ids), groups=groups, by_list={"weekly": len(ids)})

    def act(self, paper_ids: Sequence[str], status: Any = None, *, rating: Any = None, priority: Any = None) -> Undo:
        self.mark(paper_ids, status, rating=rating, priority=priority)
        return Undo(papers=len(paper_ids))

    def see_until(self, moment: datetime) -> Undo:
        self._did("see_until", moment)
        return Undo(papers=2)

    def tag(self, paper_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Paper:
        self._did("tag", tuple(add), tuple(remove))
        kept = [word for word in self.paper(paper_id).tags if word not in remove]
        return self._changed(paper_id, tags=(*kept, *add))

    def note(self, paper_id: str, body: str) -> Note:
        self._did("note", paper_id, body)
        written = Note(id=f"n{len(self.paper(paper_id).notes) + 1}", body=body, created=NOW, updated=NOW)
        self._changed(paper_id, notes=(*self.paper(paper_id).notes, written))
        return written

    def edit_note(self, note_id: str, body: str) -> Note:
        self._did("edit_note", note_id, body)
        return Note(id=note_id, body=body, created=NOW, updated=NOW)

    def delete_note(self, note_id: str) -> None:
        self._did("delete_note", note_id)

    def queue(self, limit: int = 20) -> tuple[Paper, ...]:
        self._did("queue", limit)
        return tuple(self.shelf[:limit])

    def sources(self) -> tuple[SourceState, ...]:
        return (self.source("weekly"),)

    def source(self, slug: str) -> SourceState:
        spec = SourceSpec(slug=slug, kind="markdown", title="A Weekly List", url="https://github.com/example/weekly")
        return SourceState(spec=spec, entries=12, last_fetch=NOW, last_success=NOW)

    def add_source(self, url: str, *, slug: str | None = None) -> SourceState:
        self._did("add_source", url, slug)
        return self.source(slug or "new")

    def remove_source(self, slug: str) -> SourceState:
        self._did("remove_source", slug)
        return self.source(slug)

    def enable_source(self, slug: str, enabled: bool) -> SourceState:
        self._did("enable_source", slug, enabled)
        return self.source(slug)

    def duplicates(self) -> tuple[DuplicatePair, ...]:
        pair = DuplicatePair(number=7, first=self.shelf[0], second=self.shelf[1], score=0.8, evidence=("same year",))
        return (pair,)

    def duplicates_of(self, paper_id: str) -> tuple[DuplicatePair, ...]:
        return self.duplicates() if len(self.shelf) > 1 else ()

    def merged(self, paper_id: str) -> tuple[str, ...]:
        return self.joined

    def say_concept(self, paper_id: str, slug: str, accepted: bool | None) -> Paper:
        self._did("say_concept", paper_id, slug, accepted)
        return self.paper(paper_id)

    def plan(self) -> Plan:
        return Plan(due=(), turns=(), wake=None, quiet_until=None, held_until=None, broken_runs=0, outages=self.outages)

    def runs(self, limit: int = 20) -> tuple[Run, ...]:
        return self.past[:limit]

    def merge(self, first: str, second: str) -> Paper:
        self._did("merge", first, second)
        return self.paper(first)

    def keep_apart(self, first: str, second: str) -> None:
        self._did("keep_apart", first, second)

    def split(self, paper_id: str) -> tuple[Paper, ...]:
        self._did("split", paper_id)
        return tuple(self.shelf)

    def export(self, path: Any = None, *, format: str = "jsonl", query: str = "") -> str | None:
        self._did("export", path, format, query)
        return None if path else '{"title": "Überblick"}\n'

    def check(self, *, repair: bool = False) -> tuple[CheckFinding, ...]:
        self._did("check", repair)
        return self.findings

    def backup(self, path: Path) -> Path:
        self._did("backup", path)
        return path

    def status(self) -> LibraryStatus:
        if isinstance(self.fails, TrackerError):
            raise self.fails
        return LibraryStatus(
            home="/srv/of/library",
            papers=2,
            mentions=2,
            abstracts=2,
            embedded=1,
            unembedded=1,
            by_status={"inbox": 2},
            new_papers=2,
            unsure_pairs=1,
            model="minilm",
            last_run=NOW,
            last_outcome="done",
            sources=self.sources(),
            waiting={"arxiv": 3},
        )


def _hit(paper: Paper) -> Hit:
    return Hit(
        id=paper.id,
        title=paper.title,
        score=0.9123456789,
        lexical=0.5,
        semantic=None,
        year=paper.year,
        identifiers={i.scheme: i.value for i in paper.identifiers},
        matched=(
            Match(kind="words", field="title", text="vectors"),
            Match(kind="sentence", field="abstract", text="The herd stays together.", score=0.71),
        ),
        authors=paper.authors,
    )
