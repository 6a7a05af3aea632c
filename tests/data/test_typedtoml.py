"""TOML whose every value is checked: messages name the file, the table and the key."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import typedtoml
from tracker.errors import ParseError

THINGS = b"""
name = "  two   words "
when = 2017-06-12
many = ["a", "b"]
share = 0.5
count = 3
yes = true
long = '''
First line
goes on.

Second paragraph.
'''
[[thing]]
name = "one"
"""


def test_reads_every_kind_of_value():
    table = typedtoml.parse(THINGS, "things.toml")
    assert table.text("name") == "two words"
    assert table.day("when") == date(2017, 6, 12)
    assert table.texts("many") == ("a", "b")
    assert table.number("share", low=0, high=1) == 0.5
    assert table.number("count", low=0, high=9) == 3.0
    assert table.whole("count", low=0, high=9) == 3
    assert table.flag("yes") is True
    assert table.flag("missing") is False
    assert table.prose("long") == "First line goes on.\n\nSecond paragraph."
    (thing,) = table.tables("thing", "thing")
    assert thing.where == "things.toml, thing 1"
    assert thing.text("name") == "one"
    thing.close()
    table.close()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda t: t.text("missing"), "key 'missing' is missing or empty"),
        (lambda t: t.text("count"), "key 'count' is 3; it must be a text"),
        (lambda t: t.texts("name"), "key 'name' is '  two   words '; it must be a list"),
        (lambda t: t.whole("yes", low=0, high=9), "key 'yes' is True"),
        (lambda t: t.whole("count", low=5, high=9), "from 5 to 9"),
        (lambda t: t.whole("missing", low=5, high=9), "key 'missing' is missing"),
        (lambda t: t.number("name", low=0, high=1), "it must be a number from 0 to 1"),
        (lambda t: t.number("yes", low=0, high=1), "it must be a number"),
        (lambda t: t.day("count"), "it must be a date"),
        (lambda t: t.flag("name"), "it must be true or false"),
        (lambda t: t.tables("many", "row"), "has no table at place 1"),
        (lambda t: t.prose("missing"), "key 'missing' is missing or empty"),
        (lambda t: t.close(), "is not known here"),
    ],
)
def test_says_where_and_what_is_wrong(ask, message):
    with pytest.raises(ParseError) as caught:
        ask(typedtoml.parse(THINGS, "things.toml"))
    assert str(caught.value).startswith("things.toml: key ")
    assert message in str(caught.value)


@pytest.mark.parametrize("body", [b'many = ["a", "a"]', b'many = ["a", ""]', b'many = ["a", 1]', b"many = []"])
def test_lists_of_texts_are_whole_and_without_twins(body):
    with pytest.raises(ParseError, match="key 'many'"):
        typedtoml.parse(body, "x.toml").texts("many")


def test_a_moment_is_no_day():
    with pytest.raises(ParseError, match="give the day alone"):
        typedtoml.parse(b"when = 2017-06-12T10:00:00", "x.toml").day("when")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_parse_error(data):
    try:
        text = data.decode("utf-8-sig")
        tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        with pytest.raises(ParseError, match=r"^any\.toml is not TOML: "):
            typedtoml.parse(data, "any.toml")
    else:
        assert typedtoml.parse(data, "any.toml").where == "any.toml"
