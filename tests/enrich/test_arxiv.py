from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.enrich.wires import WIRE, answer, ask, wire
from tracker.enrich.arxiv import Arxiv
from tracker.enrich.subject import Rejected, Subject
from tracker.errors import Garbled
from tracker.records import Identifier, Link

QUESTIONS = [
    ask("arxiv:2401.00001", 1),
    ask("arxiv:cs/0112017", 2),
    ask("arxiv:2401.99999", 3),
    ask("arxiv:2401.00009", 4),
]


def test_the_request_names_as_many_results_as_ids() -> None:
    request = Arxiv().request(QUESTIONS)
    assert request.method == "GET"
    assert dict(request.params) == {
        "id_list": "2401.00001,cs/0112017,2401.99999,2401.00009",
        "start": "0",
        "max_results": "4",
    }
    assert Arxiv().keys(Subject(pk=1, title="x", identifiers=(Identifier("doi", "10.1/x"),))) == ()


def test_answers_are_matched_by_id_and_not_by_order() -> None:
    said = Arxiv().parse(wire("arxiv_batch.xml"), QUESTIONS)
    assert said[3] is None
    pebbles = said[2]
    assert pebbles is not None
    assert pebbles.title == "Counting Pebbles with a Short Ruler"
    assert pebbles.abstract == "We count pebbles. We use a ruler that is short."
    assert pebbles.authors == ("Ada Förster",)  # a placeholder is nobody, an affiliation no author
    assert (pebbles.published, pebbles.year) == (date(2001, 12, 11), 2001)
    assert pebbles.identifiers == (Identifier("arxiv", "cs/0112017"), Identifier("doi", "10.1234/pebble.2002.1"))
    assert pebbles.venue == "Journal of Pebbles 3 (2002) 1-12"
    assert pebbles.urls[0] == Link("arXiv", "https://arxiv.org/abs/cs/0112017")
    assert (pebbles.service, pebbles.asked) == ("arxiv", "arxiv:cs/0112017")


def test_latex_stays_and_entities_do_not() -> None:
    lamps = Arxiv().parse(wire("arxiv_batch.xml"), QUESTIONS)[1]
    assert lamps is not None
    assert lamps.title == "Tiny Lamps: Bounds for $x < y$ & Beyond"
    assert "$\\mathcal{O}(n)$" in (lamps.abstract or "")
    assert lamps.venue == "ICLR 2024"
    assert lamps.code == ("https://github.com/lamps/tiny",)
    assert lamps.identifiers == (Identifier("arxiv", "2401.00001"),)


def test_a_withdrawal_notice_is_no_abstract() -> None:
    withdrawn = Arxiv().parse(wire("arxiv_batch.xml"), QUESTIONS)[4]
    assert withdrawn is not None
    assert (withdrawn.title, withdrawn.abstract) == ("On Wrong Lamps", None)


def test_an_empty_feed_means_unknown() -> None:
    assert Arxiv().parse(wire("arxiv_none.xml"), QUESTIONS[2:3]) == {3: None}


def test_an_error_entry_names_the_bad_id() -> None:
    questions = [*QUESTIONS, ask("arxiv:pebble", 9)]
    with pytest.raises(Rejected) as caught:
        Arxiv().parse(wire("arxiv_error.xml"), questions)
    assert Arxiv().blamed(caught.value.detail, questions) == {9}
    assert Arxiv().blamed((WIRE / "arxiv_error.xml").read_text(), questions) == {9}
    assert Arxiv().blamed("something else", questions) == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b'<html><p>\x00\xff\xfe{"unfinished": [',
        b"<html><body>Down for maintenance</body></html>",
        b'{"feed": []}',
        b'<rss version="2.0"><channel><title>x</title></channel></rss>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>another feed</title></feed>',
        b"/etc/passwd",
        (WIRE / "arxiv_batch.xml").read_bytes()[:2000],
        (WIRE / "arxiv_batch.xml").read_bytes().replace(b"<opensearch:totalResults>3", b"<opensearch:totalResults>30"),
        (WIRE / "arxiv_batch.xml").read_bytes().replace("ö".encode(), b"\xf6"),
        (WIRE / "arxiv_batch.xml").read_bytes().replace(b"arxiv.org/abs/2401.00001v3</id>", b"example.org/x</id>"),
    ],
)
def test_what_arxiv_does_not_send_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        Arxiv().parse(answer(body), QUESTIONS)


@given(st.binary(max_size=200) | st.integers(0, 3000).map(lambda n: (WIRE / "arxiv_batch.xml").read_bytes()[:n]))
def test_any_bytes_are_an_answer_or_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        Arxiv().parse(answer(body), QUESTIONS)
