"""Which answers of services count for a paper, whatever the order in which they came.

Services further down the chain are asked only while a paper has no abstract.
When an earlier one brings it later, after a failure, the answers of the later
ones are kept but do not count; and services asked for code and results never
give the abstract, since which papers they are asked about changes with time.
So a disturbed run followed by a calm one ends with the same paper as an
undisturbed run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.records import Metadata


@dataclass(frozen=True, slots=True)
class Chain:
    """The services by what they are asked for: ``abstract`` in order, ``extra`` in any."""

    abstract: tuple[str, ...] = ()
    extra: frozenset[str] = frozenset()


def in_effect(answers: Iterable[Metadata], chain: Chain) -> list[Metadata]:
    """The answers that count.

    Args:
        answers: all that services said about one paper.
        chain: which of them are asked for want of an abstract, in order, and which for code and results.

    Returns:
        Those of services asked in any case, then those of the chain up to the first with an abstract.
    """
    known: Sequence[Metadata] = [
        dataclasses.replace(m, abstract=None) if m.service in chain.extra else m for m in answers
    ]
    counted = [m for m in known if m.service not in chain.abstract]
    served = any(m.abstract for m in counted)
    for service in chain.abstract:
        if served:
            break
        said = [m for m in known if m.service == service]
        counted += said
        served = any(m.abstract for m in said)
    return counted
