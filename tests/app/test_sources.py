"""The Sources page and the words of its bars: what people read there, in their words."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import app.library
from app.widgets import names, plain
from tests.app.conftest import text_of
from tests.cli.fake_library import NOW, FakeTracker
from tracker.errors import UsageError
from tracker.journal import Run
from tracker.progressfile import ProgressFile
from tracker.records import Progress, SourceState

ERROR = "https://x.org/api?q=1 took too long (ReadTimeout)"


@pytest.mark.parametrize(
    ("name", "service", "stage"),
    [
        ("arxiv", "arXiv", "Asking arXiv"),
        ("semanticscholar", "Semantic Scholar", "Asking Semantic Scholar"),
        ("openalex-title", "OpenAlex: by title", "Asking OpenAlex by title"),
        ("paperswithcode-results", "Papers with Code: results", "Asking Papers with Code for results"),
        ("lists", "lists", "Reading the lists"),
        ("layer vectors", "layer vectors", "Layer vectors"),
    ],
)
def test_services_and_steps_have_names(name: str, service: str, stage: str) -> None:
    assert names.service(name) == service
    assert names.stage(name) == stage


def test_every_service_that_is_asked_has_a_name() -> None:
    from tracker.enrich.services import services
    from tracker.settings import load_settings

    assert all(names.is_service(one.name) for one in services(load_settings(Path("x"), {})))


def test_origins_concepts_and_summaries() -> None:
    assert names.origin("starter-shelf") == "the starter shelf"
    assert names.origin("crossref") == "Crossref"
    assert names.origin("weekly", "A Weekly List") == "A Weekly List"
    assert names.concept("classical-ml") == "Classical machine learning"
    assert names.concept("not-there") == "Not there"
    assert names.summary("semanticscholar: 3 of 4 papers known") == "Semantic Scholar: 3 of 4 papers known"
    assert names.summary("weekly could not be fetched") == "weekly could not be fetched"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("that paper is gone (look for it with: tracker search)", "that paper is gone"),
        ("no text (run: tracker update); more", "no text; more"),
        ("vectors are stale (run: tracker embed)", "vectors are stale (run: tracker embed)"),
        ("broken (run `tracker check --repair`)", "broken (run `tracker check --repair`)"),
        ("odd (such as year:2020)", "odd (such as year:2020)"),
    ],
)
def test_a_command_is_no_cure_where_the_page_offers_it(error: str, said: str) -> None:
    assert plain.told(error) == said


def test_a_word_in_an_address_is_no_reason() -> None:
    assert "could not be reached" in plain.words("https://x.org/awesome-offline-rl cannot be reached: no route")


def test_a_bar_shows_no_error(library: FakeTracker, visit: Any) -> None:
    file = ProgressFile(Path(os.environ["TRACKER_HOME"]), clock=lambda: datetime.now(UTC))
    file(Progress(stage="arxiv", done=2, total=7, message=ERROR))
    file(Progress(stage="openalex-title", done=2, total=7, message="2 of 2 known"))
    first, second = (bar.proto.text.replace("\\", "") for bar in visit("new").get("progress"))
    assert first == "Asking arXiv · 2 of 7 · some answers are missing"
    assert second == "Asking OpenAlex by title · 2 of 7 · 2 of 2 known"


def test_jobs_call_services_and_lists_by_name(library: FakeTracker, visit: Any) -> None:
    report = {
        "sources": [{"slug": "weekly", "added": 3}],
        "services": [{"service": "paperswithcode-results", "found": 4}, {"service": "arxiv", "error": ERROR}],
    }
    library.past = (Run(id="r", kind="update", started=NOW, ended=NOW, outcome="partly", report=report),)
    said = text_of(visit("sources", part="Jobs"))
    for line in ("A Weekly List · 3 added", "Papers with Code: results · 4 found", "arXiv · Its server took too long"):
        assert line in said


@pytest.mark.parametrize(("entries", "kept"), [(0, False), (12, True)])
def test_only_what_a_list_brought_is_kept(library: FakeTracker, visit: Any, entries: int, kept: bool) -> None:
    state = replace(library.source("weekly"), entries=entries, error=ERROR, failures=1)
    library.sources = lambda: (state,)  # type: ignore[method-assign]
    assert ("What it brought before is kept" in visit("sources").warning[0].value) is kept


@pytest.mark.parametrize("fails", [False, True])
def test_the_address_goes_once_a_list_is_added(
    library: FakeTracker, visit: Any, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def add(url: str, *, slug: str | None = None) -> SourceState:
        if fails:
            raise UsageError(f"{url} is no list", cure="see tracker sources")
        return library.source("new")

    library.add_source = add  # type: ignore[method-assign]
    monkeypatch.setattr(app.library, "start_update", lambda *a, **k: True)
    test = visit("sources")
    test.text_input(key="add-source-url").set_value("https://github.com/a/b")
    next(b for b in test.button if b.label == "Add").click().run()
    assert not test.exception
    assert test.text_input(key="add-source-url").value == ("https://github.com/a/b" if fails else "")
    assert not fails or "tracker sources" not in test.warning[0].value


@pytest.mark.parametrize(
    ("asked", "part"),
    [("health", "health"), ("JOBS", "jobs"), ("Health", "health"), ("files", "files"), ("in & out", "files"),
     ("lists", "lists"), ("nonsense", "lists")],
)  # fmt: skip
def test_a_part_is_named_in_any_case(library: FakeTracker, visit: Any, asked: str, part: str) -> None:
    test = visit("sources", part=asked)
    parts = test.get("button_group")[0]
    assert parts.value == part
    parts.set_value("duplicates").run()
    test.run()
    assert test.get("button_group")[0].value == "duplicates"
    assert not test.warning
