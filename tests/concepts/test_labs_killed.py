"""A reading for the labs that is killed outright: what it saved counts, the next goes on, nothing is left over."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tracker.concepts.labs import (
    LabModel,
    LibraryText,
    MemoryIndex,
    build_layer_index,
    build_memory_index,
    open_layer_index,
    open_memory_index,
)
from tracker.concepts.linking.matching import sentences

pytestmark = pytest.mark.model

LIBRARY = tuple(
    LibraryText(f"p{n:02}", f"On {thing} and their habits", f"We watch {thing} for {n + 2} years. They change slowly.")
    for n, thing in enumerate(("clocks", "parrots", "roses", "tides", "owls", "ferns", "wolves", "snails") * 3)
)
#: The child saves after each paper, tells so and waits for a word; after the last it is killed in the middle of
#: whatever it does next, and gets no further than to the next telling, however long the parent is kept from killing.
CHILD = """
    import sys
    from pathlib import Path
    from tests.concepts import test_labs_killed as here
    from tracker.concepts.labs import LabModel, layer_index, memory_index
    layer_index.CHUNK = memory_index.CHUNK = 1
    model, where = LabModel.load(), Path(sys.argv[1])
    tell = lambda step: (print(step.done, flush=True), sys.stdin.readline())
    memory_index.build_memory_index(
        model, "m", where / "memories", here.LIBRARY, split=here.sentences, progress=tell)
    layer_index.build_layer_index(model, "m", where / "layers", here.LIBRARY, progress=tell)
    print("end", flush=True)
"""


def _killed_after(lines: int, where: Path) -> list[str]:
    """Run the child and kill it once it has told so many steps; what it told."""
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(where)]
    root, pipe = Path(__file__).parents[2], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        told = []
        for _ in range(lines):
            told.append(child.stdout.readline().strip())
            child.stdin.write("\n")
            child.stdin.flush()
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    return told


def _by_unit(index: MemoryIndex) -> list[tuple[str, ...]]:
    """The sentences of some units, strongest first, by their words: numbers depend on when a paper was read."""
    return [
        tuple(index.sentences[n].text for n in index.sentence[layer, unit].tolist() if n >= 0)
        for layer in range(6)
        for unit in range(0, 1536, 97)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_reading_goes_on_and_ends_like_a_calm_one(lab: LabModel, tmp_path: Path) -> None:
    calm, disturbed = tmp_path / "calm", tmp_path / "disturbed"
    build_memory_index(lab, "m", calm / "memories", LIBRARY, split=sentences)
    build_layer_index(lab, "m", calm / "layers", LIBRARY)

    assert _killed_after(5, disturbed) == ["1", "2", "3", "4", "5"]
    saved = open_memory_index(lab, "m", disturbed / "memories").papers
    assert 5 <= saved < len(LIBRARY)
    # The second one goes on behind what was saved, ends the memories and dies among the layers.
    told = _killed_after(len(LIBRARY) - saved + 3, disturbed)
    assert told == [*map(str, range(1, len(LIBRARY) - saved + 1)), "1", "2", "3"]
    # Halves of files, as a process leaves them that dies while it writes.
    (disturbed / "memories" / ".state.json.4711.part").write_bytes(b"{")
    (disturbed / "memories" / "strength-1.npy").write_bytes(b"old")
    (disturbed / "layers" / "whole" / "part-999.npy").write_bytes(b"old")

    memories = build_memory_index(lab, "m", disturbed / "memories", LIBRARY, split=sentences)
    layers = build_layer_index(lab, "m", disturbed / "layers", LIBRARY)
    assert (memories.done, memories.complete) == (0, True)
    assert layers.kept >= 3
    assert layers.complete

    first, second = (open_memory_index(lab, "m", where / "memories") for where in (calm, disturbed))
    assert _by_unit(first) == _by_unit(second)
    one, two = (open_layer_index(lab, "m", where / "layers") for where in (calm, disturbed))
    assert sorted(one.ids) == sorted(two.ids)
    assert len(list((disturbed / "memories").iterdir())) == 4
    assert len(list((disturbed / "layers" / "whole").iterdir())) == 3
