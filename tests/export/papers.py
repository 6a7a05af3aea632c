"""Made-up papers, by hand and by hypothesis."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tracker.export.rows import ImportNote, ImportRow
from tracker.records import READING_STATUSES, BenchmarkResult, ConceptLink, Identifier, Link, Mention, Note, Paper

AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)

GARDEN = Paper(
    id="arxiv:2301.00001",
    title="Growing Gardens: $\\ell_1$ Water & 100% of the {Light}",
    abstract="We grow gardens — without water.\n\nSecond paragraph, with a_b and \\alpha.",
    abstract_source="arxiv",
    authors=("Ada Lovelace", "Jörg Müller", "The Garden Team, Inc."),
    published=date(2023, 1, 2),
    year=2023,
    venue="Journal of Gardens",
    identifiers=(Identifier("arxiv", "2301.00001"), Identifier("doi", "10.1/gar_den")),
    urls=(Link("Paper", "https://arxiv.org/abs/2301.00001"), Link("", "https://example.org/a;b?c=1,2")),
    code=("https://github.com/o/r",),
    mentions=(
        Mention(
            source="weekly",
            key="2026-05-03/01",
            title="GRDN",
            url="https://arxiv.org/abs/2301.00001",
            section=("A", "B"),
            week_start=date(2026, 4, 26),
            week_end=date(2026, 5, 3),
            rank=1,
            year=2026,
            line=7,
            text="Said of it.",
        ),
    ),
    concepts=(ConceptLink(slug="attention", score=0.5, evidence="We attend."),),
    status="reading",
    rating=4,
    tags=("to read, soon", "gärten"),
    notes=(
        Note(id="n1", body="First line\nsecond {line} = @x{", created=AT, updated=AT),
        Note(id="n2", body="=1+1", created=AT, updated=AT),
    ),
    added=AT,
)

_text = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"), max_size=24
)
#: Texts that some format, program or screen would act on.
HOSTILE = (
    "=cmd|'/C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "a{b",
    "a}b",
    "{}",
    "\\",
    "\\input{x}",
    "C:\\new\\table",
    "50% & #1 $x_i$",
    "$5 and $6",
    "~^_",
    "<b>bold</b>",
    "</script><script>alert(1)</script>",
    "%% note [1] %%",
    "[[Link]] #tag ![[x]]",
    "TY  - JOUR",
    "ER  -",
    "AU  - x",
    "\u202eright to left\u202c",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\U0001f600\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "a; b, c",
    "A and B",
    "null",
    "---",
    "\"quoted\" 'q'",
    "e\u0301 \xe9",
    "\ufb01 \ufb00",
    "@article{x,",
    "a\\;b",
    "it''s ``so''",
    "?` !`",
    "&amp; &lt;",
    '{\\"U}ber',
)
one_lines = _text.map(lambda t: " ".join(t.split())) | st.sampled_from(HOSTILE).map(lambda t: " ".join(t.split()))
filled = one_lines.filter(bool)
paragraphs = st.lists(one_lines, max_size=3).map(lambda lines: "\n".join(lines).strip())
moments = st.integers(0, 10**15).map(lambda micros: AT + timedelta(microseconds=micros))
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
identifiers = st.lists(
    st.sampled_from(
        [
            Identifier("arxiv", "2301.00001"),
            Identifier("doi", "10.1000/x_y%z"),
            Identifier("acl", "P19-1001"),
            Identifier("url", "https://a.org/x_y"),
        ]
    ),
    unique=True,
    max_size=4,
).map(tuple)
names = st.one_of(
    filled,
    st.sampled_from(["Ada Lovelace", "Jörg von der Müller", "Lovelace, Ada", "A and B", "Li", "others", "X, Jr., Y"]),
)
notes = st.lists(
    st.builds(Note, id=st.uuids().map(str), body=paragraphs.filter(bool), created=moments, updated=moments),
    max_size=2,
).map(tuple)
urls = st.sampled_from(["https://a.org/x_y?b=1&c=%20d", "https://b.org/~e;f", "http://c.org/(g),h"])
mentions = st.builds(
    Mention,
    source=st.sampled_from(["weekly", "other"]),
    key=st.just(""),
    title=filled,
    url=st.none() | urls,
    alias=st.none() | filled,
    text=paragraphs,
    links=st.lists(st.builds(Link, one_lines, urls), max_size=2).map(tuple),
    section=st.lists(filled, max_size=2).map(tuple),
    marker=st.none() | filled,
    authors=st.lists(filled, max_size=2).map(tuple),
    year=st.none() | st.integers(1900, 2100),
    month=st.none() | st.integers(1, 12),
    week_start=st.none() | days,
    rank=st.none() | st.integers(1, 9),
    document=one_lines,
    line=st.none() | st.integers(1, 99),
    first_seen=moments,
    gone_at=st.none() | moments,
)


def _in_one_year(paper: Paper) -> Paper:
    """As the library has it: where the day is known, the year is that day's."""
    return dataclasses.replace(paper, year=paper.published.year) if paper.published else paper


papers = st.builds(
    Paper,
    id=filled,
    title=filled,
    abstract=st.none() | paragraphs.filter(bool),
    authors=st.lists(names, max_size=3).map(tuple),
    published=st.none() | days,
    year=st.none() | st.integers(1900, 2100),
    identifiers=identifiers,
    venue=st.none() | filled,
    abstract_source=st.sampled_from([None, "arxiv"]),
    urls=st.lists(st.builds(Link, one_lines, urls), max_size=3).map(tuple),
    code=st.lists(urls, max_size=2, unique=True).map(tuple),
    results=st.lists(
        st.builds(BenchmarkResult, task=one_lines, dataset=one_lines, model=one_lines, metric=filled, value=filled),
        max_size=2,
    ).map(tuple),
    concepts=st.lists(st.builds(ConceptLink, slug=filled, score=st.floats(0, 1), evidence=paragraphs), max_size=2).map(
        tuple
    ),
    mentions=st.lists(mentions, max_size=2).map(tuple),
    priority=st.integers(-3, 9),
    tags=st.lists(filled, max_size=3, unique=True).map(tuple),
    notes=notes,
    status=st.sampled_from(READING_STATUSES),
    rating=st.none() | st.integers(1, 5),
    added=st.none() | moments,
).map(_in_one_year)


def state_of(row: ImportRow | Paper) -> dict[str, object]:
    """What has to survive every format: the paper's names, its state, its tags and notes."""
    return {
        "id": row.id,
        "authors": row.authors,
        "published": row.published,
        "identifiers": {str(i) for i in row.identifiers},
        "status": row.status,
        "rating": row.rating,
        "priority": row.priority or 0,
        "code": row.code,
        "tags": row.tags,
        "notes": tuple(
            n if isinstance(n, ImportNote) else ImportNote(body=n.body, id=n.id, created=n.created, updated=n.updated)
            for n in row.notes
        ),
        "added": row.added,
    }
