"""Look for papers that are one although no identifier says so.

Overwhelming evidence joins two papers (a person can split them again); a
doubtful pair waits for a person.  What waits is worked out anew whenever one
of the two changes, so it follows from what is known and not from the order in
which it became known.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from tracker.identity.match import Candidate, Verdict, find_pairs
from tracker.ingest.deriving import derive
from tracker.ingest.effective import Chain
from tracker.ingest.joining import join_collisions, winner_first
from tracker.store import changes, duplicates, merges, papers, settings
from tracker.store.database import Database
from tracker.store.papers import Known

#: Up to which change of a text all papers have been compared.
_UP_TO = "settled_up_to"

#: Joining two papers changes one, which may then be like a third; more rounds than this would be a fault of ours.
_ROUNDS = 8


def settle(db: Database, touched: Collection[int], chain: Chain, now: datetime) -> int:
    """Compare the papers that changed with all others, until nothing is left to join.

    What is due is remembered in the database: papers that changed before a
    crash are compared by the next run.

    Args:
        db: the library.
        touched: papers that changed now, also where their text did not.
        chain: which answers count.
        now: the moment.

    Returns:
        How many papers were joined to another.
    """
    joined, due = 0, set(touched)
    for _ in range(_ROUNDS):
        with db.reader() as reader:
            number = changes.latest(reader, changes.TEXTS)
            since = int(settings.get(reader, _UP_TO) or 0)
            due |= {pk for block in changes.since(reader, changes.TEXTS, since) for pk in block}
        if not due:
            break
        joined += _round(db, due, chain, now)
        due = set()
        with db.write() as session:
            settings.put(session, _UP_TO, str(number))
    return joined


def _round(db: Database, touched: Collection[int], chain: Chain, now: datetime) -> int:
    """Compare the papers that changed with all others; join, propose, or withdraw a proposal."""
    with db.reader() as reader:
        everything = list(papers.known(reader))
    candidates = [_candidate(known) for known in everything]
    fresh = [place for place, known in enumerate(everything) if known.pk in touched]
    verdicts = {
        _pair(everything[fresh[i]].pk, everything[j].pk): verdict
        for i, j, verdict in find_pairs([candidates[place] for place in fresh], candidates)
        if everything[fresh[i]].pk != everything[j].pk
    }
    same = sorted(pair for pair, verdict in verdicts.items() if verdict.verdict == "same")
    unsure = {pair: verdict for pair, verdict in verdicts.items() if verdict.verdict == "unsure"}
    joined = 0
    for pair in same:
        with db.write() as session:
            joined += _join(session, pair, verdicts[pair], chain, now)
    with db.reader() as reader:
        waiting = {
            (pair.first_pk, pair.second_pk): pair
            for pair in duplicates.listed(reader)
            if pair.decided_by == "tracker" and (pair.first_pk in touched or pair.second_pk in touched)
        }
    gone = [pair.number for key, pair in waiting.items() if key not in unsure]
    told = {
        key: verdict
        for key, verdict in unsure.items()
        if key not in waiting or (waiting[key].score, waiting[key].evidence) != (verdict.score, verdict.evidence)
    }
    if gone or told:
        with db.write() as session:
            duplicates.retract(session, gone)
            _propose(session, told, now)
    return joined


def _join(session: Session, pair: tuple[int, int], verdict: Verdict, chain: Chain, now: datetime) -> int:
    present = papers.ids_of(session, pair)
    if len(present) < 2 or merges.are_apart(session, *pair):
        return 0
    winner, loser = winner_first(session, *pair)
    merges.merge(session, winner, loser, reason="; ".join(verdict.evidence), decided_by="tracker", now=now)
    join_collisions(session, derive(session, [winner], chain, now), chain, now)
    return 1


def _propose(session: Session, pairs: dict[tuple[int, int], Verdict], now: datetime) -> None:
    present = papers.ids_of(session, {pk for pair in pairs for pk in pair})
    for pair, verdict in sorted(pairs.items()):
        if pair[0] in present and pair[1] in present and not merges.are_apart(session, *pair):
            duplicates.put(session, *pair, score=verdict.score, evidence=verdict.evidence, now=now)


def _pair(first: int, second: int) -> tuple[int, int]:
    return (first, second) if first < second else (second, first)


def _candidate(known: Known) -> Candidate:
    return Candidate(
        titles=known.titles,
        year=known.year,
        authors=known.authors,
        identifiers=known.identifiers,
        fixed_id=known.id if known.id_fixed else None,
    )
