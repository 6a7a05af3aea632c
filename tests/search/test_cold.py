"""The path of a search loads nothing heavy: in a fresh process, over a real library file and the real model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "streamlit",
    "sklearn",
    "scipy",
    "pandas",
    "faiss",
    "onnx",
    "numpy.ma",
)

SCRIPT = """
import sys
from pathlib import Path
from tests.search.library import FakeLibrary, FakeTexts, FakeVectors
from tracker.embed.load import load_encoder
from tracker.errors import ModelError
from tracker.search.engine import SearchEngine
from tracker.settings import load_settings

home = Path(sys.argv[1])
made = FakeLibrary()
made.put(1, "Gated graphs", "Attention over graphs helps.")
engine = SearchEngine(
    texts=FakeTexts(made), vectors=FakeVectors(made), cards=made,
    encoder=lambda: load_encoder(load_settings(home, {}), prepare=False), index_dir=home / "index",
)
found = engine.search('graph "attention over" -video year:>1')
found = engine.search("graph attention")
assert [hit.id for hit in found.hits] == ["p1"]
assert found.notices, "nothing was exported here: search goes by words and says so"
print(",".join(sorted(name for name in HEAVY if name in sys.modules)))
"""


@pytest.mark.model
def test_a_search_imports_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {HEAVY!r}\n{SCRIPT}", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
