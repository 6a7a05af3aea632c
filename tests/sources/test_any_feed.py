"""Feeds of any maker: which items are papers, which lead to some, and what an address stands for."""

from __future__ import annotations

import pytest

from tracker.errors import ParseError, UsageError
from tracker.records import Document, Parsed, SourceSpec
from tracker.sources.feed import Feed
from tracker.sources.registry import feed_spec, spec_for_url

SPEC = SourceSpec("f", "feed", "F", "https://example.org/feed")


def parsed(body: str) -> Parsed:
    return Feed().parse(SPEC, [Document(SPEC.url, SPEC.url, 200, body.encode())])


JOURNAL = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="https://journal.example/feed"><title>J</title><link>https://journal.example</link></channel>
<item rdf:about="https://journal.example/a1"><title>Gardens &amp; &lt;i&gt;tides&lt;/i&gt;</title>
 <link>https://journal.example/a1?af=R</link><description>We look at tides.</description>
 <dc:creator>Ada Lovelace, Bo Wu</dc:creator><dc:date>2026-04-02</dc:date><prism:doi>10.1000/j.a1</prism:doi></item>
<item rdf:about="https://journal.example/news"><title>Staff changes</title><link>https://journal.example/news</link></item>
</rdf:RDF>"""

NEWSLETTER = """<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>
<item><title>One paper this week</title><link>https://letters.example/1</link><guid>1</guid>
 <description>&lt;p&gt;See the &lt;a href="https://arxiv.org/abs/2604.00001"&gt;paper&lt;/a&gt; and
 &lt;a href="https://github.com/a/b"&gt;code&lt;/a&gt;.&lt;/p&gt;</description></item>
<item><title>Three more</title><link>https://letters.example/2</link><guid>2</guid>
 <description>&lt;a href="https://arxiv.org/abs/2604.00002"&gt;Moonlight Is Always Late&lt;/a&gt;
 &lt;a href="https://arxiv.org/abs/2604.00003"&gt;pdf&lt;/a&gt; &lt;a href="https://arxiv.org/abs/2604.00001"&gt;Again&lt;/a&gt;
 &lt;a href="https://youtube.com/watch?v=1"&gt;a talk&lt;/a&gt;</description></item>
</channel></rss>"""

SEARCH = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Q</title><id>q</id>
<updated>2026-04-02T00:00:00Z</updated><entry><id>http://arxiv.org/abs/2604.00009v1</id><title>Buoys
  at Night</title><updated>2026-04-02T00:00:00Z</updated><published>2026-04-01T00:00:00Z</published>
<link href="https://arxiv.org/abs/2604.00009v1" rel="alternate"/><author><name>Cy Test</name></author>
<summary>%s</summary><category term="cs.LG"/></entry></feed>""" % ("We watch buoys. " * 20)


def test_items_that_are_papers() -> None:
    (entry,) = parsed(JOURNAL).entries
    assert (entry.title, entry.url, entry.text) == (
        "Gardens & tides",
        "https://doi.org/10.1000/j.a1",
        "We look at tides.",
    )
    assert (entry.authors, entry.year) == (("Ada Lovelace", "Bo Wu"), 2026)
    (found,) = parsed(SEARCH).entries
    assert (found.title, found.url, found.section) == (
        "Buoys at Night",
        "https://arxiv.org/abs/2604.00009v1",
        ("cs.LG",),
    )
    assert found.abstract is not None
    assert found.abstract.startswith("We watch buoys.")


def test_items_that_lead_to_papers() -> None:
    found = parsed(NEWSLETTER)
    assert [(e.title, e.url) for e in found.entries] == [
        ("One paper this week", "https://arxiv.org/abs/2604.00001"),
        ("Moonlight Is Always Late", "https://arxiv.org/abs/2604.00002"),
        ("Three more (2604.00003)", "https://arxiv.org/abs/2604.00003"),
    ]
    assert found.problems == ()


def test_feeds_without_papers_broken_feeds_and_what_is_none() -> None:
    news = parsed(
        '<rss version="2.0"><channel><item><title>A</title><link>https://a.example/1</link></item></channel></rss>'
    )
    assert (news.entries, [p.message for p in news.problems]) == ((), ["none of its 1 items leads to a paper"])
    assert parsed('<rss version="2.0"><channel><title>quiet week</title></channel></rss>') == Parsed(())
    cut = parsed(NEWSLETTER[: NEWSLETTER.index("<item><title>Three")])
    assert (len(cut.entries), cut.problems[0].message[:15]) == (1, "not well-formed")
    for none in ("<html><body>Please log in</body></html>", "", "{}"):
        with pytest.raises(ParseError):
            parsed(none)


@pytest.mark.parametrize(
    ("url", "kind", "slug", "enabled"),
    [
        ("https://rss.arxiv.org/rss/cs.CL+cs.LG", "arxiv", "arxiv-cs.cl-cs.lg", True),
        ("http://arxiv.org/rss/stat.ML", "arxiv", "arxiv-stat.ml", True),
        (
            "http://export.arxiv.org/api/query?search_query=cat:cs.CL+OR+cat:cs.IR&sortBy=submittedDate",
            "arxiv",
            "arxiv-cs.cl-cs.ir",
            True,
        ),
        ("http://export.arxiv.org/api/query?search_query=au:lovelace", "feed", "export.arxiv.org-api-query", True),
        ("https://www.nature.com/natmachintell.rss", "feed", "nature.com-natmachintell.rss", True),
        ("https://blog.example/feed/", "feed", "blog.example-feed", False),
    ],
)
def test_feeds_become_sources(url: str, kind: str, slug: str, enabled: bool) -> None:
    spec = feed_spec(url)
    assert (spec.kind, spec.slug, spec.enabled) == (kind, slug, enabled)
    assert spec_for_url(url).kind == kind


def test_a_pasted_feed_is_wanted_and_other_pages_are_no_feeds() -> None:
    assert spec_for_url("https://blog.example/feed/").enabled
    assert spec_for_url("https://blog.example/index.xml").kind == "feed"
    assert spec_for_url("https://blog.example/?feed=rss2").kind == "feed"
    assert spec_for_url("https://raw.example/papers.md").kind == "markdown"
    for url in ("https://blog.example/about", "https://feedback.example/", "https://blog.example/atomic-theory"):
        with pytest.raises(UsageError, match="RSS or Atom"):
            spec_for_url(url)
