from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.wire_files import spec
from tracker.errors import SettingsError, UnknownSource, UsageError
from tracker.sources.registry import SourceKind, kind, kinds, load_specs, spec_for_url

BUILT_IN = Path(__file__).resolve().parents[2] / "data" / "sources.toml"


def test_every_kind_goes_by_its_name_and_keeps_the_contract() -> None:
    assert kinds() == (
        "weekly",
        "aimerou",
        "daturkel",
        "anthology",
        "markdown",
        "paperswithcode",
        "arxiv",
        "huggingface",
        "feed",
    )
    for name in kinds():
        assert isinstance(kind(name), SourceKind)
        assert kind(name).name == name
        assert kind(name).requests(spec(name))
    assert [name for name in kinds() if kind(name).rolling] == ["paperswithcode", "arxiv", "huggingface", "feed"]
    with pytest.raises(UnknownSource, match="one of weekly"):
        kind("gopher")


@pytest.mark.parametrize(
    ("url", "name", "slug", "page"),
    [
        (
            "https://github.com/dair-ai/AI-Papers-of-the-Week",
            "weekly",
            "dair-ai-ai-papers-of-the-week",
            "https://github.com/dair-ai/AI-Papers-of-the-Week",
        ),
        (
            "github.com/dair-ai/ML-Papers-of-the-Week.git",
            "weekly",
            "dair-ai-ml-papers-of-the-week",
            "https://github.com/dair-ai/ML-Papers-of-the-Week",
        ),
        (
            "https://www.github.com/Aimerou/awesome-AI-papers/blob/main/README.md",
            "aimerou",
            "aimerou-awesome-ai-papers",
            "https://github.com/Aimerou/awesome-AI-papers/blob/main/README.md",
        ),
        (
            "https://github.com/daturkel/learning-papers#key",
            "daturkel",
            "daturkel-learning-papers",
            "https://github.com/daturkel/learning-papers",
        ),
        (
            "https://raw.githubusercontent.com/dmarx/anthology-of-modern-ml/main/README.md",
            "anthology",
            "dmarx-anthology-of-modern-ml",
            "https://github.com/dmarx/anthology-of-modern-ml/blob/main/README.md",
        ),
        ("https://github.com/a/b/", "markdown", "a-b", "https://github.com/a/b"),
        (
            "https://github.com/a/b/blob/dev/docs/Stones%20of%20Old.md",
            "markdown",
            "a-b-docs-stones-of-old",
            "https://github.com/a/b/blob/dev/docs/Stones of Old.md",
        ),
        ("https://github.com/a/b/tree/dev", "markdown", "a-b", "https://github.com/a/b/tree/dev"),
        (
            "https://github.com/a/b/tree/dev/stones",
            "markdown",
            "a-b-stones-readme",
            "https://github.com/a/b/blob/dev/stones/README.md",
        ),
        (
            "https://gitlab.com/g/p/-/blob/main/list.md",
            "markdown",
            "gitlab.com-main-list",
            "https://gitlab.com/g/p/-/raw/main/list.md",
        ),
        (
            "https://gist.github.com/someone/0123456789abcdef",
            "markdown",
            "gist.github.com-someone-0123456789abcdef",
            "https://gist.github.com/someone/0123456789abcdef/raw",
        ),
        (
            "https://stones.example.org/a/list.md",
            "markdown",
            "stones.example.org-a-list",
            "https://stones.example.org/a/list.md",
        ),
        ("https://arxiv.org/list/cs.CL/new", "arxiv", "arxiv-cs.cl", "https://rss.arxiv.org/rss/cs.CL"),
        (
            "https://rss.arxiv.org/atom/cs.CL+stat.ML",
            "arxiv",
            "arxiv-cs.cl-stat.ml",
            "https://rss.arxiv.org/rss/cs.CL+stat.ML",
        ),
        ("https://huggingface.co/papers", "huggingface", "huggingface-daily", "https://huggingface.co/papers"),
        (
            "https://huggingface.co/api/daily_papers?limit=3",
            "huggingface",
            "huggingface-daily",
            "https://huggingface.co/papers",
        ),
        ("https://paperswithcode.com/", "paperswithcode", "paperswithcode", "https://paperswithcode.co/"),
    ],
)
def test_addresses_become_sources(url: str, name: str, slug: str, page: str) -> None:
    found = spec_for_url(url)
    assert (found.kind, found.slug, found.url, found.enabled) == (name, slug, page, True)
    assert found.title
    requests = kind(name).requests(found)
    assert all(request.url.startswith("https://") and " " not in request.url for request in requests)
    assert spec_for_url(url, slug="my-own").slug == "my-own"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://example.org/list.md",
        "https://github.com/",
        "https://github.com/only-owner",
        "https://github.com/a/b/issues/3",
        "https://github.com/a/b c/",
        "https://example.org/page.html",
        "https://arxiv.org/abs/1706.03762",
        "https://huggingface.co/meta-llama",
        "https://[::1/list.md",
        "file:///etc/passwd",
    ],
)
def test_other_addresses_are_refused_with_a_cure(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        spec_for_url(url)
    assert caught.value.cure
    with pytest.raises(UsageError, match="cannot name"):
        spec_for_url("https://github.com/a/b", slug="Not A Slug!")


def test_the_sources_that_ship() -> None:
    specs = {one.slug: one for one in load_specs(BUILT_IN.read_bytes())}
    assert {slug: (one.kind, one.enabled) for slug, one in specs.items()} == {
        "ai-papers-of-the-week": ("weekly", True),
        "awesome-ai-papers": ("aimerou", True),
        "learning-papers": ("daturkel", True),
        "anthology-of-modern-ml": ("anthology", True),
        "paperswithcode": ("paperswithcode", True),
        "arxiv-new": ("arxiv", False),
        "huggingface-daily": ("huggingface", False),
    }
    for one in specs.values():
        assert one.description
        assert one.title
        assert one.interval_hours > 0
    assert specs["arxiv-new"].options == {"categories": "cs.CL+cs.LG"}
    told = specs["paperswithcode"].description
    assert told.count(". ") == 1
    assert "July 2025" in told.split(". ")[0]
    assert "paperswithcode.co " in told.split(". ")[1]


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        (b"not toml [", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"a = 1", "cannot be read"),
        (b'[[source]]\nslug = "a"', "cannot be read"),
        (b'[[source]]\nslug="a"\nkind="weekly"\ntitle="t"\nurl="u"\noptions=3', "cannot be read"),
        (b'[[source]]\nslug="a"\nkind="weekly"\ntitle="t"\nurl="u"\ninterval_hours="x"', "cannot be read"),
        (b'[[source]]\nslug="a"\nkind="gopher"\ntitle="t"\nurl="u"', "unknown kinds: gopher"),
        (b'[[source]]\nslug="a"\nkind="weekly"\ntitle="t"\nurl="u"\n' * 2, "names a twice"),
    ],
)
def test_a_bad_list_of_sources_says_why(toml: bytes, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        load_specs(toml)
