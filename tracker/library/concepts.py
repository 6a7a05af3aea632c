"""Concepts over the library: which papers are about which, what to read towards one, and the labs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import resources, shelf
from tracker.concepts import catalogue, paths
from tracker.concepts.catalogue import Catalogue, Concept
from tracker.errors import UsageError
from tracker.identity import ids
from tracker.library.naming import pk_in, pk_of
from tracker.records import Identifier, Paper
from tracker.settings import Settings
from tracker.shelf import Resource
from tracker.store import changes, concepts, identifiers, papers, settings, vectors
from tracker.store.assemble import paper_records
from tracker.store.database import Database
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    from tracker.concepts.linking import Linker, LinkInput, Verdict

#: Papers linked in one transaction.
_BATCH = 500
#: Changes with the linker's words, weights and learning: papers are then linked anew.
LINKER = "2"
#: Where the library keeps up to which change of the vectors papers are linked.
UP_TO = "linked_up_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptCard:
    """A concept in a list: how many papers of the library are about it, and how many of them were read."""

    slug: str
    title: str
    one_line: str
    group: str
    papers: int
    read: int
    known: bool
    prerequisites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptPage:
    """Everything about a concept.

    ``key_papers`` are in reading order, None where the library lacks one;
    ``said`` holds the ids of the papers that the reader confirmed.
    """

    concept: Concept
    card: ConceptCard
    needs: tuple[ConceptCard, ...]
    leads_to: tuple[ConceptCard, ...]
    key_papers: tuple[tuple[catalogue.KeyPaper, Paper | None], ...]
    papers: tuple[Paper, ...]
    resources: tuple[Resource, ...]
    said: frozenset[str] = frozenset()


class Scholar:
    """What the library knows of concepts."""

    def __init__(self, db: Database, options: Settings, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._settings = options
        self._clock = clock

    @cached_property
    def catalogue(self) -> Catalogue:
        """The concepts that ship."""
        return catalogue.load(resources.read_all("concepts"))

    @cached_property
    def _shelf(self) -> shelf.Shelf:
        return shelf.load(resources.read(shelf.FILE))

    # ------------------------------------------------------------ looking

    def cards(self) -> tuple[ConceptCard, ...]:
        """All concepts, each after what it needs."""
        with self._db.reader() as reader:
            return self._cards(reader, list(self.catalogue))

    def page(self, slug: str, limit: int = 50) -> ConceptPage:
        """One concept with its papers, strongest tie first.

        Raises:
            UsageError: there is no such concept.
        """
        concept = self.catalogue.get(slug)
        with self._db.reader() as reader:
            cards = {card.slug: card for card in self._cards(reader, list(self.catalogue))}
            found = [pk for pk, _ in concepts.papers_of(reader, slug, limit=limit)]
            owners = _owners(reader, [key.id for key in concept.key_papers])
            known = _papers(reader, [*found, *owners.values()])
            said = {pk for pk, words in concepts.verdicts(reader, found).items() if words.get(slug)}
        needed = {r.id: r for r in self._shelf.resources}
        return ConceptPage(
            concept=concept,
            card=cards[slug],
            needs=tuple(cards[name] for name in concept.prerequisites),
            leads_to=tuple(cards[c.slug] for c in self.catalogue.leads_to(slug)),
            key_papers=tuple((key, known.get(owners.get(key.id, -1))) for key in concept.key_papers),
            papers=tuple(known[pk] for pk in found if pk in known),
            resources=tuple(needed[name] for name in concept.resources if name in needed),
            said=frozenset(known[pk].id for pk in said if pk in known),
        )

    def path(self, target: str, hours: float | None) -> paths.ReadingPlan:
        """A reading plan from what was read to a concept or a paper.

        Raises:
            UsageError: there is no such concept or paper, or the hours make no sense.
        """
        with self._db.reader() as reader:
            read = _names_of(reader, "SELECT paper_pk FROM reading WHERE status = 'read'")
            titles = self._titles(reader)
        goal: str | paths.PaperTarget = target
        if target not in self.catalogue:
            goal = self._paper_target(target)
        return paths.plan(goal, read, self.catalogue, hours, titles)

    def _paper_target(self, name: str) -> paths.PaperTarget:
        pk = pk_of(self._db, name)
        with self._db.reader() as reader:
            paper = paper_records(reader, [pk])[0]
        about = tuple(link.slug for link in paper.concepts if link.slug in self.catalogue)
        names = (paper.id, *map(str, paper.identifiers))
        if not about:
            about = tuple(c.slug for c, _ in self.catalogue.of_paper(names))
        if not about:
            raise UsageError(
                f"{paper.title} is tied to no concept yet", cure="run tracker update, or name a concept instead"
            )
        told = [key.hours for concept in self.catalogue for key in concept.key_papers if key.id in names]
        hours = {"hours": max(told)} if told else {}
        return paths.PaperTarget(ids=tuple(dict.fromkeys(names)), title=paper.title, concepts=about, **hours)

    def _titles(self, reader: Queryable) -> Mapping[str, str]:
        wanted = sorted({key.id for concept in self.catalogue for key in concept.key_papers})
        owners = _owners(reader, wanted)
        rows = as_reader(reader).rows_in("SELECT pk, title FROM paper WHERE pk IN :pks", "pks", owners.values())
        title: dict[int, str] = dict(rows)
        on_shelf = {paper.id: paper.title for paper in self._shelf.papers}
        return on_shelf | {name: title[pk] for name, pk in owners.items() if pk in title}

    def _cards(self, reader: Queryable, wanted: Sequence[Concept]) -> tuple[ConceptCard, ...]:
        counted = concepts.counts(reader)
        read = _read_counts(reader)
        names = _names_of(reader, "SELECT paper_pk FROM reading WHERE status = 'read'")
        return tuple(
            ConceptCard(
                slug=c.slug,
                title=c.title,
                one_line=c.one_line,
                group=c.group,
                papers=counted.get(c.slug, 0),
                read=read.get(c.slug, 0),
                known=_is_known(c, names),
                prerequisites=c.prerequisites,
            )
            for c in wanted
        )

    # ------------------------------------------------------------ a person's word

    def say(self, name: str, slug: str, accepted: bool | None) -> Paper:
        """Confirm or reject that a paper is about a concept (None takes it back); the linker learns from it."""
        self.catalogue.get(slug)
        with self._db.write(durable=True) as session:
            pk = pk_in(session, name)
            concepts.say(session, pk, slug, accepted, self._clock())
            settings.forget(session, UP_TO)  # a word shifts the bar for other papers: all are linked anew next time
            return paper_records(session, [pk])[0]

    # ------------------------------------------------------------ linking

    def link(self, encode: Callable[[Sequence[str]], object] | None, model: str) -> int:
        """Tie every paper whose vectors changed since the last time to concepts.

        Args:
            encode: texts to unit vectors ``[n, d]``; None leaves everything as it is.
            model: the model of the stored vectors.

        Returns:
            How many papers' ties changed.
        """
        with self._db.reader() as reader:
            number = changes.latest(reader, changes.vectors_of(model))
            held = settings.get(reader, UP_TO) or ""
            since = int(held.rpartition(":")[2]) if held.startswith(f"{LINKER}:{model}:") else 0
            if number <= since or encode is None:
                return 0
            due = [pk for block in changes.since(reader, changes.vectors_of(model), since) for pk in block]
            curated = self._curated(reader)
            said = self._verdicts(reader, model)
        linker = self._linker(encode)
        changed = 0
        for start in range(0, len(due), _BATCH):
            some = due[start : start + _BATCH]
            with self._db.reader() as reader:
                inputs = _inputs(reader, model, some, curated)
            found = linker.link(inputs, said)
            with self._db.write() as session:
                present = papers.ids_of(session, found)
                kept = {pk: links for pk, links in found.items() if pk in present}
                changed += concepts.replace_links(session, kept, self._clock())
        with self._db.write() as session:
            settings.put(session, UP_TO, f"{LINKER}:{model}:{number}")
        return changed

    def _linker(self, encode: Callable[[Sequence[str]], object]) -> Linker:
        from tracker.concepts.linking import Linker

        return Linker(encode)  # type: ignore[arg-type]  # the encoder's own array type is the one it wants

    def _curated(self, reader: Queryable) -> dict[int, tuple[str, ...]]:
        """The concepts whose reading list, or the shelf, names a paper."""
        named: dict[str, list[str]] = {}
        for paper in self._shelf.papers:
            for identifier in paper.identifiers:
                named.setdefault(str(identifier), []).extend(paper.concepts)
        owners = _owners(reader, named)
        found: dict[int, list[str]] = {}
        for name, slugs in named.items():
            if name in owners:
                found.setdefault(owners[name], []).extend(s for s in slugs if s in self.catalogue)
        return {pk: tuple(dict.fromkeys(slugs)) for pk, slugs in found.items()}

    def _verdicts(self, reader: Queryable, model: str) -> list[Verdict]:
        from tracker.concepts.linking import Verdict

        rows = as_reader(reader).rows("SELECT paper_pk, slug, accepted FROM concept_verdict ORDER BY paper_pk, slug")
        inputs = {i.pk: i for i in _inputs(reader, model, [row[0] for row in rows], {})}
        return [Verdict(pk=pk, slug=slug, accepted=bool(yes), paper=inputs.get(pk)) for pk, slug, yes in rows]


def _inputs(
    reader: Queryable, model: str, pks: Sequence[int], curated: Mapping[int, tuple[str, ...]]
) -> list[LinkInput]:
    from tracker.concepts.linking import LinkInput

    loaded = vectors.of_papers(reader, model, list(dict.fromkeys(pks)))
    first = {
        int(pk): row for pk, window, row in zip(loaded.pks, loaded.windows, loaded.matrix, strict=True) if window == 0
    }
    sql = "SELECT paper_pk, title, abstract FROM paper_text WHERE paper_pk IN :pks"
    return [
        LinkInput(pk=pk, title=title, text=text, vector=first[pk], curated=curated.get(pk, ()))
        for pk, title, text in as_reader(reader).rows_in(sql, "pks", list(first))
    ]


def _papers(reader: Queryable, pks: Iterable[int]) -> dict[int, Paper]:
    wanted = sorted(set(pks))
    return dict(zip(wanted, paper_records(reader, wanted), strict=True))


def _owners(reader: Queryable, names: Iterable[str]) -> dict[str, int]:
    parsed: dict[str, Identifier] = {name: found for name in names if (found := ids.parse_identifier(name)) is not None}
    held = identifiers.owners(reader, parsed.values())
    return {name: held[identifier] for name, identifier in parsed.items() if identifier in held}


def _names_of(reader: Queryable, sql: str) -> set[str]:
    pks = [row[0] for row in as_reader(reader).rows(sql)]
    named = {str(i) for held in identifiers.of_papers(reader, pks).values() for i in held}
    return named | set(papers.ids_of(reader, pks).values())


def _read_counts(reader: Queryable) -> dict[str, int]:
    sql = (
        "SELECT l.slug, count(*) FROM concept_link l JOIN reading r ON r.paper_pk = l.paper_pk"
        " WHERE r.status = 'read' GROUP BY l.slug"
    )
    return dict(as_reader(reader).rows(sql))


def _is_known(concept: Concept, read: set[str]) -> bool:
    core = [key for key in concept.key_papers if key.core] or list(concept.key_papers)
    return any(key.id in read for key in core)
