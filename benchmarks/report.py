"""docs/BENCHMARKS.md out of results.json: every number on the page comes from there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from benchmarks.dashboard_page import dashboard
from benchmarks.data import YEARS
from benchmarks.peers.environment import Peers
from benchmarks.picture import draw
from benchmarks.searching import PEER_WARM_UP, WARM_UP
from benchmarks.wording import (
    NONE,
    Step,
    Steps,
    counted,
    flat,
    in_mib,
    in_ms,
    in_s,
    section,
    sized,
    step_of,
    table,
    times,
)


def write(steps: Steps, page: Path, plot: Path, peers: Peers) -> None:
    """Write the page, and the plot if matplotlib is there."""
    sections = (_head, _update, _rates, _cold, _warm, _filters, _vectors, dashboard, _growth, _kills, _data, _machine)
    drawn = draw(steps, plot, peers)
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
        f"- The step “{name}” failed in this run: {flat(s['failed'])}" for name, s in steps.items() if "failed" in s
    )
    lost = "\n".join(
        f"- The step “{name}” failed with {counted(size)} papers: {flat(why)}"
        for name, step in steps.items()
        for size, why in step.get("lost", {}).items()
    )
    told = "\n\n".join(
        part
        for part in (
            "# Benchmarks",
            f"Written by `make bench` on {when}; the command was `{flat(about['command'])}`. All numbers come from "
            f"that run{_earlier(steps)}; the tracker and the peers ran on the same machine with the same model "
            "(all-MiniLM-L6-v2, the bundled files) on the same texts and queries. Ratios above 1 mean that the tracker "
            "is faster or smaller.",
            gone,
            failed,
            lost,
        )
        if part
    )
    return told


def _earlier(steps: Steps) -> str:
    """Which steps were measured by runs before the last one, and when."""
    began = steps["about"]["measured"]
    built = ("about", "model", "real", "libraries")
    older = [
        f"{name} ({step['measured'][:16].replace('T', ' ')})"
        for name, step in steps.items()
        if name not in built and step.get("measured", began) < began
    ]
    return f" but for what earlier runs measured: {', '.join(older)} UTC" if older else ""


def _update(steps: Steps) -> str:
    step = step_of(steps, "update")
    if step is None:
        return ""
    first, again, lists = step["nothing"], step["again"], step.get("lists")
    rows = [
        [
            "from nothing, everything",
            f"{first['papers']:,} papers, {first['embedded']:,} embedded",
            in_s(first["seconds"]),
            in_s(first["own_seconds"]),
            in_mib(first["peak_mib"]),
        ]
    ]
    if lists:
        held = f"{lists['entries']:,} entries"
        rows.append(
            [
                "lists alone, from nothing",
                held,
                in_s(lists["seconds"]),
                in_s(lists["own_seconds"]),
                in_mib(lists["peak_mib"]),
            ]
        )
    rows.append(
        [
            "with nothing new",
            f"{again['new_papers']} new papers",
            in_s(again["seconds"]),
            in_s(again["own_seconds"]),
            in_mib(again["peak_mib"]),
        ]
    )
    wrote = ", ".join(f"`{name}`" for name in again["files_written"]) or "none"
    return section(
        "Update",
        f"Against: {step['world']}. “Own time” is without network and embedding. The figures of the first and last row "
        "are those of a whole process.",
        table(["update", "what", "wall", "own time", "peak memory"], rows),
        f"With nothing new the database {_changed(again, lists)}; files whose content changed: {wrote}.",
    )


def _changed(again: Step, lists: Step | None) -> str:
    if not again["database_changed"]:
        return "was not written to"
    return "WAS CHANGED" if lists else "was written to, since without a network every failed attempt is noted"


def _rates(steps: Steps) -> str:
    step = step_of(steps, "rates")
    if step is None:
        return ""
    encoders, programs = step["encoders"], step["programs"]
    ours = encoders["rate"]["tracker"]
    rows = []
    for name, rate in encoders["rate"].items():
        seconds = encoders["seconds"][name]
        each = encoders["texts"] / len(seconds)
        spread = f"{each / max(seconds):.1f} to {each / min(seconds):.1f}"
        rows.append([name, f"{rate:.1f}", spread, NONE if name == "tracker" else times(ours / rate)])
    base = programs["tracker import"]["seconds"]
    whole_rows = []
    for name in ("tracker import", "llm embed-multi", "txtai index"):
        found = programs.get(name)
        if found is None or "failed" in found:
            whole_rows.append([f"`{name}`", _absent(steps, name, found), NONE, NONE, NONE])
            continue
        faster = NONE if name.startswith("tracker") else times(found["seconds"] / base)
        rate = f"{programs['texts'] / found['seconds']:.1f}"
        whole_rows.append([f"`{name}`", in_s(found["seconds"]), rate, in_mib(found["peak_mib"]), faster])
    return section(
        "Embedding",
        f"Encoders alone, {encoders['texts']} abstracts in {len(encoders['seconds']['tracker'])} rounds, taking turns "
        "in the same minutes:",
        table(["encoder", "texts/s", "slowest to fastest round", "tracker is faster by"], rows),
        f"Whole processes, from a file of {programs['texts']} texts to something that can be searched (start, loading "
        "the model, embedding and storing; the tracker also keeps token vectors and checks for duplicates):",
        table(["program", "wall", "texts/s", "peak memory", "tracker is faster by"], whole_rows),
        _real(steps),
    )


def _real(steps: Steps) -> str:
    real, model = step_of(steps, "real"), step_of(steps, "model")
    parts = []
    if real:
        parts.append(_brought(real))
    if model:
        parts.append(
            f"Once a model, before anything is embedded, it is exported for onnxruntime: "
            f"{in_s(model['export_seconds'])}, {in_mib(model['peak_mib'])} at its peak."
        )
    return " ".join(parts)


def _brought(real: Step) -> str:
    """What importing and embedding the real papers took; where vectors were taken over, only what was not."""
    papers, load = real.get("papers", real["embedded"]), real.get("load")
    calm = "" if load is None or load < 2 else f", while the machine's load was {load:.1f}"
    told = f"`tracker import` of {papers:,} papers without embedding took {in_s(real['import_seconds'])}"
    if real.get("taken"):
        return (
            f"{told} (measured when that library was built{calm}). The vectors of {real['taken']:,} of them were taken "
            "over, by the hashes of their texts, from another library that `tracker embed` had made on this machine."
        )
    rate = real["embedded"] / real["embed_own_seconds"] if real["embed_own_seconds"] else 0.0
    return (
        f"{told}; `tracker embed` of them {in_s(real['embed_seconds'])} ({rate:.1f} texts/s, token vectors and storing "
        f"included) with {in_mib(real['embed_peak_mib'])} at its peak (measured when that library was built{calm})."
    )


def _cold(steps: Steps) -> str:
    step, helps = step_of(steps, "cold"), step_of(steps, "help")
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        ours = found["tracker search"]
        rows.append([sized(steps, size), "`tracker search`", *_spread(ours), NONE])
        theirs = found.get("llm similar")
        if theirs and "failed" not in theirs:
            rows.append(
                [sized(steps, size), "`llm similar`", *_spread(theirs), times(theirs["median"] / ours["median"])]
            )
        elif theirs:
            rows.append([sized(steps, size), "`llm similar`", flat(theirs["failed"])[:80], NONE, NONE, NONE])
    notices = sorted({n for found in step["sizes"].values() for n in found["tracker search"]["notices"]})
    parts = [
        "Whole processes, from pressing Enter to the prompt, taking turns; files are in the system's cache, as they "
        "are for someone who searched a minute ago.",
        table(["papers", "command", "min / median / max", "runs", "peak memory", "tracker is faster by"], rows),
        f"The searches said: {'; '.join(map(flat, notices))}" if notices else "",
        _absent(steps, "llm", None) if "llm" in steps["about"]["peers"]["missing"] else "",
    ]
    if helps:
        slowest = helps["slowest"]
        parts.append(
            f"`tracker --help` takes {in_ms(helps['tracker --help']['median'] * 1e3)}, the slowest command's help "
            f"(`tracker {slowest['command']} --help`) {in_ms(slowest['median'] * 1e3)}; an empty Python takes "
            f"{in_ms(helps['empty Python']['median'] * 1e3)} (medians)."
        )
    return section("Cold search", *parts)


def _warm(steps: Steps) -> str:
    step, txtai = step_of(steps, "warm"), step_of(steps, "txtai") or {"sizes": {}}
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        theirs = txtai["sizes"].get(size)
        good = theirs is not None and "failed" not in theirs
        rows.append(
            [
                sized(steps, size),
                f"{in_ms(found['p50_ms'])} / {in_ms(found['p95_ms'])}",
                in_mib(found["memory"].get("rss")),
                in_mib(found["memory"].get("own")),
                f"{in_ms(theirs['p50_ms'])} / {in_ms(theirs['p95_ms'])}" if good and theirs else NONE,
                in_mib(theirs["rss_mib"]) if good and theirs else NONE,
                times(theirs["p50_ms"] / found["p50_ms"]) if good and theirs else NONE,
            ]
        )
    head = ["papers", "tracker p50 / p95", "memory", "of it its own", "txtai hybrid p50 / p95", "memory", "faster by"]
    count = next(iter(step["sizes"].values()))["queries"]
    why = [f"txtai with {counted(s)} papers: {flat(f['failed'])}" for s, f in txtai["sizes"].items() if "failed" in f]
    return section(
        "Warm search, everything included",
        f"One process, warmed up with {WARM_UP} other queries (txtai: {PEER_WARM_UP}), then {count} queries one after "
        "the other: encoding the query, both searches, fusion, (for the tracker) re-ranking by token "
        "vectors, the rows and why each matched. “Memory” is resident, model included; what is not the process's own "
        "is index files mapped into it, which the system can drop at will. txtai searches the same texts, with the "
        f"first {steps['about']['plan'].get('peer_queries', count)} of the queries; its document vectors were handed "
        "in, its queries it encodes itself. It ran with its default threads and with a single one; the quicker counts.",
        table(head, rows),
        *why,
        *_by_threads(txtai),
        *sorted({f"The searches said: {flat(n)}" for found in step["sizes"].values() for n in found["notices"]}),
    )


def _by_threads(step: Step) -> list[str]:
    """What a peer took with its default threads and with one."""
    sizes = {size: found["ways"] for size, found in step["sizes"].items() if "ways" in found}
    if not sizes:
        return []
    told = "; ".join(
        f"{counted(size)} papers {in_ms(ways['default']['p50_ms'])} and {in_ms(ways['1']['p50_ms'])}"
        for size, ways in sizes.items()
    )
    return [f"txtai's median with default threads and with one: {told}."]


def _filters(steps: Steps) -> str:
    step = step_of(steps, "warm")
    if step is None:
        return ""
    shares = [share for _, share in YEARS]
    rows = [
        [
            sized(steps, size),
            *(
                f"{in_ms(f['p50_ms'])} / {in_ms(f['p95_ms'])} ({in_ms(f['begin_ms'])})"
                for s in shares
                if (f := found["filtered"][str(s)])
            ),
        ]
        for size, found in step["sizes"].items()
    ]
    return section(
        "Filters of any selectivity",
        "The same with a `year:` that admits a share of the papers: p50 / p95 of 100 queries, in brackets the first of "
        "them. The first has the list of papers made, which is remembered until anything is written to the library. "
        "The years are made up.",
        table(["papers", *(f"{share:.1%} admitted" for share in shares)], rows),
    )


def _vectors(steps: Steps) -> str:
    step = step_of(steps, "vectors")
    if step is None:
        return ""
    rows = []
    for size, found in step["sizes"].items():
        ours, theirs = found["tracker"], found.get("chromadb")
        row = [sized(steps, size), f"{in_ms(ours['p50_ms'])} / {in_ms(ours['p95_ms'])}", f"{ours['recall']:.3f}"]
        if theirs and "failed" not in theirs:
            row += [f"{in_ms(theirs['p50_ms'])} / {in_ms(theirs['p95_ms'])}", f"{theirs['recall']:.3f}"]
            row += [times(theirs["p50_ms"] / ours["p50_ms"])]
        else:
            row += [flat(theirs["failed"])[:80] if theirs else NONE, NONE, NONE]
        rows.append(row)
    return section(
        "Vectors alone",
        "The ten nearest vectors with the query's vector in hand; recall@10 is against comparing every vector in full.",
        table(["papers", "tracker p50 / p95", "recall", "chromadb p50 / p95", "recall", "faster by"], rows),
    )


def _growth(steps: Steps) -> str:
    step = step_of(steps, "libraries")
    if step is None:
        return ""
    rows = [
        [
            sized(steps, size),
            f"{found['real']:,} / {found['synthetic']:,}",
            in_s(found["index_seconds"]) + _at_load(found),
            in_mib(found["index_peak_mib"]),
            in_mib(found["database_mib"]),
            in_mib(found["index_mib"]),
        ]
        for size, found in step["sizes"].items()
    ]
    head = ["papers", "real / synthetic", "building the indexes", "peak memory", "database", "index files"]
    return section("Growth", "PLOT", table(head, rows))


def _at_load(found: Step) -> str:
    """What is to be said of a measurement on a machine that had other things to do."""
    load = found.get("load")
    return "" if load is None or load < 3 else f" (machine's load {load:.1f})"


def _kills(steps: Steps) -> str:
    step = step_of(steps, "kills")
    if step is None:
        return ""
    wrong = f" {len(step['faults'])} WENT WRONG: {'; '.join(map(flat, step['faults']))}" if step["faults"] else ""
    return section(
        "Kills",
        f"`{flat(step['command'])}`: updates against {step['world']}, each from nothing {step['papers']:,} papers in "
        f"{in_s(step['whole_seconds'])} when left alone, were started as process groups and ended with `kill -9` at "
        "moments drawn evenly from that span; after every kill `tracker check` looked at the library, the next update "
        "went on from there, and one that got through was compared with the export of an undisturbed library.",
        f"**{step['summary']}**; seed {step['seed']}.{wrong}",
    )


def _data(steps: Steps) -> str:
    about = steps["about"]
    return section(
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
    peers = ", ".join(f"{name} {version}" for name, version in about["peers"]["versions"].items())
    load = "" if found["load"] is None else f" The machine's load was {found['load']:.1f} when the run began."
    days = sorted({step["measured"][:10] for step in steps.values()})
    return section(
        "Machine and versions",
        f"{found['cores']} cores of {found['processor']}, {found['memory_gib']} GiB memory, {found['system']}.{load}",
        f"Python {found['python']}, SQLite {found['sqlite']}, tracker {found['tracker']}, {versions}.",
        f"Peers, in an environment of their own (`benchmarks/peers/constraints.txt`): {peers or 'none'}.",
        f"Steps were measured on {', '.join(days)}.",
    )


def _absent(steps: Steps, name: str, found: Step | None) -> str:
    """Why a peer has no figures."""
    if found is not None and "failed" in found:
        return f"failed: {flat(found['failed'])[:80]}"
    why = steps["about"]["peers"]["missing"].get(name.split()[0])
    return f"not installed: {why}" if why else NONE


def _spread(found: Step) -> list[str]:
    times = " / ".join(f"{found[name]:.2f}" for name in ("min", "median", "max")) + " s"
    return [times, str(found["runs"]), in_mib(found["peak_mib"])]
