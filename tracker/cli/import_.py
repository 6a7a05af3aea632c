"""``tracker import``: papers from files, folders of notes, Zotero, arXiv ids, DOIs and addresses; sources from OPML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import edge, options

if TYPE_CHECKING:
    from tracker.records import ImportReport
    from tracker.service import OnProgress, Tracker

app = typer.Typer()


@app.command("import", rich_help_panel=options.BRINGING)
def import_(
    ctx: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|FOLDER|zotero:|ID|URL...",
            help="Files, folders of notes, arXiv ids, DOIs, addresses; zotero: is the Zotero that runs here, - is"
            " standard input.",
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="jsonl, bibtex, ris, csv, csljson, zotero, markdown, notes, opml; else by what the file holds.",
            show_default=False,
        ),
    ] = None,
    embed: Annotated[bool, typer.Option(help="Embed what came, so that search by meaning knows it.")] = True,
    json: options.Json = False,
) -> None:
    """Bring in papers of your own, or the feeds you follow.

    Files may be JSON lines, BibTeX, RIS, CSV, CSL-JSON, an export of Zotero's, a Markdown list or note, or OPML;
    folders hold a Markdown note for each paper.

    Example: [bold]tracker import refs.bib 1706.03762 10.18653/v1/N19-1423[/bold]
    """
    from tracker.cli import bars, words
    from tracker.cli.jsonable import print_json

    files, names = _sorted_out(what)
    with edge.Edge.of(ctx).library() as tracker, bars.bars() as progress:
        report = _bring_in(tracker, files, names, format, embed, progress)
    if json:
        print_json(report)
    else:
        for line in words.import_lines(report):
            typer.echo(line)
    if report.problems:
        kept = report.added or report.updated or report.unchanged or report.sources
        raise typer.Exit(edge.PARTLY if kept else 1)


def _sorted_out(what: list[str]) -> tuple[list[str], list[str]]:
    """Which arguments are files and which name a paper.

    Raises:
        UsageError: an argument looks like a file that is not there.
    """
    files, names = [], []
    for item in what:
        if item == "-" or item.startswith("zotero:") or Path(item).exists():
            files.append(item)
        elif Path(item).suffix.lower() in _SUFFIXES and "://" not in item:
            raise edge.wrong_use(f"there is no file {item!r}", "check the path")
        else:
            names.append(item)
    return files, names


_SUFFIXES = frozenset(
    {".jsonl", ".ndjson", ".json", ".bib", ".bibtex", ".ris", ".csv", ".tsv", ".md", ".markdown", ".opml", ".xml"}
)


def _bring_in(
    tracker: Tracker,
    files: list[str],
    names: list[str],
    format: str | None,
    embed: bool,
    progress: OnProgress,
) -> ImportReport:
    reports = []
    for number, file in enumerate(files, 1):
        last = number == len(files) and not names
        reports.append(tracker.import_file(file, format=format, embed=embed and last, progress=progress))
    if names:
        reports.append(tracker.import_ids(names, embed=embed))
    return _sum(reports)


def _sum(reports: list[ImportReport]) -> ImportReport:
    from tracker.records import ImportReport

    return ImportReport(
        added=sum(report.added for report in reports),
        updated=sum(report.updated for report in reports),
        unchanged=sum(report.unchanged for report in reports),
        problems=tuple(problem for report in reports for problem in report.problems),
        ids=tuple(dict.fromkeys(i for report in reports for i in report.ids)),
        notices=tuple(notice for report in reports for notice in report.notices),
        sources=tuple(spec for report in reports for spec in report.sources),
    )
