"""A library in a file of its own, and short ways to put things into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from tracker.records import Entry, Identifier, Link, Metadata, SourceSpec
from tracker.store import identifiers, mentions, metadata, papers, sources
from tracker.store.database import Database
from tracker.store.papers import Derived
from tracker.store.texts import SearchText

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """A moment that many minutes past :data:`NOON`."""
    return NOON + timedelta(minutes=minutes)


def derived(name: str, **changes: Any) -> Derived:
    """A paper's derived row: ``name`` is its arXiv number."""
    title = changes.pop("title", f"On the Matter of {name}")
    text = changes.pop("text", SearchText(title=title, text=f"We study {name}.", authors="Ada Moss; Bo Lind"))
    fields: dict[str, Any] = {
        "id": f"arxiv:{name}",
        "title": title,
        "title_key": title.lower(),
        "text": text,
        "authors": ("Ada Moss", "Bo Lind"),
        "year": 2024,
    }
    return Derived(**{**fields, **changes})


def add_paper(session: Session, name: str, *, source: str = "weekly", now: datetime = NOON, **changes: Any) -> int:
    """A paper on one list, with an identifier and an answer of a service."""
    sources.ensure(session, SourceSpec(source, "markdown", source, f"https://example.org/{source}"), now)
    pk = papers.insert(session, derived(name, **changes), now)
    identifier = Identifier("arxiv", name)
    identifiers.claim(session, pk, [identifier], source, now)
    entry = Entry(title=f"Listed {name}", url=f"https://arxiv.org/abs/{name}", links=(Link("Paper", "https://a"),))
    mentions.insert(session, source=source, key=f"{source}/{name}", paper_pk=pk, entry=entry, now=now)
    metadata.put(session, pk, Metadata(service="arxiv", asked=str(identifier), title=name), now)
    metadata.record_lookup(session, pk, "arxiv", str(identifier), "found", now)
    return pk


def unit(seed: int, dims: int = 384) -> np.ndarray:
    """A vector of length 1."""
    vector = np.random.default_rng(seed).normal(size=dims).astype("<f4")
    return vector / np.linalg.norm(vector)


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted."""
    with sqlite3.connect(path) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'paper_fts%'"
                " AND name NOT LIKE 'sqlite_%'"
            )
        ]
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)  # noqa: S608  # the names are our own
            for name in names
        }
    connection.close()
    return found


@dataclass
class Library:
    """A database and its file."""

    database: Database
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    path = tmp_path / "home" / "tracker.sqlite3"
    with Database.open(f"sqlite:///{path}") as database:
        yield Library(database, path)
