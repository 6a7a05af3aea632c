"""Reading and writing over HTTP, on a real library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from tests.api.conftest import BEARER
from tracker.cli.jsonable import jsonable
from tracker.journal import Journal
from tracker.service import Tracker


def test_papers_are_paged_and_linked(client: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/api/papers?sort=title&limit=7"
    total = 0
    while address:
        answer = client.get(address)
        page = answer.json()
        seen += [paper["id"] for paper in page["items"]]
        total = page["total"]
        assert answer.headers["X-Total-Count"] == str(total)
        address = answer.links.get("next", {}).get("url")
    assert len(seen) == len(set(seen)) == total


def walked(client: TestClient, address: str, key: str = "items") -> tuple[list[str], list[Response]]:
    """The ids on all pages from an address on, following Link, and the answers."""
    found: list[str] = []
    answers: list[Response] = []
    following: str | None = address
    while following:
        answers.append(client.get(following))
        found += [item["id"] for item in answers[-1].json()[key]]
        following = answers[-1].links.get("next", {}).get("url")
    return found, answers


def test_the_queue_is_paged_and_linked(client: TestClient, library: Tracker) -> None:
    ids = [paper.id for paper in library.papers(limit=5)]
    library.mark(ids, "queued")
    found, answers = walked(client, "/api/queue?limit=2")
    assert found == [paper.id for paper in library.queue()]
    assert sorted(found) == sorted(ids)
    assert [answer.headers["X-Total-Count"] for answer in answers] == ["5"] * 3
    assert [answer.json()["offset"] for answer in answers] == [0, 2, 4]
    assert answers[1].links["prev"]["url"] == "/api/queue?limit=2&offset=0"
    assert client.get("/api/queue?offset=5").json()["items"] == []


def test_runs_are_paged_and_linked(client: TestClient, library: Tracker) -> None:
    journal = Journal(library.settings.home / "runs.jsonl")
    for day in (1, 2, 3):
        moment = datetime(2026, 5, day, tzinfo=UTC)
        journal.end(journal.start("update", moment), "done", {}, moment)
    kept = [run.id for run in library.runs()]
    found, answers = walked(client, "/api/runs?limit=3")
    assert found == kept
    assert {answer.headers["X-Total-Count"] for answer in answers} == {str(len(kept))}
    assert client.get("/api/runs?offset=1&limit=1").json()["items"][0]["id"] == kept[1]


def test_a_search_leads_on_while_there_may_be_more(client: TestClient) -> None:
    address = "/api/search?q=attention+year:1900..&mode=words&limit=2"
    found, answers = walked(client, address, "results")
    assert len(found) == len(set(found)) > 2
    assert all("X-Total-Count" not in answer.headers for answer in answers[:-1])
    assert answers[0].links["next"]["url"].startswith("/api/search?q=attention+year%3A1900..&mode=words&")
    assert "next" not in answers[-1].links
    few = client.get("/api/search", params={"q": "heads that look away", "mode": "words", "limit": 200})
    assert few.headers["X-Total-Count"] == str(len(few.json()["results"]))
    assert "next" not in few.links
    beyond = client.get("/api/search?q=attention&mode=words&offset=1000000")
    assert (beyond.json()["results"], "X-Total-Count" in beyond.headers, "next" in beyond.links) == ([], False, False)


def test_filters_are_those_of_the_search(client: TestClient) -> None:
    found = client.get("/api/papers", params={"q": "list:ai-papers-of-the-week", "sort": "title"}).json()
    assert [p["title"] for p in found["items"]] == [
        "Quiet Heads: On Attention That Looks Away",
        "Tidal: Forecasting Tides from Drifting Buoys",
    ]


@pytest.mark.parametrize("name", ["arxiv:2604.00002", "2604.00002v7", "https://arxiv.org/abs/2604.00002"])
def test_a_paper_by_any_of_its_names(client: TestClient, name: str) -> None:
    paper = client.get(f"/api/papers/{name}").json()
    assert paper["id"] == "arxiv:2604.00002"
    assert {m["source"] for m in paper["mentions"]} == {"ai-papers-of-the-week", "anthology-of-modern-ml"}


def test_search_and_similar(client: TestClient) -> None:
    answer = client.get("/api/search", params={"q": "heads that look away", "mode": "words"})
    assert answer.json()["results"][0]["id"] == "arxiv:2604.00002"
    assert "dur=" in answer.headers["Server-Timing"]
    assert client.get("/api/similar/arxiv:2604.00002").status_code == 200


def test_the_same_content_is_told_once(client: TestClient) -> None:
    for address in ("/api/papers", "/api/papers/2604.00001", "/api/sources", "/api/export", "/feeds/new.atom"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    client.patch("/api/papers/2604.00001", json={"rating": 3}, headers=BEARER)
    tag = client.get("/api/papers/2604.00002").headers["ETag"]
    assert client.get("/api/papers/2604.00001", headers={"If-None-Match": tag}).status_code == 200


def test_reading_state_is_written(client: TestClient, library: Tracker) -> None:
    told = client.patch("/api/papers/2604.00001", json={"status": "queued", "priority": 3}, headers=BEARER)
    assert (told.status_code, told.json()["status"], told.json()["priority"]) == (200, "queued", 3)
    assert [p["id"] for p in client.get("/api/queue").json()["items"]] == ["arxiv:2604.00001"]
    assert client.patch("/api/papers/2604.00001", json={"rating": 5}, headers=BEARER).json()["rating"] == 5
    assert client.patch("/api/papers/2604.00001", json={"rating": 0}, headers=BEARER).json()["rating"] is None
    assert library.paper("2604.00001").status == "queued"


def test_tags_and_notes(client: TestClient) -> None:
    address = "/api/papers/https://arxiv.org/abs/2604.00001"
    assert client.patch(f"{address}/tags", json={"add": ["tides", "sea"]}, headers=BEARER).json()["tags"] == [
        "sea",
        "tides",
    ]
    assert client.patch(f"{address}/tags", json={"remove": ["SEA"]}, headers=BEARER).json()["tags"] == ["tides"]
    made = client.post(f"{address}/notes", json={"body": "the moon"}, headers=BEARER)
    assert (made.status_code, made.json()["body"]) == (201, "the moon")
    where = made.headers["Location"]
    assert client.patch(where, json={"body": "the sun"}, headers=BEARER).json()["body"] == "the sun"
    assert [n["body"] for n in client.get(address).json()["notes"]] == ["the sun"]
    assert client.patch(where, json={"body": "  "}, headers=BEARER).status_code == 422
    assert client.delete(where, headers=BEARER).status_code == 204
    assert client.delete(where, headers=BEARER).status_code == 404
    assert client.get(address).json()["notes"] == []


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "kind"),
    [
        ("GET", "/api/papers/arxiv:9999.99999", None, 404, "unknown-paper"),
        ("GET", "/api/sources/none", None, 404, "unknown-source"),
        ("GET", "/api/papers?q=year:never", None, 400, "query-error"),
        ("GET", "/api/papers?limit=0", None, 422, "invalid"),
        ("GET", "/api/papers?offset=99999999999999999999", None, 422, "invalid"),
        ("GET", "/api/export?format=exe", None, 422, "invalid"),
        ("GET", "/api/nothing", None, 404, ""),
        ("PUT", "/api/papers", None, 405, ""),
        ("PATCH", "/api/papers/2604.00001", {"rating": 6}, 422, "invalid"),
        ("PATCH", "/api/papers/2604.00001", {"stauts": "read"}, 422, "invalid"),
        ("PATCH", "/api/papers/2604.00001/tags", {"add": [" "]}, 422, "invalid"),
        ("POST", "/api/papers/none/notes", {"body": "x"}, 404, "unknown-paper"),
        ("POST", "/api/runs", {"sources": ["none"]}, 404, "unknown-source"),
        ("POST", "/api/runs", {}, 400, "usage-error"),
    ],
)
def test_what_goes_wrong_is_a_problem_document(
    client: TestClient, method: str, address: str, body: Any, status: int, kind: str
) -> None:
    answer = client.request(method, address, json=body, headers=BEARER)
    told = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (told["status"], told["type"].rpartition(":")[2]) == (status, kind or "blank")
    assert told["detail"]


def test_export_is_the_library(client: TestClient, library: Tracker) -> None:
    answer = client.get("/api/export")
    assert answer.text == library.export()
    assert "papers.jsonl" in answer.headers["Content-Disposition"]
    one = client.get("/api/export", params={"q": "title:tidal", "format": "bibtex"}).text
    assert one.count("@") == 1
    assert {json.loads(line)["id"] for line in answer.text.splitlines()} >= {"arxiv:2604.00001"}


def test_status_sources_and_runs_show_health(client: TestClient) -> None:
    status = client.get("/api/status").json()
    assert (status["ok"], status["outages"]) == (True, [])
    assert status["papers"] == client.get("/api/papers").json()["total"]
    runs = client.get("/api/runs").json()["items"]
    assert (runs[0]["kind"], {s["slug"] for s in runs[0]["report"]["sources"]}) == (
        "update",
        {"ai-papers-of-the-week", "anthology-of-modern-ml"},
    )
    slugs = [s["slug"] for s in client.get("/api/sources").json()["items"]]
    assert client.get(f"/api/sources/{slugs[0]}").json()["slug"] == slugs[0]


def test_concepts_and_paths(client: TestClient) -> None:
    concepts = client.get("/api/concepts").json()["items"]
    target = concepts[-1]["slug"]
    path = client.get(f"/api/paths/{target}").json()
    assert (path["target"], [s["number"] for s in path["steps"]]) == (target, list(range(1, len(path["steps"]) + 1)))
    assert client.get("/api/paths/no-such-idea").status_code in (400, 404)
    assert client.get(f"/api/paths/{target}", params={"hours": -1}).status_code == 422


def test_a_concept_is_told_whole(client: TestClient, library: Tracker) -> None:
    slug = next(card.slug for card in library.concepts() if card.slug == "self-attention")
    paper = library.papers(limit=1)[0].id
    library.say_concept(paper, slug, True)
    answer = client.get(f"/api/concepts/{slug}")
    told, shown = answer.json(), jsonable(library.concept(slug))
    assert told.keys() == shown.keys()
    for key in ("concept", "card", "needs", "leads_to", "resources"):
        assert told[key] == shown[key]
    assert told["concept"]["explanation"]
    assert [key for key, _ in told["key_papers"]] == [key for key, _ in shown["key_papers"]]
    assert all(key["why"] for key, _ in told["key_papers"])
    assert [p["id"] for p in told["papers"]] == [p["id"] for p in shown["papers"]]
    tied = next(p for p in told["papers"] if p["id"] == paper)
    link = next(link for link in library.paper(paper).concepts if link.slug == slug)
    assert (tied["score"], tied["evidence"], told["said"]) == (link.score, link.evidence, [paper])
    again = client.get(f"/api/concepts/{slug}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_concept_names_a_near_one(client: TestClient) -> None:
    answer = client.get("/api/concepts/self-atention")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert "self-attention" in answer.json()["detail"]


def test_head_is_get_without_content(client: TestClient) -> None:
    get, head = client.get("/api/papers"), client.head("/api/papers")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", get.headers["ETag"])
