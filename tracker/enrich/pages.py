"""Which of a paper's links is a page that may tell about it, and where such a page is for a link to a PDF."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

#: Hosts, and all below them, that never carry a paper's own page, or never to a program.
_SKIPPED = frozenset(
    """
    twitter.com x.com t.co youtube.com youtu.be vimeo.com linkedin.com facebook.com instagram.com reddit.com
    threads.net bsky.app mastodon.social news.ycombinator.com discord.com discord.gg slideshare.net speakerdeck.com
    github.com github.io githubusercontent.com gitlab.com bitbucket.org huggingface.co hf.co kaggle.com
    colab.research.google.com replicate.com ollama.com medium.com towardsdatascience.com substack.com
    notion.so notion.site wordpress.com blogspot.com ghost.io beehiiv.com hashnode.dev dev.to quora.com
    stackoverflow.com stackexchange.com wikipedia.org amazon.com goodreads.com docs.google.com drive.google.com
    dropbox.com scholar.google.com sites.google.com books.google.com archive.org web.archive.org coursera.org
    arxiv.org alphaxiv.org ar5iv.org arxiv-vanity.com scirate.com emergentmind.com paperswithcode.com
    paperswithcode.co semanticscholar.org connectedpapers.com researchgate.net academia.edu jstor.org
    """.split()  # noqa: SIM905 -- reads better than seventy quoted words
)
_NO_PAGE = re.compile(
    r"\.(?:pdf|ps|gz|bz2|zip|tar|tgz|txt|md|ipynb|png|jpe?g|gif|svg|mp[34]|webm|docx?|pptx?|xlsx?|csv|json|epub|djvu)$",
    re.IGNORECASE,
)
#: Where a PDF has a page beside it: pattern of the address, and the page's.
_BESIDE = tuple(
    (re.compile(pattern, re.IGNORECASE), page)
    for pattern, page in (
        (r"https?://openreview\.net/(?:pdf|attachment)\?id=([\w-]+).*", r"https://openreview.net/forum?id=\1"),
        (
            r"https?://(?:www\.)?aclanthology\.org/(?:anthology/)?([\w.-]+?)(?:v\d+)?\.pdf",
            r"https://aclanthology.org/\1/",
        ),
        (
            r"https?://(?:www\.)?aclweb\.org/anthology/(?:[A-Z]/[A-Z]\d\d/)?([\w.-]+?)(?:\.pdf)?/?",
            r"https://aclanthology.org/\1/",
        ),
        (r"https?://proceedings\.mlr\.press/(v\d+)/([\w-]+)(?:/\2)?\.pdf", r"https://proceedings.mlr.press/\1/\2.html"),
        (
            r"https?://(?:papers|proceedings)\.(?:nips|neurips)\.cc/(paper(?:_files/paper)?/\d+)/file/([0-9a-f]+)-Paper(-[\w-]+)?\.pdf",
            r"https://proceedings.neurips.cc/\1/hash/\2-Abstract\3.html",
        ),
        (
            r"https?://openaccess\.thecvf\.com/(content.*)/papers/(.+)_paper\.pdf",
            r"https://openaccess.thecvf.com/\1/html/\2_paper.html",
        ),
        (
            r"https?://(?:www\.)?jmlr\.org/papers/v(?:olume)?(\d+)/([\w-]+)/\2\.pdf",
            r"https://jmlr.org/papers/v\1/\2.html",
        ),
    )
)


@lru_cache(maxsize=8192)  # asked about in every round, and again for what is waiting
def page_of(url: str) -> str | None:
    """The address of a page that may tell about the paper; None where there is none to ask."""
    for pattern, page in _BESIDE:
        if match := pattern.fullmatch(url):
            return match.expand(page)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if parts.scheme not in ("http", "https") or not host or _NO_PAGE.search(parts.path):
        return None
    labels = host.split(".")
    if any(".".join(labels[start:]) in _SKIPPED for start in range(len(labels))):
        return None
    if parts.path in ("", "/") and not parts.query:
        return None  # the front page of a site is no paper's
    return url
