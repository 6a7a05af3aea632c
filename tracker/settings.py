"""One :class:`Settings` object, built at the edge from the environment and ``settings.toml``, and passed in.

A plain dataclass and not pydantic-settings: importing that costs a quarter
of the time a cold search may take, for a dozen values.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.errors import SettingsError

#: What `tracker serve` and `tracker digest` may be told; each is read where it is used, which also checks it.
SERVICE_NAMES = (
    "quiet_hours",
    "api_token",
    "api_rate",
    "allowed_hosts",
    "webhook",
    "smtp_url",
    "digest_to",
    "digest_from",
    "digest_day",
    "digest_file",
)

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this library runs.

    ``home`` is the data folder; ``database_url`` defaults to SQLite in it.
    ``request_interval`` is in seconds between requests to one host; None means
    each service's published courtesy.  ``keys`` are service keys by name
    (``semantic-scholar``, ``openalex``, ``github``); ``contact`` is an e-mail
    address that services get to know, empty by default.  ``service`` holds
    what is set of :data:`SERVICE_NAMES`, as text.
    """

    home: Path
    database_url: str
    mirror: str | None = None
    embedding_model: str | None = None
    offline: bool = False
    request_interval: float | None = None
    contact: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    service: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def cache_dir(self) -> Path:
        """Kept copies of what was fetched; safe to delete."""
        return self.home / "cache"

    @property
    def models_dir(self) -> Path:
        """Exported models, keyed by hash; safe to delete."""
        return self.home / "models"

    @property
    def index_dir(self) -> Path:
        """Disposable search indexes; safe to delete."""
        return self.home / "index"


def load_settings(home: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``environ`` (default: the process's), then ``HOME/settings.toml``, then the defaults.

    Raises:
        SettingsError: a value that cannot be understood, naming the variable or the file's key.
    """
    env = os.environ if environ is None else environ
    folder = Path(home or env.get("TRACKER_HOME") or _default_home()).expanduser().absolute()
    file = _read_file(folder / "settings.toml")

    def value(name: str) -> str | None:
        text = env.get(f"TRACKER_{name.upper()}")
        if text is None and name in file:
            text = str(file[name])
        return text.strip() if text and text.strip() else None

    told = file.get("keys")
    keys: dict[object, object] = dict(told) if isinstance(told, dict) else {}
    for service in ("semantic-scholar", "openalex", "github", "crossref"):
        if key := env.get(f"TRACKER_{service.upper().replace('-', '_')}_KEY"):
            keys[service] = key
    mirror = value("mirror")
    if mirror and not mirror.startswith(("http://", "https://")):
        raise SettingsError(f"TRACKER_MIRROR is {mirror!r}", cure="give an address such as http://127.0.0.1:8765")
    return Settings(
        home=folder,
        database_url=value("database_url") or f"sqlite:///{folder / 'tracker.sqlite3'}",
        mirror=mirror.rstrip("/") if mirror else None,
        embedding_model=value("embedding_model"),
        offline=_flag("TRACKER_OFFLINE", value("offline")),
        request_interval=_seconds("TRACKER_REQUEST_INTERVAL", value("request_interval")),
        contact=value("contact") or "",
        keys={str(k): str(v) for k, v in keys.items()},
        service={name: text for name in SERVICE_NAMES if (text := value(name)) is not None},
    )


def _default_home() -> str:
    from platformdirs import user_data_dir

    return user_data_dir("paper-tracker", appauthor=False)


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", cure="mend or remove the file") from error


def _flag(name: str, text: str | None) -> bool:
    word = (text or "").lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise SettingsError(f"{name} is {text!r}", cure="use 1 or 0")


def _seconds(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise SettingsError(f"{name} is {text!r}", cure="give seconds from 0 to 3600")
    return seconds
