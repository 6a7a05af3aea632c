"""A real library behind the application, filled from a small world; shared by the tests that only read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.end_to_end.test_small_world import APRIL, pages, update
from tests.world import small_world
from tracker.api.app import create_app
from tracker.api.gate import Policy
from tracker.service import Tracker
from tracker.settings import load_settings

TOKEN = "correct-horse-battery"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
POLICY = Policy(token=TOKEN, rate=10_000, guesses=100_000)

Served = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one update of a small world."""
    home = tmp_path_factory.mktemp("filled")
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        update(home, world)
    return home


@pytest.fixture
def library(filled: Path, tmp_path: Path) -> Iterator[Tracker]:
    """A copy that a test may write to."""
    import shutil

    home = tmp_path / "library"
    shutil.copytree(filled, home)
    with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as tracker:
        yield tracker


@pytest.fixture
def client(library: Tracker) -> TestClient:
    """Asks without a token, as from this machine."""
    return TestClient(create_app(library, POLICY), base_url="http://127.0.0.1")


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The application on a real socket; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield "http://{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            thread.join(timeout=20)
