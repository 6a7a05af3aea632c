"""Where the files that come with the tracker are: the folder ``data``, in a checkout and in an installed wheel.

In a wheel the folder travels inside the package as ``tracker/_data``; in a
checkout it stands beside the package.
"""

from __future__ import annotations

from pathlib import Path

from tracker.errors import SettingsError

_CURE = "install the tracker again"


def data_folder(package: Path | None = None) -> Path:
    """The folder ``data``; ``package`` is the folder of the package (default: this one).

    Raises:
        SettingsError: the installation lacks it.
    """
    home = package or Path(__file__).resolve().parent
    for folder in (home / "_data", home.parent / "data"):
        if (folder / "starter.toml").is_file():
            return folder
    raise SettingsError("the data files of the tracker are missing", cure=_CURE)


def read(name: str) -> bytes:
    """One file, by its path under ``data``: ``starter.toml``, ``concepts/attention.toml``.

    Raises:
        SettingsError: the installation lacks it, or it cannot be read.
    """
    try:
        return data_folder().joinpath(*name.split("/")).read_bytes()
    except OSError as error:
        raise SettingsError(f"the data file {name} cannot be read: {error}", cure=_CURE) from error


def read_all(folder: str, suffix: str = ".toml") -> dict[str, bytes]:
    """All files of a folder under ``data`` by their path there (``concepts/attention.toml``), in order of name.

    Raises:
        SettingsError: the installation lacks the folder.
    """
    place = data_folder().joinpath(*folder.split("/"))
    try:
        names = sorted(item.name for item in place.iterdir() if item.name.endswith(suffix))
    except OSError as error:
        raise SettingsError(f"the data folder {folder} cannot be read: {error}", cure=_CURE) from error
    return {f"{folder}/{name}": read(f"{folder}/{name}") for name in names}
