"""The other services, each on its own wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.enrich.wires import WIRE, answer, ask, wire
from tracker.enrich.crossref import Crossref
from tracker.enrich.huggingface import HuggingFace
from tracker.enrich.landing import Landing
from tracker.enrich.openalex import OpenAlex
from tracker.enrich.paperswithcode import PapersWithCode, PapersWithCodeResults
from tracker.enrich.semanticscholar import SemanticScholar
from tracker.enrich.services import Service, chain, services
from tracker.enrich.subject import Question, Subject
from tracker.enrich.titles import CrossrefTitle, OpenAlexTitle, SemanticScholarTitle
from tracker.errors import Garbled, UsageError
from tracker.records import Identifier, Link
from tracker.settings import Settings

LAMPS = ask("arxiv:2401.00001")
PEBBLES = ask("title:counting pebbles with a short ruler", title="Counting Pebbles with a Short Ruler", year=2002)


def edited(name: str, edit: Callable[[Any], Any]) -> bytes:
    value = json.loads((WIRE / name).read_text())
    changed = edit(value)
    return json.dumps(value if changed is None else changed).encode()


class TestSemanticScholar:
    questions = (LAMPS, ask("doi:10.1/no", 2), ask("arxiv:2401.00009", 3))

    def test_request(self) -> None:
        request = SemanticScholar().request(self.questions)
        assert request.method == "POST"
        assert request.json == {"ids": ["ARXIV:2401.00001", "DOI:10.1/no", "ARXIV:2401.00009"]}

    def test_answers_follow_the_order_and_null_is_unknown(self) -> None:
        said = SemanticScholar().parse(wire("semanticscholar_batch.json"), self.questions)
        assert said[2] is None
        lamps, wrong = said[1], said[3]
        assert lamps
        assert wrong
        assert lamps.abstract == "Lamps are small. We show bounds."
        assert lamps.authors == ("Bo Lee",)
        assert lamps.published == date(2024, 1, 1)
        assert lamps.venue == "International Conference on Learning Representations"
        assert lamps.identifiers == (Identifier("arxiv", "2401.00001"), Identifier("doi", "10.1234/lamp.7"))
        assert Link("PDF", "https://lamps.example.org/7.pdf") in lamps.urls
        assert (wrong.abstract, wrong.venue, wrong.year, wrong.identifiers) == (None, None, None, ())

    @pytest.mark.parametrize(
        "edit", [lambda v: v[:2], lambda v: {"data": v}, lambda v: [1, 2, 3], lambda v: [{}, {}, {}]]
    )
    def test_garbled(self, edit: Callable[[Any], Any]) -> None:
        with pytest.raises(Garbled):
            SemanticScholar().parse(answer(edited("semanticscholar_batch.json", edit)), self.questions)

    def test_a_batch_without_a_valid_id_is_unknown_as_a_whole(self) -> None:
        assert SemanticScholar().blamed('{"error":"No valid paper ids given"}', self.questions) == {1, 2, 3}
        assert SemanticScholar().blamed("Too many requests", self.questions) == frozenset()


class TestOpenAlex:
    questions = (ask("doi:10.1234/lamp.7"), ask("doi:10.48550/arxiv.2401.00001", 2), ask("doi:10.1/no", 3))

    def test_keys(self) -> None:
        subject = Subject(
            pk=1,
            title="x",
            identifiers=(Identifier("doi", "10.1/a|b"), Identifier("doi", "10.1/c"), Identifier("arxiv", "2401.00001")),
        )
        assert OpenAlex().keys(subject) == ("doi:10.1/c", "doi:10.48550/arxiv.2401.00001")

    def test_request(self) -> None:
        params = dict(OpenAlex().request(self.questions).params)
        assert params["filter"] == "doi:10.1234/lamp.7|10.48550/arxiv.2401.00001|10.1/no"
        assert params["per_page"] == "200"

    def test_the_abstract_is_put_together(self) -> None:
        said = OpenAlex().parse(wire("openalex_works.json"), self.questions)
        lamps, preprint = said[1], said[2]
        assert lamps
        assert preprint
        assert said[3] is None
        assert lamps.abstract == "Lamps are small. Lamps shine."
        assert lamps.authors == ("Bo Lee", "Ada Förster")
        assert (lamps.venue, lamps.published) == ("Journal of Lamps", date(2024, 5, 7))
        assert preprint.identifiers == (Identifier("arxiv", "2401.00001"),)
        assert preprint.abstract is None

    @pytest.mark.parametrize(
        "index",
        [{"x": [10**9]}, {"x": [-1]}, {"x": [1.5]}, {"x": ["1"]}, {"x": [True]}, {}, [], "text", {"x": None}, {"x": 3}],
    )
    def test_absurd_positions_give_no_abstract(self, index: Any) -> None:
        def edit(value: Any) -> None:
            value["results"][0]["abstract_inverted_index"] = index

        said = OpenAlex().parse(answer(edited("openalex_works.json", edit)), self.questions)[1]
        assert said
        assert said.abstract is None

    @given(st.lists(st.sampled_from(["a", "bb", "ccc", "dddd"]), min_size=1, max_size=40))
    def test_any_text_comes_back(self, words: list[str]) -> None:
        index: dict[str, list[int]] = {}
        for at, word in enumerate(words):
            index.setdefault(word, []).append(at)
        body = edited("openalex_works.json", lambda v: v["results"][0].update(abstract_inverted_index=index))
        said = OpenAlex().parse(answer(body), self.questions)[1]
        assert said
        assert said.abstract == " ".join(words)


class TestCrossref:
    question = ask("doi:10.1234/lamp.7")

    def test_request_and_keys(self) -> None:
        assert (
            Crossref().request([ask("doi:10.1/a(b)<c>#d")]).url
            == "https://api.crossref.org/works/10.1/a%28b%29%3Cc%3E%23d"
        )
        arxiv = Subject(pk=1, title="x", identifiers=(Identifier("doi", "10.48550/arxiv.1"), Identifier("arxiv", "1")))
        assert Crossref().keys(arxiv) == ()

    def test_jats_becomes_text(self) -> None:
        work = Crossref().parse(wire("crossref_work.json"), [self.question])[1]
        assert work
        assert work.abstract == "Background: Lamps emit H2O & light. They are small."
        assert work.title == "Tiny Lamps: Bounds & Beyond"
        assert work.venue == "Journal of Lamps & Lights"
        assert work.authors == ("Bo Lee", "The Lamp Consortium", "Förster")
        assert (work.published, work.year) == (date(2024, 5, 7), 2024)
        assert work.identifiers == (Identifier("doi", "10.1234/lamp.7"),)

    @pytest.mark.parametrize("parts", [[[2024]], [[2024, 13, 40]], [[None]], [], [[]], None, [["2024"]]])
    def test_a_date_in_part(self, parts: Any) -> None:
        def edit(value: Any) -> None:
            for field in ("published-print", "published-online"):
                del value["message"][field]
            value["message"]["issued"]["date-parts"] = parts

        work = Crossref().parse(answer(edited("crossref_work.json", edit)), [self.question])[1]
        assert work
        assert work.published is None
        assert work.year in (2024, None)


class TestLanding:
    @pytest.mark.parametrize(
        ("url", "page"),
        [
            ("https://stones.example.org/p/1", "https://stones.example.org/p/1"),
            ("https://stones.example.org/p.pdf", None),
            ("https://stones.example.org/", None),
            ("https://twitter.com/x/status/1", None),
            ("https://mobile.twitter.com/x/status/1", None),
            ("https://github.com/a/b", None),
            ("https://someone.medium.com/post", None),
            ("https://huggingface.co/a/b", None),
            ("https://arxiv.org/abs/2401.00001", None),
            ("ftp://stones.example.org/p", None),
            ("https://[broken", None),
            ("https://openreview.net/pdf?id=aB-9_x", "https://openreview.net/forum?id=aB-9_x"),
            ("https://aclanthology.org/P19-1001.pdf", "https://aclanthology.org/P19-1001/"),
            ("https://www.aclweb.org/anthology/P19-1001.pdf", "https://aclanthology.org/P19-1001/"),
            ("http://proceedings.mlr.press/v9/lee1a/lee1a.pdf", "https://proceedings.mlr.press/v9/lee1a.html"),
            (
                "https://papers.nips.cc/paper/2017/file/3f5e-Paper.pdf".replace("3f5e", "3f5ee2"),
                "https://proceedings.neurips.cc/paper/2017/hash/3f5ee2-Abstract.html",
            ),
            (
                "https://openaccess.thecvf.com/content/CVPR2021/papers/Lee_Lamps_CVPR_2021_paper.pdf",
                "https://openaccess.thecvf.com/content/CVPR2021/html/Lee_Lamps_CVPR_2021_paper.html",
            ),
            ("https://www.jmlr.org/papers/volume3/lee03a/lee03a.pdf", "https://jmlr.org/papers/v3/lee03a.html"),
        ],
    )
    def test_which_page_is_asked(self, url: str, page: str | None) -> None:
        keys = Landing().keys(Subject(pk=1, title="x", urls=(url,)))
        assert keys == ((f"url:{page}",) if page else ())

    def test_identifiers_lead_to_pages(self) -> None:
        subject = Subject(
            pk=1,
            title="x",
            identifiers=(Identifier("openreview", "aB"), Identifier("doi", "10.1/x")),
            urls=("https://a.org/b",),
        )
        assert Landing().keys(subject) == ("url:https://openreview.net/forum?id=aB", "url:https://a.org/b")

    def test_tags(self) -> None:
        said = Landing().parse(
            wire("landing.html", content_type="text/html"), [ask("url:https://stones.example.org/1")]
        )[1]
        assert said
        assert said.title == "Counting Pebbles with a Short Ruler"
        assert (said.abstract or "").startswith("We count pebbles, all of them")
        assert (said.abstract or "").endswith("short & blue.")
        assert said.authors == ("Ada Förster", "King, Martin, Jr.")
        assert (said.published, said.year, said.venue) == (date(2002, 3, 1), 2002, "Journal of Pebbles")
        assert said.identifiers == (Identifier("arxiv", "cs/0112017"), Identifier("doi", "10.1234/pebble.2002.1"))

    def test_an_abstract_that_only_the_page_shows(self) -> None:
        said = Landing().parse(wire("landing_in_body.html"), [ask("url:https://a.org/b")])[1]
        assert said
        assert (said.abstract or "").startswith("Lanterns hang in trees, and")
        assert (said.published, said.year) == (None, 2019)

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"%PDF-1.7 ...", "application/pdf"),
            (b"<html><title>A blog</title></html>", "text/html; charset=utf-8"),
            (b"", "text/html"),
            ("<p>caf\u00e9</p>".encode("latin-1") * 30, "text/html"),
            (b"<meta name=citation_title content=' '>", "text/html; charset=nonsense"),
        ],
    )
    def test_a_page_that_says_nothing(self, body: bytes, kind: str) -> None:
        assert Landing().parse(answer(body, content_type=kind), [ask("url:https://a.org/b")]) == {1: None}

    @pytest.mark.parametrize("body", [b"<html><p>\x00\xff\xfe{", b'<meta charset="utf-8">' + b"\xff\xfe" * 300])
    def test_garbled(self, body: bytes) -> None:
        with pytest.raises(Garbled):
            Landing().parse(answer(body, content_type="text/html; charset=utf-8"), [ask("url:https://a.org/b")])


class TestPapersWithCode:
    def test_official_code_comes_first(self) -> None:
        said = PapersWithCode().parse(wire("paperswithcode_paper.json"), [LAMPS])[1]
        assert said
        assert said.code == ("https://github.com/lamps/tiny", "https://github.com/fan/lamps")
        assert said.urls == (Link("Project", "https://lamps.example.org"),)
        assert (said.title, said.abstract) == (None, None)

    def test_another_paper_is_garbled(self) -> None:
        with pytest.raises(Garbled):
            PapersWithCode().parse(wire("paperswithcode_paper.json"), [ask("arxiv:2401.00002")])

    def test_results(self) -> None:
        said = PapersWithCodeResults().parse(wire("paperswithcode_evaluations.json"), [LAMPS])[1]
        assert said
        first, second = said.results
        assert (first.task, first.dataset, first.model, first.metric, first.value, first.rank) == (
            "Lighting", "DarkRoom", "Lamp-S", "Lumen", "81.5", 2,
        )  # fmt: skip
        assert (second.metric, second.value, second.rank, second.url) == ("Lumen", "90 %", None, None)

    def test_no_results_is_unknown(self) -> None:
        assert PapersWithCodeResults().parse(answer(b'{"count": 0, "results": []}'), [LAMPS]) == {1: None}


def test_hugging_face_knows_the_code() -> None:
    said = HuggingFace().parse(wire("huggingface_paper.json"), [LAMPS])[1]
    assert said
    assert said.code == ("https://github.com/lamps/tiny",)


class TestTitles:
    def test_crossref_takes_the_one_that_certainly_is_the_paper(self) -> None:
        said = CrossrefTitle().parse(wire("crossref_list.json"), [PEBBLES])[1]
        assert said
        assert said.identifiers == (Identifier("doi", "10.1234/pebble.2002.1"),)
        assert (said.service, said.asked) == ("crossref-title", PEBBLES.key)
        stranger = Question(Subject(pk=1, title="Counting Lamps", year=2002), "title:counting lamps")
        assert CrossrefTitle().parse(wire("crossref_list.json"), [stranger]) == {1: None}

    def test_semantic_scholar_match(self) -> None:
        paper = {"paperId": "x", "title": "Counting pebbles with a short ruler", "year": 2001, "matchScore": 200}
        body = json.dumps({"data": [paper]}).encode()
        assert SemanticScholarTitle().parse(answer(body), [PEBBLES])[1]
        assert SemanticScholarTitle().parse(answer(body.replace(b"2001", b"2011")), [PEBBLES]) == {1: None}

    def test_openalex_search(self) -> None:
        request = OpenAlexTitle().request([PEBBLES])
        assert dict(request.params)["filter"] == "title.search:counting pebbles with a short ruler"
        body = edited(
            "openalex_works.json", lambda v: v["results"][1].update(title="Counting Pebbles With a Short Ruler")
        )
        assert OpenAlexTitle().parse(answer(body.replace(b"2024", b"2002")), [PEBBLES])[1]

    def test_who_is_looked_up(self) -> None:
        keys = OpenAlexTitle().keys
        assert keys(Subject(pk=1, title="Tiny Lamps Shine Bright", year=2024)) == ("title:tiny lamps shine bright",)
        assert keys(Subject(pk=1, title="Tiny Lamps Shine Bright")) == ()
        assert keys(Subject(pk=1, title="LampNet", year=2024)) == ()
        assert keys(Subject(pk=1, title="LampNet", year=2024, authors=("Bo Lee",))) == ("title:lampnet",)
        on_arxiv = Subject(pk=1, title="Tiny Lamps Shine", year=2024, identifiers=(Identifier("arxiv", "2401.00001"),))
        assert keys(on_arxiv) == ()
        several = Subject(pk=1, title="LampNet", titles=("B c d (LampNet)", "A b c", "B c d", "C d e"), year=2024)
        assert keys(several) == ("title:a b c", "title:b c d")


SINGLES: list[tuple[Service, Question, str]] = [
    (SemanticScholar(), LAMPS, "semanticscholar_batch.json"),
    (OpenAlex(), LAMPS, "openalex_works.json"),
    (Crossref(), LAMPS, "crossref_work.json"),
    (PapersWithCode(), LAMPS, "paperswithcode_paper.json"),
    (PapersWithCodeResults(), LAMPS, "paperswithcode_evaluations.json"),
    (HuggingFace(), LAMPS, "huggingface_paper.json"),
    (OpenAlexTitle(), PEBBLES, "openalex_works.json"),
    (SemanticScholarTitle(), PEBBLES, "semanticscholar_batch.json"),
    (CrossrefTitle(), PEBBLES, "crossref_list.json"),
]


@pytest.mark.parametrize(("service", "question", "name"), SINGLES, ids=lambda x: getattr(x, "name", ""))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"<html></html>",
        b'{"a": "\xff"}',
        b"<html><p>\x00\xff\xfe{",
        b"[" * 100_000,
    ],
)
def test_what_no_service_sends_is_garbled(service: Service, question: Question, name: str, body: bytes) -> None:
    with pytest.raises(Garbled):
        service.parse(answer(body), [question])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
@pytest.mark.parametrize(("service", "question", "name"), SINGLES, ids=lambda x: getattr(x, "name", ""))
def test_any_value_in_any_place_is_read_or_garbled(
    service: Service, question: Question, name: str, data: st.DataObject
) -> None:
    """One value of a good answer is replaced by any JSON; nothing else than Garbled may come of it."""
    value = json.loads((WIRE / name).read_text())
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            places.append((node, key))
            if isinstance(child, dict | list):
                walk(child)

    walk(value)
    node, key = data.draw(st.sampled_from(places))
    node[key] = data.draw(JSON)
    questions = (
        [question] * 3 if name.startswith("semanticscholar") and service.name == "semanticscholar" else [question]
    )
    try:
        said = service.parse(answer(json.dumps(value).encode()), questions)
    except Garbled:
        return
    for metadata in said.values():
        repr(metadata).encode()  # a lone surrogate would not pass, here nor in the database
        assert metadata is None or metadata.title is None or "\0" not in metadata.title


def test_the_chain(tmp_path: Any) -> None:
    settings = Settings(home=tmp_path, database_url="")
    names = [service.name for service in services(settings)]
    assert names == [
        "arxiv", "semanticscholar", "openalex", "crossref", "landing", "openalex-title", "semanticscholar-title",
        "crossref-title", "paperswithcode", "paperswithcode-results",
    ]  # fmt: skip
    assert chain(services(settings)) == tuple(names[2:8])
    assert [s.name for s in services(settings, ("huggingface", "arxiv"))] == ["arxiv", "huggingface"]
    with pytest.raises(UsageError, match="no service is called 'arxive'"):
        services(settings, ("arxive",))
