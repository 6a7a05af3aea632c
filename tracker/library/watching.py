"""Outages are told once when they begin and once when they end, by each way, also across restarts."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tracker.errors import StoreError
from tracker.schedule.planning import Outage, Plan

Way = Literal["log", "webhook"]
#: What an outage of the updates themselves goes by.
UPDATES = "updates"


@dataclass(frozen=True, slots=True)
class OutageNews:
    """What changed since it was last told this way; ``ended`` with when the source had last answered before, or ""."""

    begun: tuple[Outage, ...]
    ended: Mapping[str, str]


class Watch:
    """What was told of outages by one way: a small file that is replaced as a whole."""

    def __init__(self, home: Path, way: Way) -> None:
        self._path = home / f"told-outages-{way}.json"

    def news(self, plan: Plan) -> OutageNews:
        """What is still to be told.  A source that was switched off meanwhile has not come back."""
        known = self._known()
        down = {outage.slug: outage for outage in all_outages(plan)}
        watched = {turn.slug for turn in plan.turns} | {UPDATES}
        return OutageNews(
            begun=tuple(outage for slug, outage in down.items() if slug not in known),
            ended={slug: known[slug] for slug in sorted((known.keys() - down.keys()) & watched)},
        )

    def note(self, plan: Plan) -> None:
        """All of the plan's outages, and no others, are known now."""
        known = self._known()
        down = {outage.slug: known.get(outage.slug, _since(outage)) for outage in all_outages(plan)}
        if down != known:
            self._write(down)

    def note_begun(self, outage: Outage) -> None:
        """That it began was told."""
        self._write(self._known() | {outage.slug: _since(outage)})

    def note_ended(self, slug: str) -> None:
        """That it ended was told."""
        self._write({other: since for other, since in self._known().items() if other != slug})

    def _known(self) -> dict[str, str]:
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return {}  # half a file: what is down now is told once more
        if isinstance(told, list):  # as it was written before the moments were kept
            return dict.fromkeys(map(str, told), "")
        return {str(slug): str(since) for slug, since in told.items()} if isinstance(told, dict) else {}

    def _write(self, down: Mapping[str, str]) -> None:
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".told-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(down, file, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error


def _since(outage: Outage) -> str:
    return outage.since.isoformat() if outage.since else ""


def all_outages(plan: Plan) -> tuple[Outage, ...]:
    """The outages of sources, and that of the updates themselves."""
    if plan.updates_ok:
        return plan.outages
    broken = Outage(slug=UPDATES, failures=plan.broken_runs, since=plan.whole_run, error="they broke off")
    return (*plan.outages, broken)


def in_words(outage: Outage) -> str:
    """One sentence for a person."""
    if outage.slug == UPDATES:
        return f"the last {outage.failures} updates broke off; see: tracker status"
    last = f"last answered on {outage.since:%d %B %Y}" if outage.since else "it never answered"
    return f"{outage.slug} failed {outage.failures} times in a row, {last}: {outage.error}"
