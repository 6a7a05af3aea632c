from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.enrich.fakes import fake_services
from tracker.enrich.plan import plan, retry_at, waiting
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Lookup, State, Subject
from tracker.records import Identifier

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SERVICES = fake_services()
BOTH = (Identifier("arxiv", "2401.00001"), Identifier("doi", "10.1/a"))
PAPER = Subject(pk=1, title="t", identifiers=BOTH)
LATER = NOW + timedelta(days=9)


def row(
    service: str, state: State, asked: str = "arxiv:2401.00001", retry: datetime | None = None, attempts: int = 1
) -> Lookup:
    return Lookup(pk=1, service=service, asked=asked, state=state, retry_at=retry, attempts=attempts)


def due(*lookups: Lookup, subject: Subject = PAPER, tried: frozenset[tuple[int, str, str]] = frozenset()) -> list[str]:
    """The questions of the chain, as ``service key``."""
    planned = plan([subject], lookups, NOW, SERVICES[:-1], tried=tried)
    return [f"{name} {question.key}" for name, questions in planned.items() for question in questions]


ARXIV = row("arxiv", "found")
S2 = row("semanticscholar", "found")


def test_the_chain_is_asked_one_link_at_a_time() -> None:
    assert due() == ["arxiv arxiv:2401.00001"]
    assert due(ARXIV) == ["semanticscholar arxiv:2401.00001"]
    assert due(ARXIV, S2) == ["openalex doi:10.1/a"]
    openalex = row("openalex", "unknown", "doi:10.1/a", LATER)
    assert due(ARXIV, S2, openalex) == ["landing doi:10.1/a"]
    landing = row("landing", "found", "doi:10.1/a")
    assert due(ARXIV, S2, openalex, landing) == ["by-title title:t"]
    assert due(ARXIV, S2, openalex, landing, row("by-title", "unknown", "title:t", LATER)) == []


def test_a_service_that_cannot_know_the_paper_is_passed_over() -> None:
    assert due(subject=Subject(pk=1, title="t")) == ["by-title title:t"]
    assert due(subject=Subject(pk=1, title="t", identifiers=BOTH[1:])) == ["semanticscholar doi:10.1/a"]


def test_a_paper_with_an_abstract_is_spared_the_rest() -> None:
    done = Subject(pk=1, title="t", identifiers=BOTH, has_abstract=True)
    assert due(subject=done) == ["arxiv arxiv:2401.00001"]
    assert due(ARXIV, subject=done) == ["semanticscholar arxiv:2401.00001"]
    assert due(ARXIV, S2, subject=done) == []


def test_a_failure_leaves_the_paper_waiting_there() -> None:
    failed = row("arxiv", "failed", retry=NOW)
    assert due(failed) == ["arxiv arxiv:2401.00001"]
    assert due(failed, tried=frozenset({(1, "arxiv", "arxiv:2401.00001")})) == []
    assert due(row("arxiv", "failed", retry=LATER)) == []


def test_after_three_failed_runs_it_is_tried_once_more_and_passed_over() -> None:
    failed = row("arxiv", "failed", retry=NOW, attempts=3)
    assert due(failed) == ["arxiv arxiv:2401.00001"]
    assert due(failed, tried=frozenset({(1, "arxiv", "arxiv:2401.00001")})) == ["semanticscholar arxiv:2401.00001"]
    assert due(row("arxiv", "failed", retry=LATER, attempts=3)) == ["semanticscholar arxiv:2401.00001"]


def test_the_unknown_is_asked_again_when_its_time_comes_and_holds_nobody_up() -> None:
    assert due(row("arxiv", "unknown", retry=LATER)) == ["semanticscholar arxiv:2401.00001"]
    again = row("arxiv", "unknown", retry=NOW - timedelta(seconds=1))
    assert due(again) == ["arxiv arxiv:2401.00001", "semanticscholar arxiv:2401.00001"]


def test_the_second_key_is_for_when_the_first_is_unknown() -> None:
    unknown = row("semanticscholar", "unknown", retry=LATER)
    assert due(ARXIV, unknown) == ["semanticscholar doi:10.1/a"]
    assert due(ARXIV, row("semanticscholar", "found", "doi:10.1/a"), unknown) == ["openalex doi:10.1/a"]


def test_what_was_found_by_a_former_key_stays_found() -> None:
    assert due(ARXIV, row("semanticscholar", "found", "doi:10.1/former")) == ["openalex doi:10.1/a"]


def test_only_pinned_papers_are_refreshed() -> None:
    old = row("semanticscholar", "found", retry=NOW - timedelta(days=1))
    pinned = Subject(pk=1, title="t", identifiers=BOTH, has_abstract=True, pinned=True)
    assert due(ARXIV, old, subject=pinned) == ["semanticscholar arxiv:2401.00001"]
    assert due(ARXIV, row("semanticscholar", "found", retry=LATER), subject=pinned) == []
    assert due(ARXIV, old, subject=Subject(pk=1, title="t", identifiers=BOTH, has_abstract=True)) == []


def papers(*ids: str, pinned: str = "") -> list[Subject]:
    return [
        Subject(pk=n, title=value, identifiers=(Identifier("arxiv", value),), pinned=value == pinned)
        for n, value in enumerate(ids, 1)
    ]


def test_code_is_asked_for_the_newest_and_the_pinned() -> None:
    library = papers(
        "cs/0112017", "2401.00002", "0704.0001", "1501.99999", "2401.00001", "math/9901001", pinned="cs/0112017"
    )
    planned = plan(library, (), NOW, SERVICES[-1:], window=3)["code"]
    assert [question.key for question in planned] == [
        "arxiv:cs/0112017", "arxiv:2401.00002", "arxiv:1501.99999", "arxiv:2401.00001",
    ]  # fmt: skip


def test_a_failure_stays_due_when_newer_papers_push_it_out() -> None:
    library = papers("2401.00001", "2401.00002")
    failed = Lookup(pk=1, service="code", asked="arxiv:2401.00001", state="failed", retry_at=NOW)
    planned = plan(library, [failed], NOW, SERVICES[-1:], window=1)["code"]
    assert [question.key for question in planned] == ["arxiv:2401.00002", "arxiv:2401.00001"]


def test_what_was_never_asked_comes_first() -> None:
    library = papers("2401.00001", "2401.00002", "2401.00003")
    rows = [
        Lookup(pk=1, service="arxiv", asked="arxiv:2401.00001", state="failed", retry_at=NOW, attempts=2),
        Lookup(pk=2, service="arxiv", asked="arxiv:2401.00002", state="failed", retry_at=NOW, attempts=1),
    ]
    assert [question.subject.pk for question in plan(library, rows, NOW, SERVICES)["arxiv"]] == [3, 2, 1]
    assert waiting(library, rows, NOW, SERVICES)["arxiv"] == 3


@pytest.mark.parametrize(
    ("state", "attempts", "days"),
    [
        ("unknown", 1, 3),
        ("unknown", 2, 6),
        ("unknown", 5, 48),
        ("unknown", 6, 60),
        ("unknown", 99, 60),
        ("failed", 7, 0),
    ],
)
def test_when_to_ask_again(state: str, attempts: int, days: int) -> None:
    traits = Traits(role="identity", retry_days=3.0, retry_most_days=60.0)
    assert retry_at(state, attempts, NOW, traits) == NOW + timedelta(days=days)


def test_found_is_final_unless_it_is_refreshed() -> None:
    assert retry_at("found", 1, NOW, Traits(role="abstract")) is None
    assert retry_at("found", 1, NOW, Traits(role="extra", refresh_days=7.0)) == NOW + timedelta(days=7)
