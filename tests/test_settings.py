"""Settings: environment over file over defaults, and words for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.errors import SettingsError
from tracker.settings import load_settings


def test_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.home == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    assert (settings.mirror, settings.offline, settings.request_interval, settings.embedding_model) == (
        None,
        False,
        None,
        None,
    )


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'mirror = "http://127.0.0.1:1"\noffline = true\ncontact = "me@example.org"\n'
    )
    settings = load_settings(tmp_path, {"TRACKER_MIRROR": "http://127.0.0.1:2/"})
    assert (settings.mirror, settings.offline, settings.contact) == ("http://127.0.0.1:2", True, "me@example.org")


def test_home_comes_from_the_environment(tmp_path: Path) -> None:
    assert load_settings(None, {"TRACKER_HOME": str(tmp_path / "x")}).home == tmp_path / "x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_OFFLINE", "maybe"),
        ("TRACKER_REQUEST_INTERVAL", "soon"),
        ("TRACKER_REQUEST_INTERVAL", "-1"),
        ("TRACKER_MIRROR", "ftp://x"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings(tmp_path, {name: value})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("mirror = ")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings(tmp_path, {})


def test_keys_are_not_shown(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"TRACKER_OPENALEX_KEY": "geheim"})
    assert settings.keys == {"openalex": "geheim"}
    assert "geheim" not in repr(settings)
