"""The published page: what is in it, what is not, and how it behaves in a browser, opened as a file."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from selectolax.lexbor import LexborHTMLParser

from tests.export.papers import AT, GARDEN, HOSTILE, papers
from tracker.errors import StoreError
from tracker.export import site
from tracker.export.site import Show
from tracker.library.publishing import publish
from tracker.records import Note, Paper

PRIVATE = dataclasses.replace(
    GARDEN,
    title="Tides of <Buoys> & Moons",
    notes=(
        Note(
            id="n",
            body="Secret **words** <img src=x onerror=alert(1)> ![p](https://t.org/x.png)",
            created=AT,
            updated=AT,
        ),
    ),
)
QUEUED = Paper(id="b", title="Überall Licht", authors=("Zoë Ångström",), status="queued", year=2024, tags=("light",))
READ = Paper(id="c", title="Old Winds", status="read", rating=5, year=1999, abstract="Winds blow.")


#: Milliseconds that the browser may take for a step on the slowest machine.
PATIENCE = 240_000


def page(*some: Paper, show: Show = Show()) -> str:  # noqa: B008 -- frozen
    return "".join(site.page([site.shown(p, show) for p in some], title="My <list>", now=AT, show=show))


def test_notes_are_private_unless_asked_for(tmp_path: Path) -> None:
    publish(tmp_path, [PRIVATE], title="T", now=AT, show=Show())
    assert not [file for file in tmp_path.iterdir() if "Secret" in file.read_text()]
    publish(tmp_path, [PRIVATE], title="T", now=AT, show=Show(notes=True))
    assert [file.name for file in sorted(tmp_path.iterdir()) if "Secret" in file.read_text()] == [
        "index.html",
        "papers.bib",
    ]


def test_states_ratings_and_tags_can_be_left_out() -> None:
    bare = page(PRIVATE, QUEUED, show=Show(status=False, rating=False, tags=False))
    assert not re.search(r"class=\"(?:state|stars|tag)|Reading<|to read, soon|id=\"status\"|id=\"tag\"", bare)
    full = page(PRIVATE, QUEUED)
    assert 'class="state queued"' in full
    assert full.count('class="tag"') == 3


@settings(max_examples=40, deadline=None)
@given(papers)
def test_no_text_becomes_markup(paper: Paper) -> None:
    tree = LexborHTMLParser(page(paper, show=Show(notes=True)))
    assert len(tree.css("script")) == 1
    assert not tree.css("img, iframe, object, embed, base, link")
    assert tree.css_first("h2").text() == paper.title
    assert all(
        re.match(r"https?://|papers\.bib$", a.attributes.get("href") or "") for a in tree.css("header a, h2 a, .own a")
    )
    assert not [n for n in tree.css("*") if any(name.startswith("on") or name == "style" for name in n.attributes)]


def test_foreign_files_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert publish(tmp_path, [GARDEN, READ], title="T", now=AT, show=Show()) == 2
    assert publish(tmp_path, [GARDEN], title="T", now=AT, show=Show()) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "mine.txt", "papers.bib"]
    (tmp_path / "index.html").write_text("<h1>My own page</h1>")
    with pytest.raises(StoreError, match="was not written by this program"):
        publish(tmp_path, [READ], title="T", now=AT, show=Show())
    assert (tmp_path / "index.html").read_text() == "<h1>My own page</h1>"
    with pytest.raises(StoreError, match=r"mine\.txt"):
        publish(tmp_path / "mine.txt", [READ], title="T", now=AT, show=Show())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=PATIENCE)
        yield running
        running.close()


@pytest.mark.browser
def test_search_in_the_browser(browser: Any, tmp_path: Path) -> None:
    hostile = [Paper(id=f"h{n}", title=text, tags=(text,), abstract=text) for n, text in enumerate(HOSTILE)]
    publish(tmp_path, [PRIVATE, QUEUED, READ, *hostile], title="T", now=AT, show=Show(notes=True))
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    context.set_default_timeout(PATIENCE)
    tab, told, asked = context.new_page(), [], []
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.on("dialog", lambda dialog: told.append(f"dialog {dialog.message}"))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "index.html").as_uri())

    def titles() -> list[str]:
        # Not the inner text: that of an article which was not painted yet is empty.
        return [text.strip() for text in tab.locator("article:visible h2").all_text_contents()]

    assert len(titles()) == 3 + len(HOSTILE)
    assert titles()[:3] == ["Tides of <Buoys> & Moons", "Überall Licht", "Old Winds"], "reading, to read, read"
    tab.fill("#q", "angstrom LICHT")
    assert titles() == ["Überall Licht"], "words in any order, without accents and case"
    assert tab.inner_text("#count") == f"1 of {3 + len(HOSTILE)} papers"
    tab.wait_for_url(lambda url: url.endswith("#q=angstrom+LICHT"))  # a search can be passed on
    tab.fill("#q", "no such words")
    assert titles() == []
    assert tab.is_visible("#none")
    tab.fill("#q", "")
    tab.select_option("#status", "read")
    assert titles() == ["Old Winds"]
    tab.select_option("#status", "")
    tab.select_option("#tag", "light")
    assert titles() == ["Überall Licht"]
    tab.select_option("#tag", "")
    tab.select_option("#order", "rating")
    assert titles()[:2] == ["Old Winds", "Tides of <Buoys> & Moons"]
    tab.goto((tmp_path / "index.html").as_uri() + "#q=winds")
    tab.reload()
    assert titles() == ["Old Winds"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360, "nothing is wider than the phone"
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 23, 26)", "dark where wished"
    assert told == []
    assert {url.split("#")[0] for url in asked} == {(tmp_path / "index.html").as_uri()}, "nothing is fetched"
    context.close()


@pytest.mark.browser
def test_the_policy_stops_what_slips_through(browser: Any, tmp_path: Path) -> None:
    publish(tmp_path, [READ], title="T", now=AT, show=Show())
    index = tmp_path / "index.html"
    index.write_text(index.read_text().replace("Winds blow.", "<script>document.title='run'</script>"))
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(index.as_uri())
    assert tab.title() == "T"
    tab.close()
    calm = browser.new_context(java_script_enabled=False)
    calm.set_default_timeout(PATIENCE)
    tab = calm.new_page()
    tab.goto(index.as_uri())
    assert tab.locator("article").count() == 1
    assert not tab.is_visible("#find"), "without JavaScript there is no search, and the papers are there"
    calm.close()
