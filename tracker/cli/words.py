"""What an operation did, in plain words: one sentence a line, the failures named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracker.cli.display import soon
from tracker.safetext import line

if TYPE_CHECKING:
    from tracker.records import EmbedReport, EnrichReport, ImportReport, Problem, SourceReport, UpdateReport

_PROBLEMS_SHOWN = 5


def count(number: int, one: str, many: str | None = None) -> str:
    """``3 papers``, ``1 paper``, ``1,200 papers``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def source_lines(reports: Sequence[SourceReport]) -> list[str]:
    """What fetching brought: a line a changed list, one for all that stayed as they were."""
    lines = [_changed(report) for report in reports if report.state == "changed"]
    same = [report.slug for report in reports if report.state == "unchanged"]
    if same:
        lines.append(f"nothing new: {', '.join(same)}")
    waiting = [report.slug for report in reports if report.state == "skipped"]
    if waiting:
        lines.append(f"not due yet: {', '.join(waiting)}")
    for report in reports:
        lines += problem_lines(report.problems, report.slug)
    return lines


def _changed(report: SourceReport) -> str:
    parts = [count(report.new_papers, "new paper")]
    for number, what in (
        (report.added - report.new_papers, "listed that the library had"),
        (report.changed, "changed"),
        (report.gone, "left the list"),
        (report.returned, "came back"),
    ):
        if number > 0:
            parts.append(f"{number:,} {what}")
    return f"{report.slug}: {', '.join(parts)} ({count(report.entries, 'entry', 'entries')})"


def problem_lines(problems: Sequence[Problem], of: str = "") -> list[str]:
    """Rows that could not be read, the first few by their place."""
    prefix = f"{of}: " if of else ""
    lines = [f"{prefix}{line(p.where)}: {line(p.message, 200)}" for p in problems[:_PROBLEMS_SHOWN]]
    if len(problems) > _PROBLEMS_SHOWN:
        lines.append(f"{prefix}and {count(len(problems) - _PROBLEMS_SHOWN, 'more row')} that could not be read")
    return lines


def source_failures(reports: Sequence[SourceReport]) -> list[str]:
    """Which lists failed, why, and when they are tried again."""
    return [
        f"{r.slug} could not be fetched: {line(r.error, 300)}; what it brought before is kept;"
        f" tried again {soon(r.retry_at)}"
        for r in reports
        if r.error
    ]


def enrich_lines(reports: Sequence[EnrichReport]) -> list[str]:
    """What the services knew."""
    lines = []
    for r in reports:
        if not r.asked:
            continue
        parts = [f"{r.found:,} of {count(r.asked, 'paper')} known"]
        if r.waiting:
            parts.append(f"{r.waiting:,} still to be asked")
        lines.append(f"{r.service}: {', '.join(parts)}")
    return lines


def enrich_failures(reports: Sequence[EnrichReport]) -> list[str]:
    """Which services failed, why, and when they are asked again."""
    return [
        f"{r.service} could not be asked about {count(max(r.failed, r.waiting), 'paper')}: {line(r.error, 300)};"
        f" asked again {soon(r.retry_at)}"
        for r in reports
        if r.error
    ]


def embed_lines(report: EmbedReport | None) -> list[str]:
    """What was embedded, and how fast."""
    if report is None or not report.embedded:
        return []
    rate = f" ({report.embedded / report.seconds:.0f} a second)" if report.seconds > 0 else ""
    return [f"embedded {count(report.embedded, 'text')} in {report.seconds:.1f} s{rate}"]


def embed_failures(report: EmbedReport | None) -> list[str]:
    """Why embedding stopped, if it did."""
    if report is None or not report.error:
        return []
    return [f"not everything is embedded: {line(report.error, 300)}; search by words works meanwhile"]


def update_lines(report: UpdateReport) -> list[str]:
    """A whole run: what came, list by list, and the sum."""
    lines = [*source_lines(report.sources), *enrich_lines(report.enrich), *embed_lines(report.embed)]
    moved = any(s.state == "changed" for s in report.sources) or any(e.found for e in report.enrich)
    times = f"{report.own_seconds:.1f} s of its own work, {report.seconds:.1f} s in all"
    new = count(report.new_papers, "new paper") if report.new_papers else "no new papers" if moved else "nothing new"
    lines.append(f"{new}; the library holds {count(report.papers, 'paper')} ({times})")
    return lines


def update_failures(report: UpdateReport, *, offline: bool = False) -> list[str]:
    """All that failed in a run; when nothing could be asked on purpose, in one line."""
    lists, services = [s for s in report.sources if s.error], [e for e in report.enrich if e.error]
    if offline and (lists or services):
        asked = f"{count(len(lists), 'list')} and {count(len(services), 'service')} were not asked"
        return [f"offline (TRACKER_OFFLINE is set): {asked}; what is here works", *embed_failures(report.embed)]
    return [*source_failures(report.sources), *enrich_failures(report.enrich), *embed_failures(report.embed)]


def import_lines(report: ImportReport) -> list[str]:
    """What an import did."""
    papers = f"{count(report.added, 'paper')} added, {report.updated:,} updated, {report.unchanged:,} already there"
    feeds = f"{count(len(report.sources), 'source')} added; {report.unchanged:,} already followed"
    return [
        feeds if report.sources and not report.ids else papers,
        *(f"{spec.slug}: {line(spec.title)}{'' if spec.enabled else ' (off)'}" for spec in report.sources),
        *problem_lines(report.problems),
        *(line(notice, 600) for notice in report.notices),
    ]
