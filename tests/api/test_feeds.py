"""Feeds as feed readers see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.api.conftest import BEARER, POLICY
from tracker.api.app import create_app
from tracker.api.feeds import Feed, address, atom, entry_id, json_feed
from tracker.records import Identifier, Paper
from tracker.service import Tracker

PAPER = Paper(id="arxiv:2604.00001", title="Tides", added=datetime(2026, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", ["new", "queue", "search"])
def test_feeds_are_read_by_a_feed_reader(client: TestClient, name: str) -> None:
    client.patch("/api/papers/2604.00001", json={"status": "queued"}, headers=BEARER)
    query = {"q": "tides"} if name == "search" else {}
    answer = client.get(f"/feeds/{name}.atom", params=query)
    feed = feedparser.parse(answer.content)
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    entry = next(e for e in feed.entries if e.title.startswith("Tidal"))
    assert entry.link == "https://arxiv.org/abs/2604.00001"
    assert [a.name for a in entry.authors] == ["Ada Example"]
    assert entry.updated_parsed
    told = client.get(f"/feeds/{name}.json", params=query).json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [i["id"] for i in told["items"]] == [e.id for e in feed.entries]
    assert len({e.id for e in feed.entries}) == len(feed.entries)


def test_the_queue_is_dated_by_when_papers_were_queued(library: Tracker) -> None:
    clock = iter([datetime(2037, 5, 1, tzinfo=UTC), datetime(2037, 5, 2, tzinfo=UTC), datetime(2037, 5, 3, tzinfo=UTC)])
    desk = Tracker(library.settings, library._db, clock=lambda: next(clock))
    desk.mark("2604.00001", "queued")
    desk.mark("2604.00002", "queued")
    desk.mark("2604.00002", "reading")
    client = TestClient(create_app(library, POLICY), base_url="http://127.0.0.1")
    feed = feedparser.parse(client.get("/feeds/queue.atom").content)
    assert [e.updated for e in feed.entries] == ["2037-05-02T00:00:00Z", "2037-05-01T00:00:00Z"]
    assert feed.feed.updated == "2037-05-02T00:00:00Z"
    items = client.get("/feeds/queue.json").json()["items"]
    assert [i["date_modified"] for i in items] == ["2037-05-02T00:00:00Z", "2037-05-01T00:00:00Z"]
    assert items[0]["date_published"] < "2037", "when it came into the library stays"
    assert "2037" not in client.get("/feeds/new.atom").text


def test_a_paper_that_nobody_queued_is_dated_by_when_it_came(library: Tracker) -> None:
    library.mark("2604.00001", "reading")
    paper = library.paper("2604.00001")
    assert library.queued_at([paper]) == {}
    feed = Feed(title="t", url="http://h/f", home="http://h/", papers=[paper])
    assert feed.moment(paper) == feed.updated == paper.added


def test_a_kept_search_is_a_feed_and_an_address(client: TestClient, library: Tracker) -> None:
    address = "/api/searches/" + quote("Tides & more", safe="")
    assert client.put(address, json={"query": "tides"}).status_code == 401
    assert client.put(address, json={"query": "tides"}, headers=BEARER).json()["query"] == "tides"
    (kept,) = client.get("/api/searches?news=true").json()["items"]
    assert (kept["name"], kept["query"], kept["new"]) == ("Tides & more", "tides", [])
    answer = client.get("/feeds/saved.atom", params={"name": "Tides & more"})
    feed = feedparser.parse(answer.content)
    assert (feed.bozo, feed.feed.title) == (False, "Search: Tides & more")
    assert "Tidal: Forecasting Tides from Drifting Buoys" in [e.title for e in feed.entries]
    told = client.get("/feeds/saved.json", params={"name": "Tides & more"}).json()
    assert [i["id"] for i in told["items"]] == [e.id for e in feed.entries]
    dates = [i["date_published"] for i in told["items"]]
    assert dates == sorted(dates, reverse=True)
    assert client.delete(address, headers=BEARER).status_code == 204
    assert client.get("/feeds/saved.atom", params={"name": "Tides & more"}).status_code == 404


def test_a_search_feed_needs_a_search(client: TestClient) -> None:
    assert client.get("/feeds/search.atom").status_code == 422
    assert client.get("/feeds/search.atom?q=year:x").status_code == 400
    assert client.get("/feeds/new.rss").status_code == 422


def test_a_paper_that_learns_a_better_name_is_not_told_again() -> None:
    before = replace(PAPER, id="title:abc")
    after = replace(PAPER, id="arxiv:2604.00001", aliases=("zzz, a name of the work",))
    assert entry_id(before, ()) == entry_id(after, ("title:abc",))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"identifiers": (Identifier("arxiv", "2604.1"),)}, "https://arxiv.org/abs/2604.1"),
        ({"identifiers": (Identifier("doi", "10.1/a b<c"),)}, "https://doi.org/10.1/a%20b%3Cc"),
        ({"id": "title:a/b"}, "http://h/api/papers/title:a%2Fb"),
    ],
)
def test_every_entry_leads_somewhere(changes: dict[str, object], expected: str) -> None:
    assert address(replace(PAPER, **changes), "http://h/") == expected  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_makes_a_feed_that_can_be_read(title: str, words: list[str]) -> None:
    paper = replace(PAPER, title=title, abstract=title, authors=tuple(words), tags=tuple(words))
    feed = Feed(title=title, url="http://h/feeds/new.atom", home="http://h/", papers=[paper])
    root = ET.fromstring(atom(feed))  # noqa: S314 - our own bytes
    assert urlsplit(root.findtext("{*}entry/{*}id") or "").scheme == "urn"
    assert json_feed(feed).isascii()
