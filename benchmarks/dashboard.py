"""The dashboard as a reader meets it: the real app in headless Chromium, over libraries of two sizes.

    python -m benchmarks --only dashboard            as part of the benchmarks
    python -m benchmarks.dashboard --home DIR        one library, which is copied and not touched; prints JSON

Every time is taken inside the page: from the input event (pointer up, key
down) to the first frame on which what the click asked for is seen, and to the
first frame on which the page's script has ended and nothing on it is stale.
Memory is the server's, before and after sessions that each look at four pages
and stay open.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bare import bare
from benchmarks.clicks import INTERACTIONS, VISITS, Interaction
from benchmarks.plan import Plan
from benchmarks.process import ROOT, ProcessError, environment, run
from benchmarks.shots import FLAGS, chromium

#: Sizes of library that the dashboard's limits are stated for, with the limit on the 95th percentile in milliseconds.
LIMITS = {10_000: 300, 100_000: 600}
SESSIONS = 10
#: How often each interaction is made.
ROUNDS = 40
OPENINGS = 8
_WAIT = 15_000
#: A click that shows nothing for so long has failed, in milliseconds; after so many the others are not tried.
_PATIENCE, _ENOUGH = 6_000, 3
#: Frame by frame: when the last input before the change came, when the change was seen, when all was still.
_WATCH = """
([sign, patience]) => {
  const read = new Function('return String(' + sign + ')');
  const still = () => !document.querySelector('[data-stale="true"]') &&
    document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning';
  const before = read(), told = {input: null, changed: null};
  const note = (event) => { if (told.changed === null) told.input = event.timeStamp; };
  for (const name of ['pointerup', 'keydown']) addEventListener(name, note, true);
  const began = performance.now();
  window.trackerWatch = new Promise((done) => {
    const end = (told) => {
      for (const name of ['pointerup', 'keydown']) removeEventListener(name, note, true);
      done(told);
    };
    const look = () => {
      const at = performance.now();
      if (at - began > patience) return end({failed: told.input === null ? 'no input came' :
        told.changed === null ? 'nothing changed' : 'the page did not come to rest'});
      if (told.input !== null && told.changed === null) {
        const now = read();
        if (now !== before && now !== '') told.changed = at;
      }
      if (told.changed !== null && still())
        return end({changed: told.changed - told.input, still: at - told.input});
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
"""
#: From the beginning of navigation to the first paper that can be read.
_FIRST = """
addEventListener('DOMContentLoaded', () => {
  const look = () => {
    const title = document.querySelector('[class*="st-key-card-"] > :first-child a');
    if (title?.innerText) window.trackerFirst = performance.now();
    else requestAnimationFrame(look);
  };
  look();
});
"""


def sizes(built: tuple[int, ...]) -> tuple[int, ...]:
    """Of the libraries that are built those that limits are stated for; else the largest, to see that it works."""
    return tuple(size for size in built if size in LIMITS) or built[-1:]


def step(plan: Plan, size: int) -> dict[str, Any]:
    """Measure the dashboard over the library of a size, dressed as one in use.

    Raises:
        ProcessError: no Chromium, no library, or the dashboard did not start.
    """
    scratch = plan.scratch(f"dashboard-{size}")
    home = scratch / "home"
    shutil.copytree(plan.home(size), home, symlinks=True)
    dressed = run([sys.executable, "-m", "benchmarks.desk", str(home)], environment(TRACKER_OFFLINE="1")).require()
    found = measure(home, say=plan.say)
    shutil.rmtree(scratch)
    return {"library": json.loads(dressed.out.strip().splitlines()[-1]), **found}


def measure(
    home: Path, *, rounds: int = ROUNDS, only: str = "", say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """All that is measured over one dressed library, which is written to.

    Raises:
        ProcessError: there is no Chromium, or the dashboard did not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ProcessError("playwright is not installed") from error
    browser = chromium()
    if browser is None:
        raise ProcessError("there is no Chromium on this machine")
    with server(home) as (address, pid), sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
        try:
            _warm(opened, address)
            first = {} if only else _beside_bare(opened, address)
            memory = {} if only else _memory(opened, address, pid)
            say(f"    first {first}, memory {memory}")
            clicks = {
                one.name: _times(opened, address, pid, one, rounds, say)
                for one in INTERACTIONS
                if only in ("", one.name)
            }
        except Error as error:
            raise ProcessError(f"the page did not answer: {str(error).splitlines()[0]}") from error
        finally:
            opened.close()
    every = sorted(ms for one in clicks.values() for ms in one.pop("all"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"first": first, "memory": memory, "interactions": clicks, "together": _spread(every), "load": load}


@contextmanager
def server(home: Path) -> Iterator[tuple[str, int]]:
    """``tracker up`` over a library: its address, and the number of the process that serves the pages.

    Raises:
        ProcessError: it did not start.
    """
    command = [sys.executable, "-m", "tracker.cli", "--home", str(home), "up", "--no-browser", "--no-update"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment(home, TRACKER_OFFLINE="1"), stdout=subprocess.PIPE, text=True
    )
    try:
        for said in process.stdout or ():
            if found := re.search(r"http://127\.0\.0\.1:\d+", said):
                yield found[0], _child(process.pid)
                return
        raise ProcessError(f"the dashboard did not start (status {process.wait()})")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def _child(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])
    except (OSError, IndexError) as error:
        raise ProcessError("the process that serves the pages was not found") from error


def _warm(opened: Any, address: str) -> None:
    """Each page once: what a server does at its first visitor is not what a session costs."""
    page = _session(opened)
    for path, there in VISITS:
        _go(page, f"{address}/{path}", there)
    page.context.close()


def _session(opened: Any) -> Any:
    page = opened.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(_WAIT)
    return page


def _go(page: Any, address: str, there: str) -> None:
    page.goto(address)
    page.locator(there).first.wait_for()
    page.wait_for_function("document.querySelector('[data-test-script-state=\"notRunning\"]')")


def _beside_bare(opened: Any, address: str) -> dict[str, Any]:
    """How long our first page takes, and a page of Streamlit with one line, taking turns."""
    with bare() as plain:
        found = _openings(opened, {"ours": address, "bare": plain})
    return {**found["ours"], "bare": found["bare"]}


def _openings(opened: Any, addresses: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """First useful content: with the browser's cache of a server's static files empty, and with them cached."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(OPENINGS):
        for name, address in addresses.items():
            page = _session(opened)
            page.add_init_script(_FIRST)
            for way in ("new_browser", "again"):
                page.goto(address)
                page.wait_for_function("window.trackerFirst")
                times.setdefault((name, way), []).append(float(page.evaluate("window.trackerFirst")))
            page.context.close()
    return {name: {way: _spread(sorted(times[name, way])) for way in ("new_browser", "again")} for name in addresses}


def _memory(opened: Any, address: str, pid: int) -> dict[str, Any]:
    """What the server grew by while sessions came and stayed."""
    before, pages = _resident(pid), []
    for _ in range(SESSIONS):
        page = _session(opened)
        for path, there in VISITS[:4]:
            _go(page, f"{address}/{path}", there)
        pages.append(page)
    time.sleep(1.0)
    after = _resident(pid)
    for page in pages:
        page.context.close()
    return {
        "sessions": SESSIONS,
        "before_mib": before,
        "after_mib": after,
        "per_session_mib": (after - before) / SESSIONS,
    }


def _resident(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def _times(
    opened: Any, address: str, pid: int, one: Interaction, rounds: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """One interaction again and again in one session; with what the server's processors did for it, on average.

    A round that fails is counted and named under ``failures``, and a fresh session goes on.
    """
    page, changed, still, worked = None, [], [], 0.0
    failures: list[str] = []
    for turn in range(rounds):
        if len(failures) >= _ENOUGH:
            break
        try:
            if page is None:
                page = _session(opened)
                _go(page, f"{address}/{one.path}", one.there)
            began, told = _round(page, pid, one, turn)
        except _browser_errors() as error:
            told = {"failed": str(error).splitlines()[0]}
        if "failed" in told:
            failures.append(f"turn {turn}: {told['failed']}")
            if page is not None:
                page.context.close()
            page = None
            continue
        worked += _processor_ms(pid) - began
        changed.append(float(told["changed"]))
        still.append(float(told["still"]))
    if page is not None:
        page.context.close()
    found = {**_spread(sorted(changed)), "still_p95_ms": _spread(sorted(still)).get("p95_ms")}
    found |= {"server_ms": worked / len(changed) if changed else None, "failures": failures}
    say(f"    {one.name}: " + json.dumps({n: round(v) if isinstance(v, float) else v for n, v in found.items()}))
    return {**found, "all": changed}


def _round(page: Any, pid: int, one: Interaction, turn: int) -> tuple[float, Mapping[str, Any]]:
    """One timed turn: the server's processor time before it, and what the page told."""
    if one.before is not None:
        one.before(page, turn)
    page.evaluate(_WATCH, [one.sign, _PATIENCE])
    began = _processor_ms(pid)
    one.act(page, turn)
    return began, page.evaluate("window.trackerWatch")


def _browser_errors() -> tuple[type[Exception], ...]:
    """What the browser's driver raises when a page does not do what was asked."""
    from playwright.sync_api import Error

    return (Error,)


def _processor_ms(pid: int) -> float:
    """Processor time of a process since it began, in steps of ten milliseconds."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _spread(ordered: list[float]) -> dict[str, Any]:
    if not ordered:
        return {}
    return {
        "p50_ms": ordered[len(ordered) // 2],
        "p95_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        "max_ms": ordered[-1],
        "times": len(ordered),
    }


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    """One library, by hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a library, which is copied")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each interaction is made")
    parser.add_argument("--only", default="", help="one interaction by name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-dashboard-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(options.home, home, symlinks=True, ignore=shutil.ignore_patterns("update.lock"))
        run([sys.executable, "-m", "benchmarks.desk", str(home)], environment(TRACKER_OFFLINE="1")).require()
        sys.stdout.write(json.dumps(measure(home, rounds=options.rounds, only=options.only, say=_say), indent=1) + "\n")


if __name__ == "__main__":
    main()
