"""Exporting is one process's work at a time, and what a killed one left is cleared away."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tracker.embed import exporting
from tracker.embed.bundled import ModelFiles
from tracker.embed.exporting import GRAPH, QUANTISED, TOKENIZER, WEIGHTS, Card, export


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    return ModelFiles(folder=tmp_path / "model", name="small", hash="0123456789abcdef")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were written; tracing a model takes half a minute and is tested elsewhere."""
    parts: list[Path] = []

    def write(_transformer: Any, files: ModelFiles, part: Path) -> Card:
        parts.append(part)
        for name in (GRAPH, WEIGHTS, QUANTISED, TOKENIZER):
            (part / name).write_bytes(b"graph")
        return Card(format=exporting.FORMAT, model=files.model)

    monkeypatch.setattr(exporting, "load_transformer", lambda _folder: None)
    monkeypatch.setattr(exporting, "_write", write)
    return parts


def test_what_a_killed_export_left_is_cleared_away(tmp_path: Path, files: ModelFiles, written: list[Path]) -> None:
    models = tmp_path / "models"
    left = models / ".export-killed"
    left.mkdir(parents=True)
    (left / "traced.onnx").write_bytes(b"half a graph")
    export(files, models)
    assert len(written) == 1
    assert not list(models.glob(".export-*"))
    assert exporting.read_card(exporting.export_folder(models, files)) is not None


def test_two_that_want_the_same_export_write_it_once(tmp_path: Path, files: ModelFiles, written: list[Path]) -> None:
    cards: list[Card] = []
    threads = [threading.Thread(target=lambda: cards.append(export(files, tmp_path / "models"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert cards == [cards[0]] * 4
