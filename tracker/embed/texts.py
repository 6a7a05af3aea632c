"""What text of a paper is embedded, and embedding many of them with flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.embed.encoder import Encoded, Encoder, Floats, OnProgress, Pace
from tracker.embed.sentences import Span, sentences
from tracker.embed.tokens import compact
from tracker.embed.tokenstore import Packed, TokenStore

#: Texts that are sorted by length together and handed over together.
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Job:
    """A paper whose text is to be embedded.  ``text_hash`` is the store's, in hexadecimal."""

    pk: int
    title: str
    abstract: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A paper's vectors, ``[windows, d]`` float32 of length 1, and the hash of the text they stand for."""

    pk: int
    text_hash: str
    vectors: Floats


def paper_text(title: str, abstract: str) -> str:
    """The text that stands for a paper: its title as the first sentence, then its abstract."""
    title, abstract = title.strip(), abstract.strip()
    if not abstract:
        return title
    return f"{title} {abstract}" if title.endswith((".", "!", "?")) else f"{title}. {abstract}"


def paper_sentences(title: str, abstract: str) -> tuple[Span, ...]:
    """Start and end in :func:`paper_text` of the title (always the first) and of each sentence of the abstract."""
    whole, head = paper_text(title, abstract), title.strip()
    body = abstract.strip()
    first = len(whole) - len(body) if body else len(whole)
    return ((0, len(head)), *((start + first, end + first) for start, end in sentences(body)))


def text_key(text_hash: str) -> int:
    """The first 8 bytes of a text's hash: names its token vectors."""
    return int(text_hash[:16] or "0", 16)


def embed(
    encoder: Encoder,
    jobs: Iterable[Job],
    *,
    total: int,
    tokens: TokenStore | None = None,
    basis: Floats | None = None,
    progress: OnProgress | None = None,
) -> Iterator[list[Embedded]]:
    """Embeds papers block by block; what a block holds is finished and may be stored at once.

    Equal texts go through the model once in a block.  Token vectors are
    written before the block is handed over: a process killed in between
    leaves some that nobody asks for, and loses nothing.

    Args:
        encoder: the model.
        jobs: the papers; read as they are needed.
        total: how many there are, for the progress.
        tokens: where compact token vectors are kept; None keeps none.
        basis: of ``tokens.learn_basis``; needed with ``tokens``.
        progress: hears after every text how far it is, the rate and the time left.

    Raises:
        DiskFull: token vectors cannot be written.
    """
    pace = Pace("embed", total, progress)
    waiting = iter(jobs)
    while block := list(islice(waiting, _BLOCK)):
        by_text: dict[str, list[Job]] = {}
        for job in block:
            by_text.setdefault(job.text_hash, []).append(job)
        found: list[Embedded] = []
        kept: list[tuple[Job, Encoded]] = []
        leaders = [same[0] for same in by_text.values()]
        for place, encoded in encoder.stream([paper_text(job.title, job.abstract) for job in leaders]):
            same = by_text[leaders[place].text_hash]
            found += [Embedded(job.pk, job.text_hash, encoded.vector[None, :]) for job in same]
            kept.append((leaders[place], encoded))
            pace.advance(len(same))
        if tokens is not None and basis is not None:
            tokens.put(_packed(kept, basis))
        yield found


def _packed(kept: Sequence[tuple[Job, Encoded]], basis: Floats) -> list[tuple[int, Packed, Packed]]:
    return [
        (text_key(job.text_hash), *compact(encoded, basis, paper_sentences(job.title, job.abstract)))
        for job, encoded in kept
    ]
