"""A list of which no document came: the reason is told, not that the list is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.widgets import plain
from tracker.errors import FetchError, HttpStatus, Offline
from tracker.ingest.fetching import fetch_source
from tracker.records import Document, Request
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.sources.registry import kind, spec_for_url

LIST = "https://github.com/somebody/offline-papers"


def test_a_list_added_offline_says_that_nobody_was_asked(tmp_path: Path) -> None:
    with Tracker.open(settings=load_settings(tmp_path, {"TRACKER_OFFLINE": "1"})) as tracker:
        slug = tracker.add_source(LIST).spec.slug
        report = tracker.fetch([slug])[0]
        state = next(one for one in tracker.sources() if one.spec.slug == slug)
    assert report.state == "failed"
    assert state.entries == 0
    assert "was not asked: sockets are switched off" in (state.error or "")
    assert "README.md has" not in (state.error or "")
    assert "without a network" in plain.words(state.error or "")


class Answers:
    """A web in which the named READMEs fail as told, and every other is not there."""

    def __init__(self, **answers: FetchError | bytes) -> None:
        self.answers = answers

    def fetch(self, request: Request, *, conditional: bool = False) -> Document:
        name = request.url.rsplit("/", 1)[-1].removesuffix(".md")
        answer = self.answers.get(name, HttpStatus(f"{request.url} answered 404", status=404))
        if isinstance(answer, FetchError):
            raise answer
        return Document(request.url, request.url, 200, answer)

    def accept(self, document: Document) -> None:
        """Nothing is kept."""


def test_a_failure_among_names_that_are_not_there_is_the_reason() -> None:
    slow = FetchError("it took too long", retry_after=60)
    spec = spec_for_url(LIST)
    with pytest.raises(FetchError, match="too long") as found:
        fetch_source(Answers(README=slow), kind(spec.kind), spec)
    assert found.value.retry_after == 60
    with pytest.raises(Offline):
        fetch_source(Answers(readme=Offline("switched off")), kind(spec.kind), spec)


def test_names_that_are_not_there_and_one_that_came_are_no_failure() -> None:
    spec = spec_for_url(LIST)
    assert fetch_source(Answers(), kind(spec.kind), spec).documents == ()
    came = fetch_source(Answers(README=FetchError("slow"), readme=b"# x"), kind(spec.kind), spec)
    assert [one.body for one in came.documents] == [b"# x"]
    assert not came.complete
