"""What docs/BENCHMARKS.md says of the dashboard."""

from __future__ import annotations

from benchmarks.dashboard import LIMITS
from benchmarks.wording import Step, Steps, counted, in_mib, in_ms, section, step_of, table

_FIRST_MS, _SESSION_MIB = 1000, 30


def dashboard(steps: Steps) -> str:
    """The section; empty where the dashboard was not measured."""
    step = step_of(steps, "dashboard")
    if step is None or not step["sizes"]:
        return ""
    sizes: dict[str, Step] = step["sizes"]
    parts = [
        "The real app behind `tracker up`, in headless Chromium over loopback, on libraries with lists, thousands of "
        "unseen papers and 2,000 in the queue. A time runs inside the page from the input event to the first frame "
        "that shows what was asked (“whole page”: until the script has ended and nothing on it is stale). Chromium "
        "draws without a graphics card on the same processors as the server.",
        _first(sizes),
    ]
    parts += [_clicks(size, found) for size, found in sizes.items()]
    return section("Dashboard", *parts)


def _first(sizes: dict[str, Step]) -> str:
    rows = [
        [
            f"{counted(size)} papers",
            _pair(found["first"]["new_browser"]),
            _pair(found["first"]["again"]),
            *_bare(found),
            in_mib(found["memory"]["per_session_mib"]),
            _load(found),
        ]
        for size, found in sizes.items()
    ]
    head = ["library", "first paper seen, new browser", "the same, files cached"]
    head += ["one line of Streamlit, new browser", "the same, files cached", "memory a session", "load"]
    limits = f"Asked for: {_FIRST_MS} ms to the first useful content, {_SESSION_MIB} MiB a session that stays open."
    beside = "In turns with it, a page of Streamlit that shows one line: what its client alone costs the browser."
    return f"{limits} Medians, with the 95th percentile in brackets. {beside}\n\n" + table(head, rows)


def _bare(found: Step) -> list[str]:
    """Figures of a bare page; results of before it was measured have none."""
    bare = found["first"].get("bare")
    return ["–", "–"] if bare is None else [_pair(bare["new_browser"]), _pair(bare["again"])]


def _clicks(size: str, found: Step) -> str:
    rows = [
        [
            name,
            str(one["times"]),
            *(in_ms(one[part]) for part in ("p50_ms", "p95_ms", "still_p95_ms", "server_ms")),
        ]
        for name, one in found["interactions"].items()
        if one.get("times")
    ]
    both = found["together"]
    rows.append(["all together", str(both["times"]), in_ms(both["p50_ms"]), in_ms(both["p95_ms"]), "", ""])
    limit = LIMITS.get(int(size))
    asked = f" (asked for: {limit} ms at the 95th percentile)" if limit else ""
    title = f"With {counted(size)} papers{asked}:"
    failed = [f"{name} ({len(one['failures'])}: {one['failures'][0]})" for name, one in found["interactions"].items()
              if one.get("failures")]  # fmt: skip
    after = f"\n\nFailed and not among the times: {'; '.join(failed)}." if failed else ""
    return (
        title
        + "\n\n"
        + table(["click", "times", "p50", "p95", "whole page, p95", "server's processor time"], rows)
        + after
    )


def _pair(spread: Step) -> str:
    return f"{in_ms(spread['p50_ms'])} ({in_ms(spread['p95_ms'])})"


def _load(found: Step) -> str:
    return "" if found.get("load") is None else f"{found['load']:.1f}"
