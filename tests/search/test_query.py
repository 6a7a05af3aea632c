"""The query language: what it means, and that nothing a person can type breaks it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import QueryError
from tracker.search.lexical import any_word_expression, match_expression
from tracker.search.query import MAX_CHARS, Condition, Filter, Text, parse
from tracker.search.words import TOKENIZER


def only(text: str) -> Condition:
    [condition] = parse(text).conditions
    return condition


def test_plain_words_rank_and_exclude_nothing() -> None:
    query = parse("fast weight memory")
    assert query.ranked == ("fast", "weight", "memory")
    assert query.conditions == ()
    assert query.meaning == "fast weight memory"


def test_a_phrase_ranks_and_must_hold() -> None:
    query = parse('"masked language" model')
    assert query.conditions == (Condition((Text("masked language"),)),)
    assert query.meaning == "masked language model"


def test_curly_quotation_marks_are_quotation_marks() -> None:
    assert parse("“masked language”").conditions == (Condition((Text("masked language"),)),)


def test_quotation_marks_in_prose_only_rank() -> None:
    prose = 'we propose a way to find "natural" adversaries of classifiers for text and images'
    assert parse(prose).conditions == ()
    assert "natural" in parse(prose).ranked


def test_minus_excludes_and_does_not_rank() -> None:
    query = parse('gan -video -"image to image"')
    assert query.ranked == ("gan",)
    assert query.conditions == (
        Condition((Text("video"),), negated=True),
        Condition((Text("image to image"),), negated=True),
    )


def test_or_makes_one_condition() -> None:
    query = parse("gan OR vae training")
    assert query.conditions == (Condition((Text("gan"), Text("vae"))),)
    assert query.ranked == ("gan", "vae", "training")
    assert only("list:one OR list:two OR tag:x").any_of == (
        Filter("list", "one"),
        Filter("list", "two"),
        Filter("tag", "x"),
    )


@pytest.mark.parametrize("text", ["OR", "OR gan", "gan OR", "-gan OR vae", "gan OR OR vae"])
def test_a_stray_or_is_a_word(text: str) -> None:
    assert "OR" in parse(text).ranked


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("year:2017", 2017, 2017),
        ("year:2023..2025", 2023, 2025),
        ("year:2023...2025", 2023, 2025),
        ("year:..2020", None, 2020),
        ("year:2020..", 2020, None),
        ("year:>2022", 2023, None),
        ("year:>=2022", 2022, None),
        ("year:<2019", None, 2018),
        ("year:<=2019", None, 2019),
        ("YEAR:2017", 2017, 2017),
    ],
)
def test_years(text: str, low: int | None, high: int | None) -> None:
    assert only(text) == Condition((Filter("year", low=low, high=high),))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("year:soon", "year:2020..2023"),
        ("year:..", "year:2020..2023"),
        ("year:2025..2023", "year:2023..2025"),
        ("status:finished", "status:read"),
        ("has:wings", "has:code"),
        ("is:old", "is:new"),
        ('tag:""', "tag:attention"),
        ("x" * (MAX_CHARS + 1), "at most"),
    ],
)
def test_a_value_that_makes_no_sense_says_what_would(text: str, says: str) -> None:
    with pytest.raises(QueryError, match=says.replace(".", r"\.")):
        parse(text)


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("list:learning-papers", Filter("list", "learning-papers")),
        ("status:reading", Filter("status", "reading")),
        ('tag:"to cite"', Filter("tag", "to cite")),
        ("concept:self-attention", Filter("concept", "self-attention")),
        ("has:code", Filter("has", "code")),
        ("has:note", Filter("has", "notes")),
        ("is:new", Filter("is", "new")),
    ],
)
def test_filters_do_not_rank(text: str, atom: Filter) -> None:
    query = parse(text)
    assert query.conditions == (Condition((atom,)),)
    assert query.ranked == ()


def test_text_fields_rank_too() -> None:
    query = parse('title:attention author:"Le Cun"')
    assert query.conditions == (Condition((Text("attention", "title"),)), Condition((Text("Le Cun", "authors"),)))
    assert query.ranked == ("attention", "Le Cun")


@pytest.mark.parametrize(
    "text", ["re:zero", "http://example.org/a?b=c", "c:\\temp", "ratio 3:1", "foo:", "title:", "title: x"]
)
def test_an_unknown_prefix_is_words(text: str) -> None:
    query = parse(text)
    assert query.conditions == ()
    assert query.ranked


@pytest.mark.parametrize("text", ["", "   ", "!!!", '"', '""', "-", "--", "?", "😀", "\x00", '-"', "“”"])
def test_nothing_to_find_is_an_empty_query(text: str) -> None:
    assert parse(text).ranked == ()
    assert parse(text).conditions == ()


@pytest.mark.parametrize(
    "text", ["c++", "foo-bar", '"x', "title:", "NEAR(a b)", "a AND NOT b*", "^a", "{title}: x", "'; DROP"]
)
def test_operators_of_the_full_text_index_are_text(text: str) -> None:
    assert parse(text).ranked
    _run(any_word_expression(parse(text).ranked))


@pytest.mark.parametrize("text", ["author:%", 'author:""', "-author:!", "sheep author:*"])
def test_an_author_without_a_letter_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="is no name") as caught:
        parse(text)
    assert caught.value.cure


_PIECES = st.sampled_from(
    [
        "OR",
        "-",
        '"',
        "title:",
        "year:2020..2021",
        "list:x",
        "gan",
        "c++",
        "a-b",
        "\x00",
        "😀",
        "AND",
        "*",
        "(",
        ")",
        "is:new",
        "“",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(_PIECES).map(" ".join), st.lists(_PIECES).map("".join)))
def test_any_text_is_understood_or_refused_with_a_cure(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert error.cure  # noqa: PT017 - either outcome is right, for any text
        return
    assert query.text == text
    assert parse(text) == query
    _run(any_word_expression(query.ranked))
    for condition in query.conditions:
        assert condition.any_of
        for atom in condition.any_of:
            if isinstance(atom, Text):
                _run(match_expression(atom))


def _run(expression: str) -> None:
    """The full-text index takes the expression."""
    if not expression:
        return
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"CREATE VIRTUAL TABLE t USING fts5(title, abstract, authors, tokenize='{TOKENIZER}')")
        database.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression,)).fetchall()
    finally:
        database.close()
