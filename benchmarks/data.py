"""What is measured on: real papers and queries, and a seeded growth of them.

Real: the 10,000 papers and 833 queries of ``../shared/eval``; without that
folder the starter shelf that ships, each summary asked for by its own title.

Synthetic: papers put together from sentences of real ones.  Their vectors and
token vectors are put together likewise (see ``benchmarks.libraries``), since a
million abstracts would take fourteen hours to embed.  Years are made up in
both, in fixed shares, so that filters of known selectivity exist.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.embed.sentences import sentences

#: Made-up years and the share of papers that have them.
YEARS: tuple[tuple[int, float], ...] = ((1991, 0.001), (2001, 0.01), (2011, 0.1), (2021, 0.889))


@dataclass(frozen=True, slots=True)
class Paper:
    """A real paper."""

    id: str
    title: str
    abstract: str

    @property
    def year(self) -> int:
        """A made-up year, always the same for an id."""
        return year_of(self.id)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Real papers, in an order of their own, and what people asked; ``origin`` says in words where they are from."""

    papers: tuple[Paper, ...]
    queries: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Donor:
    """Where a part of a synthetic paper comes from: the place of a real paper, and one of its sentences.

    Sentence 0 is the title; ``half`` says which half of it ("" for the whole).
    """

    paper: int
    sentence: int
    half: str = ""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A paper made of real sentences."""

    id: str
    title: str
    abstract: str
    donors: tuple[Donor, ...]

    @property
    def year(self) -> int:
        """As for real papers."""
        return year_of(self.id)


def load(shared: Path, count: int | None = None) -> Corpus:
    """The first ``count`` real papers and all queries, else the starter shelf."""
    folder = shared / "eval"
    if not (folder / "retrieval_dev.jsonl.gz").is_file():
        return _shelf(count)
    with gzip.open(folder / "retrieval_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [Paper(row["id"], row["title"], row["abstract"]) for row in map(json.loads, lines)]
    queries: list[str] = []
    for name in ("retrieval_dev_queries.jsonl", "short_queries_dev.jsonl"):
        queries += [json.loads(line)["query"] for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(queries)  # noqa: S311 - long and short ones mixed, the same way every time
    kept = tuple(papers[:count])
    return Corpus(kept, tuple(queries), f"{len(kept):,} real papers of conferences, {len(queries)} real queries")


def _shelf(count: int | None) -> Corpus:
    from tracker import resources, shelf

    rows = shelf.load(resources.read(shelf.FILE)).papers
    papers = tuple(Paper(f"shelf{n:05}", row.title, row.summary) for n, row in enumerate(rows))[:count]
    queries = tuple(paper.title for paper in papers)
    return Corpus(papers, queries, f"the {len(papers)} papers of the starter shelf (there is no ../shared/eval)")


def grow(papers: Sequence[Paper], count: int, seed: int) -> Iterator[Synthetic]:
    """Papers made of real sentences: the same for the same seed, however many are taken.

    Half of the sentences are the main donor's, the others from three more; a
    title is the first half of one title and the second half of another.
    """
    chance = random.Random(seed)  # noqa: S311 - the same on every machine
    parts = [_parts(paper) for paper in papers]
    for number in range(count):
        main, *others = (chance.randrange(len(papers)) for _ in range(4))
        donors = [Donor(main, 0, "first"), Donor(others[0], 0, "second")]
        for sentence in range(1, max(2, len(parts[main]))):
            source = main if chance.random() < 0.5 else chance.choice(others)
            if sentence < len(parts[source]):
                donors.append(Donor(source, sentence))
        words = [_words(parts[d.paper][d.sentence], d.half) for d in donors]
        yield Synthetic(
            f"synthetic{seed}-{number:07}", f"{words[0]} {words[1]}".strip(), " ".join(words[2:]), tuple(donors)
        )


def year_of(name: str) -> int:
    """A made-up year by the shares of ``YEARS``, from a hash of the id."""
    place = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32
    for year, share in YEARS:
        if place < share:
            return year
        place -= share
    return YEARS[-1][0]


def _parts(paper: Paper) -> tuple[str, ...]:
    return (paper.title, *(paper.abstract[start:end] for start, end in sentences(paper.abstract)))


def _words(text: str, half: str) -> str:
    if not half:
        return text
    words = text.split()
    middle = (len(words) + 1) // 2
    return " ".join(words[:middle] if half == "first" else words[middle:])
