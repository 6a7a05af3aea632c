"""The small questions: is it a name, a date, a label, a place of papers?"""

from __future__ import annotations

import pytest

from tracker.sources.dates import date_in
from tracker.sources.evidence import LinkRole, arxiv_ids, label_role, on_paper_host, polarity, role_of
from tracker.sources.inline import bare_urls, readable, unquoted
from tracker.sources.people import people
from tracker.sources.titles import split_alias


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Zou and Hastie", ("Zou", "Hastie")),
        ("Han, Pei, and Yin", ("Han", "Pei", "Yin")),
        ("Deng et al.", ("Deng",)),
        ("H. Robbins and S. Monro. ", ("H. Robbins", "S. Monro")),
        ("Hornik, Kurt; White, Halbert", ("Kurt Hornik", "Halbert White")),
        ("Achstone, Panos and Abdelsand, Ahmed and Silt, Fei", ("Panos Achstone", "Ahmed Abdelsand", "Fei Silt")),
        ("Stone, A. B., & Sand, C.", ("A. B. Stone", "C. Sand")),
        ("Aaron van den Oord & Yazhe Li", ("Aaron van den Oord", "Yazhe Li")),
        ("William B. Johnson, , Joram Lindenstrauss", ("William B. Johnson", "Joram Lindenstrauss")),
        ("Shlomo Shamai (Shitz)", ("Shlomo Shamai (Shitz)",)),
        ('Jan "Honza" Černocký', ('Jan "Honza" Černocký',)),
        ("an outline of what they threw", ()),
        ("K9 skipping proposed by Boulder", ()),
        ("Frontiers in Psychology", ()),
        ("NeurIPS 2017", ()),
        ("A. B.", ()),
        ("", ()),
    ],
)
def test_people(text: str, names: tuple[str, ...]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("(2015)", 2015, None),
        ("NeurIPS 2017", 2017, None),
        ("(ICLR'21)", 2021, None),
        ("CVPR ’19", 2019, None),
        ("Preprint'98", 1998, None),
        ("EMNLP2020 WS", 2020, None),
        ("[2023/05/11]", 2023, 5),
        ("2024-06", 2024, 6),
        ("01/2023", 2023, 1),
        ("8 Aug 2022", 2022, 8),
        ("September 3, 2021", 2021, 9),
        ("arXiv:2005.14165", None, None),
        ("https://arxiv.org/abs/2005.14165", None, None),
        ("page 1997 of 3", 1997, None),
        ("16x16 words", None, None),
        ("", None, None),
    ],
)
def test_dates(text: str, year: int | None, month: int | None) -> None:
    assert date_in(text) == (year, month)


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("pdf", "paper"),
        ("[Paper]", "paper"),
        ("📖 arXiv Paper", "paper"),
        ("CVPR 2021", "paper"),
        ("CVPR '16 Paper", "paper"),
        ("VITA-1.5 Paper", "paper"),
        ("论文", "paper"),
        ("PyTorch (lucidrains)", "code"),
        ("Official Code", "code"),
        ("GitHub Repo stars", "code"),
        ("Project Page", "beside"),
        ("code & data", "code"),
        ("Website-Part 1", "beside"),
        ("here", "open"),
        ("link", "open"),
        ("Attention Is All You Need", None),
        ("GPT-4 Technical Report", None),
        ("BERT", None),
    ],
)
def test_labels(label: str, role: LinkRole | None) -> None:
    assert label_role(label) == role


@pytest.mark.parametrize(
    ("url", "label", "role"),
    [
        ("https://arxiv.org/abs/2001.00001", "", "paper"),
        ("https://arxiv.org/list/cs.CL/new", "", "open"),
        ("https://arxiv.org/", "", "open"),
        ("https://huggingface.co/papers/2001.00001", "", "paper"),
        ("https://huggingface.co/org/model", "", "code"),
        ("https://github.com/a/b", "Paper", "code"),
        ("https://github.com/a/b/blob/main/paper.pdf", "", "paper"),
        ("https://example.org/a.pdf", "", "paper"),
        ("https://example.org/poster.pdf", "poster", "beside"),
        ("https://example.org/thing", "Paper", "paper"),
        ("https://example.org/thing", "", "open"),
        ("https://www.youtube.com/watch?v=1", "Paper", "beside"),
        ("https://blog.example.org/stones", "", "beside"),
        ("https://openreview.net/forum?id=x", "page", "paper"),
        ("https://proceedings.mlr.press/v1/x.html", "video", "beside"),
    ],
)
def test_roles(url: str, label: str, role: LinkRole) -> None:
    assert role_of(url, label) == role


@pytest.mark.parametrize(
    ("section", "promise"),
    [
        ((), "neutral"),
        (("Papers", "Throwing"), "papers"),
        (("Tools",), "other"),
        (("Tools", "Survey papers"), "papers"),
        (("News", "2024"), "never"),
        (("Contents",), "never"),
        (("Contents", "Throwing"), "neutral"),
        (("Researchers",), "never"),
        (("People Re-identification",), "neutral"),
    ],
)
def test_sections(section: tuple[str, ...], promise: str) -> None:
    assert polarity(section) == promise


def test_paper_hosts_and_ids() -> None:
    assert on_paper_host("https://www.nature.com/articles/x")
    assert not on_paper_host("https://notarxiv.org/abs/1")
    assert not on_paper_host("http://distill.pub/")
    assert arxiv_ids("https://arxiv.org/pdf/2001.00001v3.pdf") == {"2001.00001"}
    assert arxiv_ids("http://arxiv.org/abs/cs/0112017") == {"cs/0112017"}
    assert arxiv_ids("https://example.org/2001.00001") == frozenset()


def test_text_is_made_readable() -> None:
    assert readable("a  b ● c● d\n\n e") == "a b\n• c\n• d\ne"
    assert unquoted('"A Title."') == "A Title."
    assert unquoted("“Half quoted") == "Half quoted"
    assert unquoted("The Stones' Path") == "The Stones' Path"
    assert split_alias("Segmenting Things (SAM)") == ("Segmenting Things", "SAM")
    assert split_alias("Things (2023)") == ("Things (2023)", None)


def test_addresses_written_out_end_where_they_end() -> None:
    text = "see https://e.org/a_(b). and (https://e.org/c), or https://e.org/d?x=1&y=2!"
    assert bare_urls(text) == ("https://e.org/a_(b)", "https://e.org/c", "https://e.org/d?x=1&y=2")
