"""Addresses and texts to identifiers: the schemes one by one, and the laws they share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.ids import (
    canonical_url,
    entry_identifiers,
    identifiers_of,
    landing_url,
    parse_identifier,
    public_id,
    title_key,
)
from tracker.records import SCHEMES, Entry, Identifier

HASH = "0123456789abcdef0123456789abcdef"


def names(url: str) -> list[str]:
    return [str(i) for i in identifiers_of(url)]


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/1706.03762",
        "http://www.arxiv.org/abs/1706.03762v5",
        "https://arxiv.org/pdf/1706.03762",
        "https://arxiv.org/pdf/1706.03762v2.pdf",
        "arxiv.org/pdf/1706.03762.pdf#page=3",
        "https://arxiv.org/html/1706.03762v7",
        "https://arxiv.org/format/1706.03762",
        "https://arxiv.org/ps/1706.03762v1",
        "https://export.arxiv.org/abs/1706.03762?context=cs",
        "https://browse.arxiv.org/pdf/1706.03762.pdf",
        "http://xxx.lanl.gov/abs/1706.03762",
        "https://ar5iv.org/abs/1706.03762",
        "https://ar5iv.labs.arxiv.org/html/1706.03762",
        "https://www.alphaxiv.org/abs/1706.03762v3",
        "https://huggingface.co/papers/1706.03762",
        "https://hf.co/papers/1706.03762/",
        "https://paperswithcode.co/paper/1706.03762?tab=code",
        "https://www.semanticscholar.org/arxiv/1706.03762",
        "https://doi.org/10.48550/arXiv.1706.03762",
        "https://dx.doi.org/10.48550/ARXIV.1706.03762v1",
        "https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract",
        "https://web.archive.org/web/20240101000000/https://arxiv.org/abs/1706.03762",
        "https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F1706.03762&sa=D",
        "  <https://arxiv.org/abs/1706.03762>  ",
        "https://arxiv.org/abs/1706.03762)",
        "https://arxiv.org//abs/1706.03762/",
        "https://arxiv.org:443/abs/17\n06.03762",
        "https://arxiv.org/ftp/arxiv/papers/1706/1706.03762.pdf",
        "https://arxiv.org/abs/arXiv:1706.03762",
        "https://arxiv.org/abs/arXiv%3A1706.03762v2",
        "https://arxiv.org/ABS/1706.03762",
    ],
)
def test_one_paper_on_arxiv_has_one_name(url: str) -> None:
    assert names(url) == ["arxiv:1706.03762"]


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("https://arxiv.org/abs/cs/0112017", "cs/0112017"),
        ("https://arxiv.org/pdf/cond-mat/0408187v2", "cond-mat/0408187"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/pdf/astro-ph/9901001.pdf", "astro-ph/9901001"),
        ("https://arxiv.org/abs/0803.0476", "0803.0476"),
        ("https://arxiv.org/ftp/cs/papers/0112/0112017.pdf", "cs/0112017"),
    ],
)
def test_old_arxiv_names(url: str, value: str) -> None:
    assert names(url) == [f"arxiv:{value}"]


@pytest.mark.parametrize(
    "text",
    ["1713.03762", "1706.3762", "0601.00001", "cs/0713001", "cs/0801001", "nope/0112017", "170603762", "1706.037620"],
)
def test_malformed_arxiv_names_are_none(text: str) -> None:
    assert parse_identifier(f"arxiv:{text}") is None


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://doi.org/10.1145/3592433", "10.1145/3592433"),
        ("http://dx.doi.org/10.1007/S11263-015-0816-Y.", "10.1007/s11263-015-0816-y"),
        ("https://dl.acm.org/doi/abs/10.1145/3592433", "10.1145/3592433"),
        ("https://dl.acm.org/doi/pdf/10.1145/3592433?download=true", "10.1145/3592433"),
        ("https://link.springer.com/content/pdf/10.1023%2FA%3A1010933404324.pdf", "10.1023/a:1010933404324"),
        ("https://link.springer.com/article/10.1023/a:1010933404324", "10.1023/a:1010933404324"),
        ("https://link.springer.com/chapter/10.1007/978-3-319-24574-4_28#Abs1", "10.1007/978-3-319-24574-4_28"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/anie.202000001", "10.1002/anie.202000001"),
        ("https://onlinelibrary.wiley.com/doi/10.1002/(SICI)1097-0258(1997)", "10.1002/(sici)1097-0258(1997)"),
        ("https://www.nature.com/articles/s41586-021-03819-2.pdf", "10.1038/s41586-021-03819-2"),
        ("https://www.nature.com/articles/s41586-022%20-05172-4", "10.1038/s41586-022-05172-4"),
        ("https://www.nature.com/articles/s41586-021-04301-9%E2%80%A6", "10.1038/s41586-021-04301-9"),
        ("https://www.nature.com/articles/nature14236/", "10.1038/nature14236"),
        ("https://www.science.org/doi/full/10.1126/science.abq1158", "10.1126/science.abq1158"),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001", "10.1371/journal.pone.0000001"),
        ("https://www.pnas.org/doi/10.1073/pnas.1903070116", "10.1073/pnas.1903070116"),
        ("https://www.tandfonline.com/doi/pdf/10.1080/00437956.1954.11659520", "10.1080/00437956.1954.11659520"),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2018.00774/full", "10.3389/fnins.2018.00774"),
        ("https://www.biorxiv.org/content/10.1101/2023.04.30.538439v1.full.pdf", "10.1101/2023.04.30.538439"),
        ("https://projecteuclid.org/euclid.aoms/1177729586", "10.1214/aoms/1177729586"),
        (
            "https://projecteuclid.org/journals/x/volume-22/issue-3/A-Title/10.1214/aoms/1177729586.full",
            "10.1214/aoms/1177729586",
        ),
        ("https://academic.oup.com/bib/article-lookup/doi/10.1093/bib/bbx123/4567890", "10.1093/bib/bbx123"),
    ],
)
def test_doi_in_addresses(url: str, doi: str) -> None:
    assert names(url) == [f"doi:{doi}"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://openreview.net/forum?id=rAnB7JSMXL&noteId=x", "openreview:rAnB7JSMXL"),
        ("https://openreview.net/pdf?id=LuCLf4BJsr", "openreview:LuCLf4BJsr"),
        ("https://openreview.net/revisions?id=LuCLf4BJsr", "openreview:LuCLf4BJsr"),
        # a single revision's id is its own: which paper it belongs to only OpenReview knows
        (
            "https://openreview.net/references/pdf?id=YFOHPrGY1",
            "url:https://openreview.net/references/pdf?id=YFOHPrGY1",
        ),
        ("https://aclanthology.org/P19-1001.pdf", "acl:P19-1001"),
        ("https://www.aclweb.org/anthology/p19-1001/", "acl:P19-1001"),
        ("https://www.aclweb.org/anthology/papers/P/P19/P19-1001/", "acl:P19-1001"),
        ("https://aclanthology.org/2020.acl-main.1v2.pdf", "acl:2020.acl-main.1"),
        ("http://proceedings.mlr.press/v37/ioffe15.html", "pmlr:v37/ioffe15"),
        ("http://proceedings.mlr.press/v37/ioffe15.pdf", "pmlr:v37/ioffe15"),
        ("https://proceedings.mlr.press/v162/li22n/li22n.pdf", "pmlr:v162/li22n"),
        ("http://jmlr.org/proceedings/papers/v37/ioffe15.html", "pmlr:v37/ioffe15"),
        ("https://raw.githubusercontent.com/mlresearch/v235/main/assets/li24a/li24a.pdf", "pmlr:v235/li24a"),
        (f"https://papers.nips.cc/paper/2017/hash/{HASH}-Abstract.html", f"neurips:2017/{HASH}"),
        (
            f"https://proceedings.neurips.cc/paper_files/paper/2017/file/{HASH}-Paper-Conference.pdf",
            f"neurips:2017/{HASH}",
        ),
        ("http://papers.nips.cc/paper/7181-attention-is-all-you-need.pdf", "neurips:7181"),
        (
            "https://openaccess.thecvf.com/content/CVPR2022/html/Doe_A_Net_CVPR_2022_paper.html",
            "cvf:doe_a_net_cvpr_2022",
        ),
        (
            "https://openaccess.thecvf.com/content/CVPR2022/papers/Doe_A_Net_CVPR_2022_paper.pdf",
            "cvf:doe_a_net_cvpr_2022",
        ),
        (
            "http://www.cv-foundation.org/openaccess/content_cvpr_2015/html/Doe_A_2015_CVPR_paper.html",
            "cvf:doe_a_2015_cvpr",
        ),
        ("http://jmlr.csail.mit.edu/papers/v3/blei03a.html", "jmlr:v3/blei03a"),
        ("https://www.jmlr.org/papers/volume3/blei03a/blei03a.pdf", "jmlr:v3/blei03a"),
        ("https://jmlr.org/papers/volume21/20-074/20-074.pdf", "jmlr:v21/20-074"),
    ],
)
def test_proceedings(url: str, name: str) -> None:
    assert names(url) == [name]


def test_an_acl_doi_names_the_acl_paper_too() -> None:
    assert names("https://doi.org/10.18653/v1/P19-1001") == ["doi:10.18653/v1/p19-1001", "acl:P19-1001"]


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/someone/status/1",
        "https://twitter.com/someone/status/1",
        "https://github.com/owner/repo",
        "https://github.com/owner/repo/tree/main/papers",
        "https://github.com/owner",
        "https://huggingface.co/org/model",
        "https://huggingface.co/datasets/org/data",
        "https://www.youtube.com/watch?v=abc",
        "https://youtu.be/abc",
        "https://example.org",
        "https://example.org/?utm_source=x",
        "https://openai.com/research/",
        "https://example.org/en/papers/index.html",
        "https://en.wikipedia.org/wiki/Attention",
        "https://arxiv.org/list/cs.CL/recent",
        "https://arxiv.org/abs/9999.99999",
        "https://arxiv.org/abs/1706.arXiv:03762",
        "https://aclanthology.org/volumes/2023.conll-babylm/",
        "https://openreview.net/group?id=ICLR.cc",
        "https://scholar.google.com/scholar?q=x",
        "mailto:someone@example.org",
        "javascript:alert(1)",
        "http://[::1",
        "https://host:notaport/paper",
        "",
        "no address",
    ],
)
def test_what_names_no_single_paper(url: str) -> None:
    assert identifiers_of(url) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://openai.com/research/gpt-4",
        "https://github.com/owner/Repo/blob/main/paper.pdf",
        "https://blog.example.org/2024/01/a-post/",
        "https://people.example.edu/~a/paper.pdf",
        "https://huggingface.co/blog/starcoder2",
        "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=4835311",
    ],
)
def test_a_page_of_its_own_is_an_identity(url: str) -> None:
    assert [i.scheme for i in identifiers_of(url)] == ["url"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.Example.org:80/a//b/", "https://example.org/a/b"),
        ("https://example.org/a?b=2&a=1&utm_source=x&fbclid=y#part", "https://example.org/a?a=1&b=2"),
        ("https://example.org/%7Euser/caf%c3%a9", "https://example.org/~user/café"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://example.org/a/./b/../c/index.html", "https://example.org/a/c"),
        ("https://github.com/Owner/Repo.git", "https://github.com/owner/repo"),
        ("https://raw.githubusercontent.com/o/r/main/p.pdf", "https://github.com/o/r/blob/main/p.pdf"),
        (
            "https://ieeexplore.ieee.org/abstract/document/726791",
            "https://ieeexplore.ieee.org/document/726791/metrics#m",
        ),
        (
            "https://www.sciencedirect.com/science/article/abs/pii/S1?via%3Dihub",
            "https://sciencedirect.com/science/article/pii/S1",
        ),
        (
            "http://citeseerx.ist.psu.edu/viewdoc/download?doi=10.1.1.1.2&rep=rep1&type=pdf",
            "https://citeseerx.ist.psu.edu/viewdoc/summary?doi=10.1.1.1.2",
        ),
        ("https://www.researchgate.net/publication/12_A_title", "https://researchgate.net/publication/12"),
        ("https://hf.co/blog/x", "https://huggingface.co/blog/x"),
    ],
)
def test_one_spelling(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


def test_routes_in_fragments_tell_pages_apart() -> None:
    assert canonical_url("https://example.org/#/paper/1") != canonical_url("https://example.org/#/paper/2")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("arXiv:1706.03762v5", "arxiv:1706.03762"),
        ("1706.03762", "arxiv:1706.03762"),
        ("ARXIV: cs/0112017", "arxiv:cs/0112017"),
        ("10.1145/3592433", "doi:10.1145/3592433"),
        ("doi:10.48550/arXiv.1706.03762", "arxiv:1706.03762"),
        ("DOI: https://doi.org/10.1145/3592433", "doi:10.1145/3592433"),
        ("openreview:rAnB7JSMXL", "openreview:rAnB7JSMXL"),
        ("P19-1001", "acl:P19-1001"),
        ("pmlr:V37/Ioffe15", "pmlr:v37/ioffe15"),
        ("https://arxiv.org/abs/1706.03762", "arxiv:1706.03762"),
        ("url:https://www.example.org/post/", "url:https://example.org/post"),
        ("arXiv:1706.03762 [cs.CL]", "arxiv:1706.03762"),
        ("arXiv:1706.03762v7 [cs.CL] 2 Aug 2023", "arxiv:1706.03762"),
        ("arXiv 1706.03762", "arxiv:1706.03762"),
        ("[1706.03762]", "arxiv:1706.03762"),
        ("[arXiv:math/0309136v2 [math.GT]]", "arxiv:math/0309136"),
        ("oai:arXiv.org:1706.03762", "arxiv:1706.03762"),
        ("arxiv:arXiv:1706.03762", "arxiv:1706.03762"),
        ("DOI 10.1162/x", "doi:10.1162/x"),
        ("info:doi/10.1162/x", "doi:10.1162/x"),
        ("urn:doi:10.1162/X", "doi:10.1162/x"),
        ("doi:info:doi/10.1162/x", "doi:10.1162/x"),
    ],
)
def test_what_people_type(text: str, name: str) -> None:
    assert str(parse_identifier(text)) == name


@pytest.mark.parametrize(
    "title",
    [
        "arXiv:1706.03762 is all you need",
        "On arXiv 1706.03762",
        "A reply to arXiv:1706.03762 [cs.CL]",
        "DOI 10.1162/x and what it names",
        "[GPT-4] a report",
        "Deep [cs.CL]",
        "arXiv",
        "arXiv: what 30 years of preprints tell",
        "DOI: a history",
        "10.1/x",
    ],
)
def test_titles_are_no_identifiers(title: str) -> None:
    assert parse_identifier(title) is None


def test_two_arxiv_papers_in_one_row_are_not_made_one() -> None:
    entry = Entry(
        title="Two at once",
        url="https://arxiv.org/abs/2301.00001",
        same_as=("https://arxiv.org/pdf/2301.00002", "https://doi.org/10.1145/1"),
    )
    assert [str(i) for i in entry_identifiers(entry)] == ["arxiv:2301.00001", "doi:10.1145/1"]


def test_public_id_takes_the_strongest_whatever_the_order() -> None:
    found = [Identifier("url", "https://example.org/a"), Identifier("doi", "10.1/x"), Identifier("arxiv", "1706.03762")]
    assert public_id(found, "T") == public_id(reversed(found), "T") == "arxiv:1706.03762"
    assert public_id((), "A  Title!") == public_id((), "a title")
    assert public_id((), "A").startswith("title:")
    assert public_id((), "!!!") != public_id((), "???")


# ---------------------------------------------------------------- laws

arxiv_values = st.one_of(
    st.builds(
        lambda y, m, n: f"{y:02d}{m:02d}.{n:05d}", st.integers(15, 99), st.integers(1, 12), st.integers(1, 99999)
    ),
    st.builds(lambda y, m, n: f"{y:02d}{m:02d}.{n:04d}", st.integers(8, 14), st.integers(1, 12), st.integers(1, 9999)),
    st.builds(
        lambda a, y, m, n: f"{a}/{y:02d}{m:02d}{n:03d}",
        st.sampled_from(["cs", "hep-th", "q-bio"]),
        st.integers(92, 99),
        st.integers(1, 12),
        st.integers(1, 999),
    ),
)
doi_values = st.from_regex(r"10\.[1-9][0-9]{3}/[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda d: not d.endswith((".pdf", ".html", ".htm", ".full", ".short", ".long", ".abstract", ".epdf"))
)
hosts = st.sampled_from(
    ["example.org", "WWW.Example.org", "blog.example.co.uk", "github.com", "arxiv.org", "nature.com"]
)
urls = st.builds(
    lambda s, h, p, q, f: f"{s}://{h}/{p}" + (f"?{q}" if q else "") + (f"#{f}" if f else ""),
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(alphabet="ab=&%2F+ü;", max_size=12),
    st.text(alphabet="ab!/", max_size=4),
)


@given(arxiv_values)
def test_arxiv_values_survive(value: str) -> None:
    name = Identifier("arxiv", value)
    assert parse_identifier(value) == parse_identifier(f"{name}v3") == parse_identifier(str(name)) == name
    assert identifiers_of(f"https://arxiv.org/pdf/{value}v12.pdf") == (name,)
    page = landing_url(name)
    assert page is not None
    assert identifiers_of(page) == (name,)


@given(
    arxiv_values,
    st.sampled_from(["", "arXiv:", "arXiv ", "arxiv : ", "oai:arXiv.org:", "arXiv:arXiv:"]),
    st.sampled_from(["", "v2"]),
    st.sampled_from(["", " [cs.CL]", "[hep-th]", " [stat.ML] 12 Jun 2017"]),
)
def test_what_stands_around_an_arxiv_id_says_nothing(value: str, before: str, version: str, behind: str) -> None:
    name = Identifier("arxiv", value)
    written = f"{before}{value}{version}{behind}"
    assert parse_identifier(written) == parse_identifier(f"[{written}]") == name
    assert parse_identifier(f"{written} and gardens") is None


@given(doi_values, st.sampled_from(["DOI ", "doi:", "DOI: ", "info:doi/", "urn:doi:", "doi:info:doi/"]))
def test_what_stands_before_a_doi_says_nothing(value: str, before: str) -> None:
    assert parse_identifier(before + value) == parse_identifier(value)


@given(doi_values)
def test_doi_values_survive(value: str) -> None:
    name = parse_identifier(value)
    assert name is not None
    assert parse_identifier(str(name)) == name
    page = landing_url(name)
    assert page is not None
    assert name in identifiers_of(page)


@given(st.one_of(urls, st.text(max_size=60)))
def test_canonical_urls_are_fixed_points(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.one_of(urls, st.text(max_size=60)))
def test_identifiers_never_raise_and_speak_for_their_canonical_address(url: str) -> None:
    found = identifiers_of(url)
    assert identifiers_of(canonical_url(url)) == found
    assert [SCHEMES.index(i.scheme) for i in found] == sorted(SCHEMES.index(i.scheme) for i in found)
    for identifier in found:
        assert parse_identifier(str(identifier)) == identifier


@given(st.text(max_size=80))
def test_title_keys_are_fixed_points(title: str) -> None:
    once = title_key(title)
    assert title_key(once) == once
    assert title_key(f" {title}  ") == once
    assert parse_identifier(title) is None or title.strip()


@given(st.lists(st.builds(Identifier, st.sampled_from(SCHEMES), st.text("abc", min_size=1, max_size=3))), st.randoms())
def test_public_id_is_order_free(found: list[Identifier], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert public_id(found, "t") == public_id(shuffled, "t")
