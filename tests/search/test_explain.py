"""The words that are marked, and how texts are cut: the same as the database's full-text index would have it."""

from __future__ import annotations

import re
import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from tracker.search.explain import Marker
from tracker.search.ports import Card
from tracker.search.words import TOKENIZER, WORD, Stemmer, Tokenizer

TEXTS = st.text(
    st.sampled_from("aAbBéÉzßﬁŁ _-.,'’\"²½0 9\n\x00\x02λя漢\u0301") | st.characters(codec="utf-8"), max_size=60
)
PLAIN = st.text(st.sampled_from("abcdeé -.,'’²0") | st.characters(max_codepoint=0x24F), max_size=80)


def marked_by_sqlite(texts: tuple[str, ...], words: list[str]) -> list[list[str]]:
    """What ``highlight`` marks in each text, from an index of its own."""
    database = sqlite3.connect(":memory:")
    columns = ", ".join(f"c{n}" for n in range(len(texts)))
    database.execute(f"CREATE VIRTUAL TABLE one USING fts5({columns}, tokenize='{TOKENIZER}')")
    clean = [text.replace("\0", " ").replace("\x02", " ").replace("\x03", " ") for text in texts]
    database.execute(f"INSERT INTO one VALUES ({', '.join('?' * len(texts))})", clean)  # noqa: S608 - fixed names
    marks = ", ".join(f"highlight(one, {n}, char(2), char(3))" for n in range(len(texts)))
    expression = " OR ".join('"' + word + '"' for word in words)
    row = database.execute(f"SELECT {marks} FROM one WHERE one MATCH ?", (expression,)).fetchone()  # noqa: S608 - fixed names
    database.close()
    return [re.findall("\x02([^\x03]*)\x03", text) for text in row] if row else [[] for _ in texts]


@given(PLAIN, PLAIN, st.lists(st.sampled_from(["abc", "bed", "éa", "dead", "cab", "0"]), min_size=1, max_size=3))
def test_marks_are_those_of_the_full_text_index(title: str, abstract: str, words: list[str]) -> None:
    card = Card(pk=1, id="p1", title=title, abstract=abstract)
    found = {match.field: match.text for match in Marker(Tokenizer()).found([card], words)[1]}
    expected = marked_by_sqlite((title, abstract), words)
    for field, marked in zip(("title", "abstract"), expected, strict=True):
        spelled: dict[str, str] = {}
        for word in marked:
            spelled.setdefault(word.lower(), word)
        assert found.get(field, "") == ", ".join(list(spelled.values())[:12])


@given(st.lists(TEXTS | PLAIN, max_size=5))
def test_many_texts_are_cut_like_one(texts: list[str]) -> None:
    tokenizer = Tokenizer()
    assert Stemmer(tokenizer).stems(texts) == [tokenizer.stems(text) for text in texts]


def test_python_and_sqlite_agree_on_the_letters_that_are_cut_here() -> None:
    tokenizer = Tokenizer()
    for code in [*range(0x20, 0x300), *range(0x2000, 0x2065), *range(0x2190, 0x2300)]:
        text = f"xa{chr(code)}bx"
        assert len(tokenizer.stems(text)) == len(WORD.findall(text)), hex(code)


def test_stems_that_are_forgotten_are_found_again() -> None:
    tokenizer = Tokenizer()
    stemmer = Stemmer(tokenizer, remembered=3)
    for words in (["running", "graphs"], ["kernels", "tokens"], ["running", "rewards", "policies", "graphs"]):
        assert stemmer.of(words).keys() >= set(words)
        assert [stemmer.of(words)[word] for word in words] == [tokenizer.stems(word)[0] for word in words]
