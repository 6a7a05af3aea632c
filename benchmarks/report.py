"""docs/BENCHMARKS.md out of results.json: every number on the page comes from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.data import YEARS
from benchmarks.peers.environment import SHOWN, Peers
from benchmarks.plan import peer
from benchmarks.process import ProcessError

Step = Mapping[str, Any]
Steps = Mapping[str, Step]
NONE = "–"


def write(steps: Steps, page: Path, plot: Path, peers: Peers) -> None:
    """Write the page, and the plot if matplotlib is there."""
    sections = (_head, _update, _rates, _cold, _warm, _filters, _vectors, _growth, _data, _machine)
    drawn = _draw(steps, plot, peers)
    text = "\n\n".join(part for section in sections if (part := section(steps)))
    text = text.replace("PLOT", f"![Growth of time and memory](images/{plot.name})" if drawn is None else drawn)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text + "\n", encoding="utf-8")


# ---------------------------------------------------------------- sections


def _head(steps: Steps) -> str:
    about = steps["about"]
    when = datetime.fromisoformat(about["measured"]).date().isoformat()
    gone = "\n".join(f"- {name} is missing: {why}" for name, why in about["peers"]["missing"].items())
    failed = "\n".join(
        f"- The step “{name}” failed in this run: {_flat(s['failed'])}" for name, s in steps.items() if "failed" in s
    )
    told = "\n\n".join(
        part
        for part in (
            "# Benchmarks",
            f"Written by `make bench` on {when}; the command was `{about['command']}`. All numbers come from that run; "
            "the tracker and the peers ran on the same machine with the same model (all-MiniLM-L6-v2, the bundled "
            "files) on the same texts and queries. Ratios above 1 mean that the tracker is faster or smaller.",
            gone,
            failed,
        )
        if part
    )
    return told


def _update(steps: Steps) -> str:
    step = _step(steps, "update")
    if step is None:
        return ""
    first, again, lists = step["nothing"], step["again"], step.get("lists")
    rows = [
        [
            "from nothing, everything",
            f"{first['papers']:,} papers, {first['embedded']:,} embedded",
            _s(first["seconds"]),
            _s(first["own_seconds"]),
            _mib(first["peak_mib"]),
        ]
    ]
    if lists:
        held = f"{lists['entries']:,} entries"
        rows.append(
            ["lists alone, from nothing", held, _s(lists["seconds"]), _s(lists["own_seconds"]), _mib(lists["peak_mib"])]
        )
    rows.append(
        [
            "with nothing new",
            f"{again['new_papers']} new papers",
            _s(again["seconds"]),
            _s(again["own_seconds"]),
            _mib(again["peak_mib"]),
        ]
    )
    wrote = ", ".join(f"`{name}`" for name in again["files_written"]) or "none"
    return _section(
        "Update",
        f"Against: {step['world']}. “Own time” is without network and embedding. The figures of the first and last row "
        "are those of a whole process.",
        _table(["update", "what", "wall", "own time", "peak memory"], rows),
        f"With nothing new the database {'WAS CHANGED' if again['database_changed'] else 'was not written to'}; "
        f"files whose content changed: {wrote}.",
    )


def _rates(steps: Steps) -> str:
    step = _step(steps, "rates")
    if step is None:
        return ""
    encoders, programs = step["encoders"], step["programs"]
    ours = encoders["rate"]["tracker"]
    rows = []
    for name, rate in encoders["rate"].items():
        seconds = encoders["seconds"][name]
        each = encoders["texts"] / len(seconds)
        spread = f"{each / max(seconds):.1f} to {each / min(seconds):.1f}"
        rows.append([name, f"{rate:.1f}", spread, NONE if name == "tracker" else _ratio(ours / rate)])
    whole = programs["tracker import"]["seconds"]
    table = []
    for name in ("tracker import", "llm embed-multi", "txtai index"):
        found = programs.get(name)
        if found is None or "failed" in found:
            table.append([f"`{name}`", _absent(steps, name, found), NONE, NONE, NONE])
            continue
        ratio = NONE if name.startswith("tracker") else _ratio(found["seconds"] / whole)
        rate = f"{programs['texts'] / found['seconds']:.1f}"
        table.append([f"`{name}`", _s(found["seconds"]), rate, _mib(found["peak_mib"]), ratio])
    return _section(
        "Embedding",
        f"Encoders alone, {encoders['texts']} abstracts in {len(encoders['seconds']['tracker'])} rounds, taking turns "
        "in the same minutes:",
        _table(["encoder", "texts/s", "slowest to fastest round", "tracker is faster by"], rows),
        f"Whole processes, from a file of {programs['texts']} texts to something that can be searched (start, loading "
        "the model, embedding and storing; the tracker also keeps token vectors and checks for duplicates):",
        _table(["program", "wall", "texts/s", "peak memory", "tracker is faster by"], table),
        _real(steps),
    )


def _real(steps: Steps) -> str:
    real, model = _step(steps, "real"), _step(steps, "model")
    parts = []
    if real:
        rate = real["embedded"] / real["embed_own_seconds"] if real["embed_own_seconds"] else 0.0
        parts.append(
            f"`tracker import` of {real['embedded']:,} papers without embedding took {_s(real['import_seconds'])}; "
            f"`tracker embed` of them {_s(real['embed_seconds'])} ({rate:.1f} texts/s, token vectors and storing "
            f"included) with {_mib(real['embed_peak_mib'])} at its peak (measured when that library was built)."
        )
    if model:
        parts.append(
            f"Once a model, before anything is embedded, it is exported for onnxruntime: "
            f"{_s(model['export_seconds'])}, {_mib(model['peak_mib'])} at its peak."
        )
    return " ".join(parts)


def _cold(steps: Steps) -> str:
    step, helps = _step(steps, "cold"), _step(steps, "help")
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        ours = found["tracker search"]
        rows.append([_n(size), "`tracker search`", *_spread(ours), NONE])
        theirs = found.get("llm similar")
        if theirs and "failed" not in theirs:
            rows.append([_n(size), "`llm similar`", *_spread(theirs), _ratio(theirs["median"] / ours["median"])])
        elif theirs:
            rows.append([_n(size), "`llm similar`", _flat(theirs["failed"])[:80], NONE, NONE, NONE])
    notices = sorted({n for found in step["sizes"].values() for n in found["tracker search"]["notices"]})
    parts = [
        "Whole processes, from pressing Enter to the prompt, taking turns; files are in the system's cache, as they "
        "are for someone who searched a minute ago.",
        _table(["papers", "command", "min / median / max", "runs", "peak memory", "tracker is faster by"], rows),
        f"The searches said: {'; '.join(map(_flat, notices))}" if notices else "",
        _absent(steps, "llm", None) if "llm" in steps["about"]["peers"]["missing"] else "",
    ]
    if helps:
        slowest = helps["slowest"]
        parts.append(
            f"`tracker --help` takes {_ms(helps['tracker --help']['median'] * 1e3)}, the slowest command's help "
            f"(`tracker {slowest['command']} --help`) {_ms(slowest['median'] * 1e3)}; an empty Python takes "
            f"{_ms(helps['empty Python']['median'] * 1e3)} (medians)."
        )
    return _section("Cold search", *parts)


def _warm(steps: Steps) -> str:
    step, txtai = _step(steps, "warm"), _step(steps, "txtai") or {"sizes": {}}
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        theirs = txtai["sizes"].get(size)
        good = theirs is not None and "failed" not in theirs
        rows.append(
            [
                _n(size),
                f"{_ms(found['p50_ms'])} / {_ms(found['p95_ms'])}",
                _mib(found["memory"].get("rss")),
                _mib(found["memory"].get("own")),
                f"{_ms(theirs['p50_ms'])} / {_ms(theirs['p95_ms'])}" if good and theirs else NONE,
                _mib(theirs["rss_mib"]) if good and theirs else NONE,
                _ratio(theirs["p50_ms"] / found["p50_ms"]) if good and theirs else NONE,
            ]
        )
    head = ["papers", "tracker p50 / p95", "memory", "of it its own", "txtai hybrid p50 / p95", "memory", "faster by"]
    count = next(iter(step["sizes"].values()))["queries"]
    why = [f"txtai with {_n(s)} papers: {_flat(f['failed'])}" for s, f in txtai["sizes"].items() if "failed" in f]
    return _section(
        "Warm search, everything included",
        f"One process, {count} queries one after the other, default threads: encoding the query, both searches, "
        "fusion, (for the tracker) re-ranking by token vectors, the rows and why each matched. “Memory” is resident, model "
        "included; what is not the process's own is index files mapped into it, which the system can drop at will. "
        "txtai searches the same texts; its document vectors were handed in, its queries it encodes itself.",
        _table(head, rows),
        *why,
    )


def _filters(steps: Steps) -> str:
    step = _step(steps, "warm")
    if step is None:
        return ""
    shares = [share for _, share in YEARS]
    rows = [
        [_n(size), *(f"{_ms(f['p50_ms'])} / {_ms(f['p95_ms'])}" for s in shares if (f := found["filtered"][str(s)]))]
        for size, found in step["sizes"].items()
    ]
    return _section(
        "Filters of any selectivity",
        "The same with a `year:` that admits a share of the papers (p50 / p95; the years are made up):",
        _table(["papers", *(f"{share:.1%} admitted" for share in shares)], rows),
    )


def _vectors(steps: Steps) -> str:
    step = _step(steps, "vectors")
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        ours, theirs = found["tracker"], found.get("chromadb")
        row = [_n(size), f"{_ms(ours['p50_ms'])} / {_ms(ours['p95_ms'])}", f"{ours['recall']:.3f}"]
        if theirs and "failed" not in theirs:
            row += [f"{_ms(theirs['p50_ms'])} / {_ms(theirs['p95_ms'])}", f"{theirs['recall']:.3f}"]
            row += [_ratio(theirs["p50_ms"] / ours["p50_ms"])]
        else:
            row += [_flat(theirs["failed"])[:80] if theirs else NONE, NONE, NONE]
        rows.append(row)
    return _section(
        "Vectors alone",
        "The ten nearest vectors with the query's vector in hand; recall@10 is against comparing every vector in full.",
        _table(["papers", "tracker p50 / p95", "recall", "chromadb p50 / p95", "recall", "faster by"], rows),
    )


def _growth(steps: Steps) -> str:
    step = _step(steps, "libraries")
    if step is None:
        return ""
    rows = [
        [
            _n(size),
            f"{found['real']:,} / {found['synthetic']:,}",
            _s(found["index_seconds"]),
            _mib(found["index_peak_mib"]),
            _mib(found["database_mib"]),
            _mib(found["index_mib"]),
        ]
        for size, found in step["sizes"].items()
    ]
    head = ["papers", "real / synthetic", "building the indexes", "peak memory", "database", "index files"]
    return _section("Growth", "PLOT", _table(head, rows))


def _data(steps: Steps) -> str:
    about = steps["about"]
    return _section(
        "What is real and what is synthetic",
        f"Real: {about['origin']}. They were imported and embedded by the tracker as anyone would.",
        "Synthetic: papers beyond those, put together from sentences of real abstracts and halves of real titles with "
        f"a fixed seed ({about['plan']['seed']}). Their vectors are not embeddings of these texts but sums of the "
        "donors' real vectors, disturbed at random and brought to length 1; their token vectors are those of the "
        "sentences. All years are made up. The rows were written in bulk; the indexes are built by `tracker embed`.",
    )


def _machine(steps: Steps) -> str:
    about = steps["about"]
    found = about["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    peers = ", ".join(f"{SHOWN[name]} {version}" for name, version in about["peers"]["versions"].items())
    load = "" if found["load"] is None else f" The machine's load was {found['load']:.1f} when the run began."
    days = sorted({step["measured"][:10] for step in steps.values()})
    return _section(
        "Machine and versions",
        f"{found['cores']} cores of {found['processor']}, {found['memory_gib']} GiB memory, {found['system']}.{load}",
        f"Python {found['python']}, SQLite {found['sqlite']}, tracker {found['tracker']}, {versions}.",
        f"Peers, in an environment of their own (`benchmarks/peers/constraints.txt`): {peers or 'none'}.",
        f"Steps were measured on {', '.join(days)}.",
    )


# ---------------------------------------------------------------- the plot


def _draw(steps: Steps, plot: Path, peers: Peers) -> str | None:
    """None when it was drawn, else why not."""
    if (warm := _step(steps, "warm")) is None:
        return "(No plot: warm search was not measured.)"
    cold, txtai = (_step(steps, name) or {"sizes": {}} for name in ("cold", "txtai"))
    time, memory = [_curve("warm search, median", warm, lambda f: f["p50_ms"])], []
    time.append(_curve("warm search, 95th percentile", warm, lambda f: f["p95_ms"]))
    time.append(_curve("cold search, whole process", cold, lambda f: f["tracker search"]["median"] * 1e3))
    time.append(_curve("txtai hybrid, median", txtai, lambda f: f["p50_ms"], peer=True))
    memory.append(_curve("serving, resident", warm, lambda f: f["memory"]["rss"]))
    memory.append(_curve("serving, its own", warm, lambda f: f["memory"]["own"]))
    memory.append(_curve("cold search, peak", cold, lambda f: f["tracker search"]["peak_mib"]))
    memory.append(_curve("txtai hybrid, resident", txtai, lambda f: f["rss_mib"], peer=True))
    libraries = (_step(steps, "libraries") or {"sizes": {}})["sizes"]
    real = max((found["real"] for found in libraries.values() if found["synthetic"]), default=None)
    panels = [
        {"title": "Time of a search (grey: synthetic)", "unit": "ms", "curves": [c for c in time if c["x"]]},
        {"title": "Memory", "unit": "MiB", "curves": [c for c in memory if c["x"]]},
    ]
    plot.parent.mkdir(parents=True, exist_ok=True)
    folder = peers.folder.with_name("plot")
    folder.mkdir(parents=True, exist_ok=True)
    told = {"file": str(plot.absolute()), "panels": [{**panel, "synthetic_from": real} for panel in panels]}
    try:
        peer(peers.script("plot"), told, folder)
    except (ProcessError, OSError) as error:
        return f"(No plot: matplotlib could not draw it: {_flat(str(error))[-120:]})"
    return None


def _curve(name: str, step: Step, value: Callable[[Any], float], *, peer: bool = False) -> dict[str, Any]:
    points = [(int(size), value(found)) for size, found in step["sizes"].items() if "failed" not in found]
    return {"name": name, "peer": peer, "x": [x for x, _ in points], "y": [y for _, y in points]}


# ---------------------------------------------------------------- words and numbers


def _step(steps: Steps, name: str) -> Step | None:
    """A step's results; None when it was not measured or failed."""
    step = steps.get(name)
    return None if step is None or "failed" in step else step


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *filter(None, parts)])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _absent(steps: Steps, name: str, found: Step | None) -> str:
    """Why a peer has no figures."""
    if found is not None and "failed" in found:
        return f"failed: {_flat(found['failed'])[:80]}"
    why = steps["about"]["peers"]["missing"].get(name.split()[0])
    return f"not installed: {why}" if why else NONE


def _flat(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _spread(found: Step) -> list[str]:
    times = " / ".join(f"{found[name]:.2f}" for name in ("min", "median", "max")) + " s"
    return [times, str(found["runs"]), _mib(found["peak_mib"])]


def _n(size: str | int) -> str:
    return f"{int(size):,}"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:,.0f} s"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"


def _mib(mib: float | None) -> str:
    return NONE if mib is None else f"{mib:,.0f} MiB"


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f} ×" if ratio < 10 else f"{ratio:.0f} ×"
