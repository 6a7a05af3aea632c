"""Concepts and labs over a whole, embedded library: a reader's word, what the labs read, and papers as input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tracker.cli.edge import Edge
from tracker.cli.main import app
from tracker.errors import UnknownPaper, UsageError
from tracker.service import Tracker

pytestmark = pytest.mark.model

#: Papers that say little, and all much the same: whether they are about agents is for a person to say.
TITLES = tuple(f"A helper that {does}" for does in ("books a journey", "books a table", "books a room", "books a seat"))
OTHER = "The colours of autumn leaves"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four papers that are alike and one that is not, embedded and tied."""
    folder = tmp_path_factory.mktemp("verdicts")
    abstract = "It plans several steps, calls tools on the web for its user, and asks again when a step fails."
    rows = [{"id": f"mine:{n}", "title": title, "abstract": abstract} for n, title in enumerate(TITLES)]
    rows.append({"id": "mine:leaves", "title": OTHER, "abstract": "Leaves turn red before they fall."})
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Tracker.open(folder / "home") as tracker:
        tracker.import_file(file)
    return folder / "home"


def _tied(tracker: Tracker, slug: str) -> dict[str, float]:
    return {p.id: tie.score for p in tracker.papers() for tie in p.concepts if tie.slug == slug}


def _said(tracker: Tracker, slug: str, accepted: bool | None, papers: tuple[str, ...]) -> dict[str, float]:
    for paper in papers:
        tracker.say_concept(paper, slug, accepted)
    tracker.embed()
    return _tied(tracker, slug)


def test_what_a_reader_says_changes_other_papers_and_is_taken_back(library: Path) -> None:
    taught = ("mine:0", "mine:1")
    with Tracker.open(library) as tracker:
        untaught = _tied(tracker, "agents")
        yes = _said(tracker, "agents", True, taught)
        no = _said(tracker, "agents", False, taught)
        again = _said(tracker, "agents", None, taught)
    assert yes["mine:0"] == yes["mine:1"] == 1.0
    assert not set(no) & set(taught)
    for other in ("mine:2", "mine:3"):
        assert no.get(other, 0.0) < untaught.get(other, 0.0) < yes.get(other, 0.0)
    assert "mine:leaves" not in yes
    assert again == untaught


# ---------------------------------------------------------------- the match lens


@pytest.mark.parametrize("query", ["a helper that plans", "leaves that turn red", "calls tools on the web for a user"])
def test_the_parts_add_up_to_the_score_that_the_hit_shows(library: Path, query: str) -> None:
    with Tracker.open(library) as tracker:
        hit = tracker.search(query).hits[0]
        found = tracker.lab("lens", query=query, paper=hit.id).to_json()
    whole = found["whole"]
    assert found["error"] < 1e-5
    assert sum(meeting["part"] for meeting in found["meetings"]) == pytest.approx(whole["tokens"], abs=1e-3)
    shares = [whole[f"{name}_share"] for name in ("words", "meaning", "tokens")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-4)
    by_hand = sum(share * whole[name] for share, name in zip(shares, ("words", "meaning", "tokens"), strict=True))
    assert by_hand == pytest.approx(hit.score, abs=2e-4)  # the parts of a hit are rounded to four digits
    assert whole["error"] < 2e-4


# ---------------------------------------------------------------- what the labs have read


def test_an_update_lets_the_labs_read_on_where_they_have_read_before(library: Path, tmp_path: Path) -> None:
    def bring(number: int) -> None:
        row = {"id": f"mine:new{number}", "title": f"A paper that came later, {number}", "abstract": "It came later."}
        file = tmp_path / f"{number}.jsonl"
        file.write_text(json.dumps(row) + "\n", "utf-8")
        with Tracker.open(library) as tracker:
            tracker.import_file(file, embed=False)
        result = CliRunner().invoke(app, ["embed"], obj=Edge(home=library), prog_name="tracker")
        assert result.exit_code == 0, result.stderr

    bring(1)
    with Tracker.open(library) as tracker:
        assert not tracker.lab_ready()  # the first reading takes minutes: no update does it
        with pytest.raises(UsageError, match="tracker lab --build"):
            tracker.lab("layers", query="what came later")
        tracker.build_lab_indexes()
        assert not tracker.labs_due()
    bring(2)
    with Tracker.open(library) as tracker:
        assert not tracker.labs_due()
        found = tracker.lab("layers", query="what came later").to_json()
    assert found["papers_ranked"] == 7
    assert "mine:new2" in [hit["id"] for hit in found["layers"][-1]["hits"]]


def test_a_reading_that_is_cut_short_counts_and_goes_on(library: Path) -> None:
    with Tracker.open(library) as tracker:
        tracker.build_lab_indexes()
        assert tracker.keep_labs_up(0.0)  # nothing is due
        damaged = tracker.build_damaged(positions=True)
        both = tracker.lab("ablate", query="red leaves", positions=True).to_json()
        query_alone = tracker.lab("ablate", query="red leaves", feed_forward=(5,)).to_json()
        with pytest.raises(UsageError, match="Nothing is switched off"):
            tracker.build_damaged()
    assert damaged.complete
    assert both["both_sides"]
    assert both["papers_ranked"] == damaged.done
    assert not query_alone["both_sides"]


# ---------------------------------------------------------------- papers as input


def test_any_paper_can_be_the_input(library: Path) -> None:
    with Tracker.open(library) as tracker:
        assert tracker.lab_sentences("mine:leaves") == (OTHER, "Leaves turn red before they fall.")
        uses = tracker.lab_uses("step")
        assert uses == (
            "It plans several steps, calls tools on the web for its user, and asks again when a step fails.",
        )
        assert tracker.lab_uses(" ") == tracker.lab_uses("no-such-word") == ()
        with pytest.raises(UnknownPaper):
            tracker.lab_sentences("mine:nobody")
    call = CliRunner().invoke(
        app, ["lab", "input", "--paper", "mine:leaves", "--sentence", "1"], obj=Edge(home=library), prog_name="tracker"
    )
    assert "leaves" in call.stdout
    assert "fall" in call.stdout
    call = CliRunner().invoke(
        app, ["lab", "input", "--paper", "mine:leaves", "--sentence", "9"], obj=Edge(home=library), prog_name="tracker"
    )
    assert call.exit_code == 2
    assert "counted from 0" in call.stderr
