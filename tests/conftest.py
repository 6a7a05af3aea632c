"""What all tests share: no sockets but loopback, a data folder of their own, and the shared data where it exists."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

# What a desk or a continuous integration says of its terminal is none of ours; typer reads it when it is imported.
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
    os.environ.pop(name, None)

# How long an example takes says how busy the machine is, not whether the law holds.
# A run decides about the code and not about luck: it tries the same examples each time, wherever it runs.
# NEW_EXAMPLES=1 tries others; what they find becomes an @example or a test of its own.
NEW_EXAMPLES = bool(os.environ.get("NEW_EXAMPLES"))
hypothesis.settings.register_profile(
    "laws",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
    derandomize=not NEW_EXAMPLES,
)
hypothesis.settings.load_profile("laws")
if not NEW_EXAMPLES and hasattr(providers, "_get_local_constants"):
    # Hypothesis mixes in the constants of those of our modules that are loaded at that moment: which ones depends on
    # the tests that ran before in the same process, and so on how many processes there are.
    providers._get_local_constants = providers.Constants

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
