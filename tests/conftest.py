"""What all tests share: no sockets but loopback, a data folder of their own, and the shared data where it exists."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

# How long an example takes says how busy the machine is, not whether the law holds.
# Where CI decides, the same examples are tried each time; at a desk new ones are.
hypothesis.settings.register_profile(
    "laws",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("laws")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Tests talk to nobody but themselves, and never touch the reader's own library."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    for name in ("TRACKER_MIRROR", "TRACKER_DATABASE_URL", "TRACKER_EMBEDDING_MODEL", "TRACKER_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture
def no_sockets() -> Iterator[None]:
    """Not even loopback."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of list snapshots, evaluation sets and the stand-in for the web, beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared beside the checkout: the snapshot tests need it")
    return SHARED
