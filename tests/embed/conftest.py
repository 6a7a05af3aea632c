"""The real model, exported once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.embed.encoder import Encoder
from tracker.embed.load import load_encoder
from tracker.settings import Settings, load_settings


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the model is exported into."""
    return tmp_path_factory.mktemp("model-home")


@pytest.fixture(scope="session")
def prepared(home: Path) -> Settings:
    """Settings under which the bundled model is exported and ready."""
    settings = load_settings(home, {})
    load_encoder(settings, prepare=True, threads=1)
    return settings


@pytest.fixture(scope="session")
def onnx(prepared: Settings) -> Encoder:
    """The exported model."""
    return load_encoder(prepared, prepare=False, exact=True, threads=1)
