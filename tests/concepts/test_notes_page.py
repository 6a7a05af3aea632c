"""The page that walks through the notes: every command runs, every address and name leads somewhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from tracker import resources, shelf
from tracker.cli.edge import Edge
from tracker.cli.main import app
from tracker.concepts import catalogue
from tracker.library.lab_infos import INFOS, info
from tracker.service import Tracker

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "NOTES.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"`([^`]+)`", PAGE)
#: One asks lists and services, one reads for minutes; their own tests run them on small libraries.
ELSEWHERE = {"tracker update", "tracker lab --build"}
COMMANDS = sorted({one for one in QUOTED if one.startswith("tracker ")} - ELSEWHERE)
ADDRESSES = sorted({one for one in QUOTED if one.startswith("/")})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter shelf; the labs have read two papers of our own and some of it."""
    folder = tmp_path_factory.mktemp("notes")
    with Tracker.open(folder / "home") as tracker:
        tracker.load_shelf()
        tracker.build_lab_indexes(seconds=2)
    return folder / "home"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(home: Path, command: str) -> None:
    result = CliRunner().invoke(app, shlex.split(command)[1:], obj=Edge(home=home), prog_name="tracker")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip()


@pytest.mark.parametrize(
    ("command", "first"),
    [("king - man + woman", "queen"), ("paris - france + germany", "berlin")],
)
def test_the_sums_of_the_notes(home: Path, command: str, first: str) -> None:
    assert f'"{command}"' in PAGE
    called = ["lab", "word-arithmetic", command, "--json"]
    result = CliRunner().invoke(app, called, obj=Edge(home=home), prog_name="tracker")
    assert json.loads(result.stdout)["neighbours"][0]["word"] == first


def test_it_looks_at_the_animal_and_the_bank_parts(home: Path) -> None:
    with Tracker.open(home) as tracker:
        example = info("attention").inputs
        seen = tracker.lab("attention", **{one.name: one.example for one in example}).to_json()
        parts = tracker.lab("meanings", word="bank", sentences=info("meanings").inputs[1].example).to_json()
    shares = dict(zip(seen["pieces"], seen["step"]["shares"], strict=True))
    assert seen["step"]["piece"] == "it"
    assert max(shares, key=lambda piece: shares[piece]) == "animal"
    assert parts["parting"][0] == pytest.approx(0.99, abs=0.005)
    assert parts["parting"][-1] == pytest.approx(0.755, abs=0.01)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_the_page_leads_somewhere(address: str) -> None:
    parts = urlsplit(address)
    router = (ROOT / "app" / "main.py").read_text(encoding="utf-8")
    assert f'url_path="{parts.path[1:]}"' in router
    asked = parse_qs(parts.query)
    if "lab" in asked:
        assert info(asked["lab"][0])
    if "concept" in asked:
        assert asked["concept"][0] in catalogue.load(resources.read_all("concepts"))


def _rows(text: str) -> list[str]:
    return re.findall(r"^\| (?!The note|---)(.*) \|$", text, re.MULTILINE)


def _section(title: str) -> str:
    return next(part for part in PAGE.split("\n## ") if part.startswith(title))


def test_every_lab_and_concept_that_is_named_exists_and_every_lab_is_named() -> None:
    concepts = catalogue.load(resources.read_all("concepts"))
    labs = {one.name for one in INFOS}
    named: set[str] = set()
    for row in _rows(PAGE.split("\n## ")[0]):
        _, _, about, lab = row.split(" | ") if row.count(" | ") == 3 else (*row.split(" | ")[:3], "")
        assert all(slug in concepts for slug in re.findall(r"`([^`]+)`", about)), about
        named |= set(re.findall(r"`([^`]+)`", lab))
    assert named == labs


def test_the_papers_of_the_notes_are_on_the_shelf_with_a_summary_and_at_their_concept(home: Path) -> None:
    concepts = catalogue.load(resources.read_all("concepts"))
    rows = _rows(_section("The papers that the notes name"))
    assert len(rows) == 5
    on_shelf = {str(i): one for one in shelf.load(resources.read(shelf.FILE)).papers for i in one.identifiers}
    with Tracker.open(home) as tracker:
        for row in rows:
            title, where, about = row.split(" | ")
            (name,) = set(re.findall(r"arxiv:[\d.]+", where))
            assert tracker.paper(name).id == name
            assert on_shelf[name].summary
            (slug,) = re.findall(r"`([^`]+)`", about)
            assert name in [key.id for key in concepts.get(slug).key_papers], title


def test_the_links_of_the_notes_stand_at_their_concepts(home: Path) -> None:
    section = _section("The links that the notes name")
    named: set[str] = set()
    with Tracker.open(home) as tracker:
        for row in _rows(section):
            what, where = row.split(" | ")
            (slug,) = re.findall(r"concept=([a-z-]+)", where)
            held = {
                one.url.split("://")[1].removeprefix("www.").rstrip("/"): one.id
                for one in tracker.concept(slug).resources
            }
            for address in re.findall(r"\(([^ )]+\.[^ )]+)\)", what):
                assert address in held, (address, slug)
                named.add(held[address])
    assert named == {one.id for one in shelf.load(resources.read(shelf.FILE)).resources}


def test_early_heads_go_by_place_and_later_ones_do_not(home: Path) -> None:
    with Tracker.open(home) as tracker:
        seen = tracker.lab("attention", text="The bank of the river was muddy.", layer=0, head=2).to_json()
    habits = {(one["layer"], one["head"]): one for one in seen["habits"]}
    assert habits[0, 2]["to_previous"] > 0.95
    assert habits[1, 8]["to_next"] > 0.5
    by_place = {layer: max(max(habits[layer, n]["to_previous"], habits[layer, n]["to_next"]) for n in range(12))
                for layer in range(6)}  # fmt: skip
    assert max(by_place[layer] for layer in (3, 4, 5)) < 0.35
