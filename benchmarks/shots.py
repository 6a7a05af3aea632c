"""Screenshots of every page at a desk's and a telephone's width: ``python -m benchmarks.shots`` (or ``make shots``).

Starts the dashboard on a library of its own in a temporary folder: the starter
shelf, brought up to date first where ``TRACKER_MIRROR`` names a mirror, with a
few papers queued and read so that no page is empty.  ``--home`` takes an
existing library instead; it is copied, never written to.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "screenshots"
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
#: Name, address, and what is there once the page is drawn.
PAGES = {
    "new": ("", "[class*=st-key-card-new]"),
    "reading-board": ("reading", ".st-key-board"),
    "reading-table": ("reading?layout=Table", "[data-testid=stDataFrame]"),
    "reading-progress": ("reading?layout=Progress", ".tr-head"),
    "library": ("library", ".tr-head"),
    "search": ("search?q=how+do+transformers+store+facts", ".tr-why, .tr-meta"),
    "search-narrowed": ("search?q=attention+year:2023..+list:ai-papers-of-the-week", ".st-key-clauses"),
    "similar": ("search?like=arxiv:1706.03762", ".tr-meta"),
    "map": ("map", "canvas.plane[data-drawn]"),
    "concepts": ("concepts", ".tr-head"),
    "concept": ("concepts?concept=self-attention", ".js-plotly-plot"),
    "labs": ("labs", ".tr-head"),
    "lab-bias": ("labs?lab=bias", ".js-plotly-plot"),
    "lab-input": ("labs?lab=input", ".js-plotly-plot"),
    "lab-meanings": ("labs?lab=meanings", ".js-plotly-plot"),
    "lab-attention": ("labs?lab=attention", ".js-plotly-plot"),
    "lab-memories": ("labs?lab=memories", "[data-testid=stSlider]"),
    "lab-story": ("labs?lab=story", ".js-plotly-plot"),
    "lab-layers": ("labs?lab=layers", ".tr-head"),
    "lab-ablate": ("labs?lab=ablate", ".tr-head"),
    "lab-lens": ("labs?lab=lens&query=where+do+transformers+store+facts&paper=arxiv:2012.14913", ".js-plotly-plot"),
    "sources": ("sources", ".tr-head"),
    "sources-duplicates": ("sources?part=Duplicates", ".tr-head"),
    "sources-jobs": ("sources?part=Jobs", ".tr-head"),
    "sources-health": ("sources?part=Health", ".tr-stats"),
    "sources-files": ("sources?part=In+%26+out", ".st-key-import"),
    "paper": ("paper?id=arxiv:1706.03762", ".tr-head"),
}
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def chromium() -> str | None:
    """The browser of this machine, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def stock(home: Path) -> None:
    """The starter shelf, what the mirror has, and a reader who has begun."""
    from tracker.service import Tracker

    with Tracker.open(home) as tracker:
        tracker.load_shelf()
        if os.environ.get("TRACKER_MIRROR"):
            tracker.update()
        else:
            tracker.embed()
        read(tracker)


def read(tracker: Any) -> None:
    """Draw the map, let the labs read the library, queue some papers and read others, unless somebody did."""
    if not tracker.map_drawn():
        tracker.draw_map()
    tracker.build_lab_indexes()  # some minutes the first time
    if tracker.count("status:queued"):
        return
    ids = [paper.id for paper in tracker.papers(sort="endorsed", limit=18)]
    tracker.act(ids[:9], "queued")
    tracker.act(ids[2:4], priority=3)
    tracker.act(ids[9:11], "reading")
    tracker.act(ids[11:15], "read", rating=5)
    tracker.act(ids[15:17], "skipped")
    tracker.tag_many(ids[:3], add=["classic"])
    tracker.note(ids[0], "The **key** figure is the second one; compare with what came before.")


@contextlib.contextmanager
def dashboard(home: Path) -> Iterator[str]:
    """The address of ``tracker up`` over a library, which asks nobody."""
    command = [sys.executable, "-m", "tracker.cli", "--home", str(home), "up", "--no-browser", "--no-update"]
    # As if the library lay where it does by default, in somebody's home: that path is on a picture.
    environment = {**os.environ, "TRACKER_HOME": str(home), "TRACKER_OFFLINE": "1", "HOME": str(home.parents[2])}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None  # noqa: S101  # a pipe was asked for
        for said in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", said):
                yield found[0]
                return
        raise SystemExit(f"the dashboard did not start (status {process.wait()})")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def shoot(address: str, out: Path, pages: Sequence[str], browser: str, *, dark: bool = False) -> list[Path]:
    """One picture of each page at each width; returns the files written."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
        for width, (across, down) in WIDTHS.items():
            scheme = "dark" if dark else "light"
            page = opened.new_context(viewport={"width": across, "height": down}, color_scheme=scheme).new_page()
            for name in pages:
                path, there = PAGES[name]
                page.goto(f"{address}/{path}")
                page.locator(there).first.wait_for(timeout=60_000)
                page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
                # parts of a page come as the browser gets to them; a grey stand-in is there until then
                page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", timeout=60_000)
                page.wait_for_timeout(1_500)
                file = out / (f"{name}-dark-{width}.png" if dark else f"{name}-{width}.png")
                page.screenshot(path=file)
                written.append(file)
        opened.close()
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shots", description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, help="an existing library, which is copied")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go (default: docs/screenshots)")
    parser.add_argument("--dark", action="store_true", help="in the dark theme; the files say so")
    parser.add_argument("pages", nargs="*", choices=[[], *PAGES], help="only these pages")
    chosen = parser.parse_args(arguments)
    browser = chromium()
    if browser is None:
        sys.stderr.write("no Chromium on this machine: install one to take screenshots\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="tracker-shots-") as folder:
        home = Path(folder) / ".local" / "share" / "paper-tracker"
        if chosen.home:
            shutil.copytree(chosen.home, home)
            from tracker.service import Tracker

            with Tracker.open(home) as tracker:
                read(tracker)
        else:
            stock(home)
        with dashboard(home) as address:
            for file in shoot(address, chosen.out, chosen.pages or _present(), browser, dark=chosen.dark):
                sys.stdout.write(f"{file}\n")
    return 0


def _present() -> list[str]:
    """The pages that the router has."""
    router = (ROOT / "app" / "main.py").read_text("utf-8")
    return [n for n, (path, _) in PAGES.items() if not path or f'url_path="{re.split("[?]", path)[0]}"' in router]


if __name__ == "__main__":
    sys.exit(main())
