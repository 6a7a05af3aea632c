"""The real lists as parsed entries, for the tests that measure."""

from __future__ import annotations

from pathlib import Path

from tracker.records import Document, Entry
from tracker.sources import registry

WEEKLY = "dair-ai/AI-Papers-of-the-Week"
REPOSITORIES = (WEEKLY, "aimerou/awesome-ai-papers", "daturkel/learning-papers", "dmarx/anthology-of-modern-ml")


def days(shared: Path, repository: str) -> list[str]:
    """The days of which there is a snapshot, oldest first."""
    return sorted(p.name for p in (shared / "lists" / repository.replace("/", "__")).iterdir())


def entries(shared: Path, repository: str, day: str) -> tuple[Entry, ...]:
    """The entries of a snapshot."""
    folder = shared / "lists" / repository.replace("/", "__") / day
    base = f"https://raw.githubusercontent.com/{repository}/HEAD/"
    documents = [
        Document(url, url, 200, path.read_bytes())
        for path in sorted(folder.rglob("*.md"))
        for url in [base + path.relative_to(folder).as_posix()]
    ]
    spec = registry.spec_for_url(f"https://github.com/{repository}")
    return registry.kind(spec.kind).parse(spec, documents).entries


def newest(shared: Path) -> dict[str, tuple[Entry, ...]]:
    """All four lists as they last stood."""
    return {name: entries(shared, name, days(shared, name)[-1]) for name in REPOSITORIES}
