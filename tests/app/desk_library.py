"""A real library for the desk's pages: six papers on two lists in two weeks, with vectors of our own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from tracker.records import Entry, Identifier, SourceSpec
from tracker.service import Tracker
from tracker.store import identifiers, mentions, papers, sources, vectors
from tracker.store.papers import Derived
from tracker.store.texts import SearchText

THEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
MODEL = "made-up"
#: Title, topic, weeks on the first list and on the second (Mondays; None: not on it), rank.
PAPERS = (
    ("Herding Small Vectors", 0, date(2026, 4, 27), date(2026, 4, 27), 2),
    ("Counting Sheep in Latent Space", 0, date(2026, 4, 27), None, 1),
    ("Dogs as Optimisers", 0, date(2026, 4, 20), None, 3),
    ("Weather over Hidden Layers", 1, date(2026, 4, 20), date(2026, 4, 27), 4),
    ("Clouds of Attention", 1, date(2026, 4, 20), None, 5),
    ("Rain without Gradients", 1, None, None, 0),
)


def id_of(number: int) -> str:
    """The id of a paper of :data:`PAPERS`."""
    return f"arxiv:2604.{number + 1:05d}"


def unit(topic: int, number: int, dims: int = 16) -> np.ndarray:
    """A vector of length 1, near to those of its topic."""
    vector = np.random.default_rng(number).normal(scale=0.1, size=dims)
    vector[topic] += 1.0
    return (vector / np.linalg.norm(vector)).astype("<f4")


def fill(home: Path, *, extra: int = 0) -> None:
    """Make the library in ``home``; ``extra`` papers on no list come with it."""
    with Tracker.open(home) as tracker, tracker._db.write() as session:
        for slug, title in (("weekly", "A Weekly List"), ("monthly", "A Monthly List")):
            sources.ensure(session, SourceSpec(slug, "markdown", title, f"https://example.org/{slug}"), THEN)
        more = [(f"More of the Same {n}", n % 2, None, None, 0) for n in range(extra)]
        for number, (title, topic, first, second, rank) in enumerate([*PAPERS, *more]):
            identifier = Identifier("arxiv", f"2604.{number + 1:05d}")
            abstract = (
                f"We study {'herds of vectors' if topic == 0 else 'weather of layers'} with patience, part {number}."
            )
            derived = Derived(
                id=str(identifier),
                title=title,
                title_key=title.lower(),
                abstract=abstract,
                authors=("Ada Moss",),
                year=2020 + number % 6,
                text=SearchText(title=title, text=abstract, authors="Ada Moss"),
            )
            pk = papers.insert(session, derived, THEN)
            identifiers.claim(session, pk, [identifier], "weekly", THEN)
            for slug, week in (("weekly", first), ("monthly", second)):
                if week:
                    entry = Entry(title=title, week_start=week, week_end=week, rank=rank)
                    mentions.insert(session, source=slug, key=f"{slug}{number}", paper_pk=pk, entry=entry, now=THEN)
            vectors.put_many(session, MODEL, [vectors.Embedded(pk, "h", unit(topic, number)[None, :])])
