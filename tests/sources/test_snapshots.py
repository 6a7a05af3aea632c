"""The four lists as they really are, against counts by another method: expressions over raw lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.sources.wire_files import document, spec
from tracker.records import Document, Entry, Parsed
from tracker.sources.registry import kind

pytestmark = pytest.mark.shared

WEEKLY = "dair-ai__AI-Papers-of-the-Week"


def documents(folder: Path) -> list[Document]:
    return [document(path.read_bytes(), str(path.relative_to(folder))) for path in sorted(folder.rglob("*.md"))]


def snapshot(shared: Path, name: str, list_kind: str, day: str) -> tuple[Parsed, str]:
    folder = shared / "lists" / name / day
    if not folder.is_dir():
        pytest.skip(f"no snapshot {name}/{day}")
    found = documents(folder)
    return kind(list_kind).parse(spec(list_kind), found), "\n".join(one.text() for one in found)


# ---------------------------------------------------------------- weekly


@pytest.mark.parametrize(
    ("day", "rows", "weeks"), [("2025-07-20", 1300, 130), ("2026-04-20", 1710, 171), ("2026-05-04", 1730, 173)]
)
def test_weekly_rows_weeks_and_ranks(shared: Path, day: str, rows: int, weeks: int) -> None:
    parsed, text = snapshot(shared, WEEKLY, "weekly", day)
    raw = [line for line in text.splitlines() if re.match(r"\|\s*\d+\s*\)", line)]
    assert len(raw) == rows
    assert len(parsed.entries) == rows
    assert parsed.problems == ()
    by_week = Counter((e.week_start, e.week_end) for e in parsed.entries)
    assert len(by_week) == weeks
    assert set(by_week.values()) == {10}
    assert Counter(e.rank for e in parsed.entries) == Counter(dict.fromkeys(range(1, 11), weeks))


@pytest.mark.parametrize("day", ["2025-07-20", "2026-05-04"])
def test_weekly_links_are_those_of_the_lines(shared: Path, day: str) -> None:
    parsed, text = snapshot(shared, WEEKLY, "weekly", day)
    linked = Counter(re.findall(r"\[Paper\]\((\S+?)\)[ ,|]", text))
    found = Counter(link.url for e in parsed.entries for link in e.links if link.label == "Paper")
    missing = linked - found
    assert sum(missing.values()) <= 0.005 * sum(linked.values())
    without = [e for e in parsed.entries if e.url is None]
    assert all({link.label for link in e.links} <= {"Tweet"} for e in without)
    assert len(without) <= 4


@pytest.mark.parametrize("day", ["2025-07-20", "2026-05-04"])
def test_weekly_titles_are_titles_and_texts_are_texts(shared: Path, day: str) -> None:
    parsed, text = snapshot(shared, WEEKLY, "weekly", day)
    bold = Counter(re.findall(r"^\|\s*\d+\s*\)\s*\*\*([^*|]{1,110})\*\*\s*[-–—]", text, re.M))
    found = Counter(e.title for e in parsed.entries)
    assert sum((Counter({re.sub(r"\s+", " ", t).strip(): n for t, n in bold.items()}) - found).values()) <= 1
    assert max(len(e.title) for e in parsed.entries) <= 140
    assert not [e.title for e in parsed.entries if re.search(r"[*|]|https?:|  |^\W|<br", e.title)]
    assert not [e.text for e in parsed.entries if re.search(r"<br|\*\*|●|\]\(", e.text)]
    assert sum(len(e.text) < 20 for e in parsed.entries) <= 5


def test_weekly_weeks_follow_one_another(shared: Path) -> None:
    parsed, _ = snapshot(shared, WEEKLY, "weekly", "2026-05-04")
    weeks = sorted({(e.week_start, e.week_end) for e in parsed.entries if e.week_start and e.week_end})
    assert weeks[0] == (date(2023, 1, 1), date(2023, 1, 8))
    assert weeks[-1] == (date(2026, 4, 26), date(2026, 5, 3))
    assert all(timedelta(days=5) <= end - start <= timedelta(days=7) for start, end in weeks)
    strides = Counter((b[0] - a[0]).days for a, b in itertools.pairwise(weeks))
    assert strides[7] >= len(weeks) - 12
    assert set(strides) <= {6, 7, 8, 14}  # headings that overlap by a day, and the one week the list left out
    mondays = sum(start.weekday() == 0 and end.weekday() == 6 for start, end in weeks)
    assert mondays >= 0.95 * len(weeks)


def test_weekly_keeps_its_weeks_across_layouts(shared: Path) -> None:
    old, _ = snapshot(shared, WEEKLY, "weekly", "2025-07-20")
    new, _ = snapshot(shared, WEEKLY, "weekly", "2026-05-04")

    def places(parsed: Parsed) -> dict[tuple[date | None, int | None], str | None]:
        return {(e.week_start, e.rank): e.url for e in parsed.entries}

    before, after = places(old), places(new)
    assert set(before) <= set(after)
    same = sum(after[place] == url for place, url in before.items())
    assert same >= 0.99 * len(before)


# ---------------------------------------------------------------- the other three


def lines_found(entries: tuple[Entry, ...], wanted: list[int]) -> tuple[set[int], set[int]]:
    found = {e.line for e in entries if e.line is not None}
    return set(wanted) - found, found - set(wanted)


def test_aimerou_every_dated_line_and_no_other(shared: Path) -> None:
    parsed, text = snapshot(shared, "aimerou__awesome-ai-papers", "aimerou", "2024-08-06")
    wanted = [
        n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\* \S+ (?:\d\d/)?\d{4}: \[.+\]\(http", line)
    ]
    assert len(wanted) == 177
    assert lines_found(parsed.entries, wanted) == (set(), set())
    assert parsed.problems == ()
    assert Counter(e.marker for e in parsed.entries).keys() == {
        "Historical Paper",
        "Important Paper",
        "Trend",
        "Important Article",
    }
    assert all(e.month for e in parsed.entries if e.section[0] != "Historical Papers")


@pytest.mark.parametrize("day", ["2025-08-14", "2026-07-08"])
def test_daturkel_every_bold_item_and_no_other(shared: Path, day: str) -> None:
    parsed, text = snapshot(shared, "daturkel__learning-papers", "daturkel", day)
    wanted = [
        n for n, line in enumerate(text.splitlines(), 1) if re.match(r"- (?:See also: )?\*\*.+\(\d{4}.*\)\*\*", line)
    ]
    assert len(wanted) == 72
    assert lines_found(parsed.entries, wanted) == (set(), set())
    assert all(e.year and e.url and e.section for e in parsed.entries)
    assert sum("See also" in (e.marker or "") for e in parsed.entries) == len(re.findall(r"^- See also:", text, re.M))
    shown = sum(len(e.links) for e in parsed.entries)
    assert shown == len(re.findall(r"\[(?:@[^\]]+|Facebook Research)\]\(http", text))


@pytest.mark.parametrize(("day", "dated", "addresses"), [("2024-11-21", 206, 6), ("2025-08-30", 211, 6)])
def test_anthology_every_dated_bullet_and_bare_address(shared: Path, day: str, dated: int, addresses: int) -> None:
    parsed, text = snapshot(shared, "dmarx__anthology-of-modern-ml", "anthology", day)
    numbered = list(enumerate(text.splitlines(), 1))
    wanted = [n for n, line in numbered if re.match(r"\s*\*\s+\d{4}\s*-", line)]
    bare = [n for n, line in numbered if re.match(r"\s*\* https?://(?!en\.wikipedia)\S+\s*$", line)]
    assert (len(wanted), len(bare)) == (dated, addresses)
    missing, more = lines_found(parsed.entries, wanted + bare)
    assert missing == set()
    assert [e.title for e in parsed.entries if e.line in more] == ["Attention is all you need"]
    titles = re.findall(r"^\s*\* +\d{4} ?- ?(?:\([^()]*\) )?\[\"?([^\]\"]+?) ?\"?\]\(", text, re.M)
    found = {e.title for e in parsed.entries}
    assert len(titles) > 0.9 * dated
    assert sum(title.replace("_", " ") not in found for title in titles) <= 1
    assert sum(not e.authors for e in parsed.entries if e.year) <= 0.04 * dated
