"""Take it with you, bring it in: exports to download, the reading list as a page, files and a Zotero to bring in."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import frame
from app.widgets.text import label
from app.widgets.words import count, joined
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.facade.types import ExportFormat
    from tracker.records import ImportReport

#: Format, what it is called, the file's name, its type.
FORMATS = {
    "bibtex": ("BibTeX", "papers.bib", "application/x-bibtex"),
    "ris": ("RIS", "papers.ris", "application/x-research-info-systems"),
    "csljson": ("CSL-JSON", "papers.json", "application/json"),
    "csv": ("CSV (a spreadsheet)", "papers.csv", "text/csv"),
    "notes": ("Markdown notes (a zip for Obsidian)", "notes.zip", "application/zip"),
    "jsonl": ("JSON lines (everything, for another tracker)", "papers.jsonl", "application/x-ndjson"),
}
READ = ("jsonl", "json", "bib", "ris", "csv", "md", "opml", "xml", "txt")
_TOLD = 8


def part() -> None:
    """Draw the part of the page."""
    st.subheader("Take it with you", anchor=False)
    _export()
    st.subheader("Publish your reading list", anchor=False)
    _publish()
    st.subheader("Bring it in", anchor=False)
    _bring()


def _export() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Format", list(FORMATS), format_func=lambda one: FORMATS[one][0], key="export-format")
        query = st.text_input(
            "Only these", key="export-query", max_chars=2_000,
            placeholder="Everything; or status:read, tag:…, year:2024..",
        )  # fmt: skip
    if not st.button("Prepare the file", key="export", icon=":material/ios_share:"):
        return
    made: list[bytes] = []
    with st.spinner("Writing …"):
        done = _tried(lambda: made.append(_file(str(chosen), query.strip())))
    if not done:
        return
    if not made[0].strip():
        st.info("No paper fits, so the file would be empty.")
        return
    _, name, kind = FORMATS[str(chosen)]
    st.download_button(
        f"Download {name} ({_size(len(made[0]))})", made[0], name, kind, key="download", icon=":material/download:",
        on_click="ignore", type="primary",
    )  # fmt: skip


def _file(chosen: str, query: str) -> bytes:
    tracker = library.tracker()
    if chosen != "notes":
        return (tracker.export(None, format=cast("ExportFormat", chosen), query=query) or "").encode()
    with tempfile.TemporaryDirectory(prefix="tracker-notes-") as folder:
        if not tracker.export_notes(folder, query=query):
            return b""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).rglob("*.md")):
                archive.write(file, file.relative_to(folder))
        return packed.getvalue()


def _publish() -> None:
    st.caption("One page with a search of its own, to put on any web server. Your notes stay out unless you say so.")
    with st.form("publish", border=False):
        title = st.text_input("Title", value="Reading list", max_chars=200)
        with st.container(horizontal=True):
            ratings = st.checkbox("Ratings", value=True)
            tags = st.checkbox("Tags", value=True)
            notes = st.checkbox("Notes, which others will read")
        if not st.form_submit_button("Write the page", icon=":material/public:"):
            return
    folder = library.settings().home / "export" / "site"
    tracker, named, number = library.tracker(), title.strip() or "Reading list", list[int]()
    if _tried(lambda: number.append(tracker.publish(folder, title=named, ratings=ratings, tags=tags, notes=notes))):
        st.success(f"{count(number[0], 'paper')} in {label(str(folder / 'index.html'), 1_000)}")


def _bring() -> None:
    st.caption(
        "BibTeX, RIS, CSV, CSL-JSON, JSON lines, Zotero's JSON, a Markdown list or note, or a list of subscriptions "
        "(OPML). What is here already is added to, never doubled."
    )
    file = st.file_uploader("A file", type=list(READ), key="import-file")
    with st.container(horizontal=True, vertical_alignment="center"):
        from_file = st.button(
            "Bring in the file", key="import", icon=":material/upload_file:", type="primary", disabled=file is None
        )  # fmt: skip
        from_zotero = st.button(
            "From Zotero on this computer", key="import-zotero", icon=":material/collections_bookmark:"
        )
    address = st.text_input(
        "Zotero's address", key="import-zotero-address", max_chars=200,
        placeholder="Your own library; or zotero:groups/123 for a group's",
    ).strip()  # fmt: skip
    if from_file and file is not None:
        name, body = file.name, file.getvalue()
        with st.spinner("Bringing in …"):
            _import(name, body)
    elif from_zotero:
        with st.spinner("Asking Zotero …"):
            _tried(lambda: _tell(library.tracker().import_zotero(address or "zotero:", embed=False)))


def _import(name: str, body: bytes) -> None:
    """Bring in what was uploaded, under a name without anything that a path could mean; say what came of it."""
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name).lstrip(".")[-100:] or "upload"
    with tempfile.TemporaryDirectory(prefix="tracker-import-") as folder:
        path = Path(folder) / plain
        path.write_bytes(body)
        try:
            report = library.tracker().import_file(path, embed=False)
        except TrackerError as error:  # our own folder's name says nothing to the reader
            st.error(label(str(error).replace(f"{folder}/", ""), 1_000), icon=":material/error:")
        else:
            _tell(report, folder)


def _tell(report: ImportReport, folder: str = "") -> None:
    said = joined(
        f"{report.added:,} added", f"{report.updated:,} updated", f"{report.unchanged:,} were here already",
        count(len(report.sources), "list") + " to follow" if report.sources else "",
    )  # fmt: skip
    st.success(f"{said}. The next update learns what new papers mean.")
    if report.problems:
        shown = [
            f"- {label(f'{one.where}: {one.message}'.replace(f'{folder}/', ''), 300)}"
            for one in report.problems[:_TOLD]
        ]
        more = len(report.problems) - _TOLD
        shown += [f"- and {more:,} more"] if more > 0 else []
        st.warning(f"{count(len(report.problems), 'entry', 'entries')} could not be read:\n" + "\n".join(shown))
    for notice in report.notices[:_TOLD]:
        st.caption(label(notice, 300))


def _tried(action: Callable[[], object]) -> bool:
    """Do it, and say on the page what went wrong."""
    try:
        action()
    except TrackerError as error:
        frame.failure(error)
        return False
    return True


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{max(number / 1_000, 0.1):.1f} kB"
