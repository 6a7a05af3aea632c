"""What is asked of a lab is judged before what the labs have read: also in a library that was never read."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tracker.cli.edge import Edge
from tracker.cli.main import app
from tracker.errors import UsageError
from tracker.service import Tracker

pytestmark = pytest.mark.model

LONG = "a word " * 100
NEVER_READ = "have not read your library yet"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("never-read")


@pytest.mark.parametrize(
    ("name", "inputs", "word"),
    [
        ("layers", {"query": "  "}, "query is empty"),
        ("layers", {"query": LONG}, "too long"),
        ("ablate", {"query": " ", "positions": True}, "query is empty"),
        ("ablate", {"query": LONG, "positions": True}, "too long"),
        ("ablate", {"query": "x"}, "Nothing is switched off"),
        ("ablate", {"query": "x", "heads": ("9.9",)}, "no layer 9"),
        ("ablate", {"query": "x", "heads": ("0.99",)}, "no head 99"),
        ("ablate", {"query": "x", "heads": ("0.3", "three")}, "names no head"),
        ("ablate", {"query": "x", "feed_forward": ("6",)}, "no layer 6"),
        ("ablate", {"query": "x", "attention": ("-1",)}, "no layer -1"),
        ("ablate", {"query": "x", "heads": ("9.9",), "measure": True}, "no layer 9"),
        ("memories", {"unit": 1536}, "no unit 1536"),
        ("memories", {"unit": -1}, "no unit -1"),
        ("memories", {"unit": 0, "layer": 6}, "no layer 6"),
        ("memories", {"text": "Paris is in France.", "layer": 6}, "no layer 6"),
        ("memories", {"text": " "}, "empty"),
        ("memories", {}, "neither a sentence nor a unit"),
    ],
)
def test_what_makes_no_sense_is_said_first(home: Path, name: str, inputs: dict[str, object], word: str) -> None:
    with Tracker.open(home) as tracker, pytest.raises(UsageError, match=word):
        tracker.lab(name, **inputs)


@pytest.mark.parametrize(
    ("name", "inputs"),
    [("layers", {"query": "x"}), ("ablate", {"query": "x", "heads": ("0.3",)}), ("memories", {"unit": 1535})],
)
def test_what_makes_sense_needs_the_library_read(home: Path, name: str, inputs: dict[str, object]) -> None:
    with Tracker.open(home) as tracker, pytest.raises(UsageError, match=NEVER_READ):
        tracker.lab(name, **inputs)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ablate", "x", "--without", "head:9.9"], "no layer 9"),
        (["ablate", "x", "--without", "tail:1"], "no part"),
        (["ablate", "x", "--without", "attention:9"], "no layer 9"),
        (["layers", LONG], "too long"),
        (["memories", "--layer", "0", "--unit", "99999"], "no unit 99999"),
    ],
)
def test_the_command_ends_with_2_and_a_clear_word(home: Path, words: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["lab", *words], obj=Edge(home=home), prog_name="tracker")
    assert (result.exit_code, NEVER_READ in result.stderr) == (2, False)
    assert said in " ".join(result.stderr.split())
