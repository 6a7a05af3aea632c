"""The data files are found in a checkout and in an installed wheel."""

from __future__ import annotations

import pytest

from tracker import resources
from tracker.errors import SettingsError


def test_reads_files_of_this_checkout():
    assert b"[[paper]]" in resources.read("starter.toml")
    assert "concepts/self-attention.toml" in resources.read_all("concepts")


def test_the_packed_folder_of_a_wheel_comes_first(tmp_path):
    package = tmp_path / "site" / "tracker"
    for folder in (package / "_data", tmp_path / "site" / "data"):
        folder.mkdir(parents=True)
        (folder / "starter.toml").write_bytes(b"")
    assert resources.data_folder(package) == package / "_data"


def test_in_a_checkout_the_folder_stands_beside_the_package(tmp_path):
    (tmp_path / "tracker").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "starter.toml").write_bytes(b"")
    assert resources.data_folder(tmp_path / "tracker") == tmp_path / "data"


def test_a_foreign_folder_called_data_is_not_taken(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(SettingsError, match="install the tracker again"):
        resources.data_folder(tmp_path / "tracker")


def test_missing_files_are_named():
    with pytest.raises(SettingsError, match=r"nothing\.toml"):
        resources.read("nothing.toml")
    with pytest.raises(SettingsError, match="nowhere"):
        resources.read_all("nowhere")
