from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.server import Server, serving
from tracker.http import Client
from tracker.settings import Settings


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def make(tmp_path: Path, server: Server) -> Iterator[Callable[..., Client]]:
    """Makes clients with the server as their mirror; settings by keyword, the client's own by ``options``."""
    made: list[Client] = []

    def client(options: dict[str, Any] | None = None, **changes: Any) -> Client:
        values = {"home": tmp_path, "database_url": "", "mirror": server.url, "request_interval": 0.0, **changes}
        made.append(Client(Settings(**values), **(options or {})))
        return made[-1]

    yield client
    for one in made:
        one.close()
