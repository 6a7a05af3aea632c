"""What the benchmarks measure on is the same for the same seed; what they write names no place of the machine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.data import YEARS, Donor, Paper, grow, load, year_of
from benchmarks.plan import Results, sizes_of
from benchmarks.wording import flat, in_ms, sized

PAPERS = tuple(
    Paper(
        f"p{n}",
        f"Herons of the {n} river delta",
        f"We counted {n} herons today. They were mostly grey birds. So it is.",
    )
    for n in range(7)
)


def test_growth_repeats_and_begins_alike_however_far_it_goes() -> None:
    few, many = list(grow(PAPERS, 20, 3)), list(grow(PAPERS, 50, 3))
    assert few == many[:20]
    assert [p.abstract for p in few] != [p.abstract for p in grow(PAPERS, 20, 4)]
    assert len({p.id for p in many}) == 50


def test_a_synthetic_paper_is_made_of_real_sentences_and_names_them() -> None:
    texts = {paper.title for paper in PAPERS} | {paper.abstract for paper in PAPERS}
    for made in grow(PAPERS, 30, 1):
        assert made.donors[0].half == "first"
        assert all(isinstance(donor, Donor) and donor.paper < len(PAPERS) for donor in made.donors)
        for sentence in made.abstract.split(". "):
            assert any(sentence.strip(". ") in text for text in texts)


def test_years_have_the_shares_they_promise() -> None:
    counted = Counter(year_of(f"paper {n}") for n in range(50_000))
    for year, share in YEARS:
        assert counted[year] / 50_000 == pytest.approx(share, rel=0.3)


def test_without_the_shared_folder_the_shelf_stands_in_and_says_so(tmp_path: Path) -> None:
    corpus = load(tmp_path)
    assert len(corpus.papers) >= 100
    assert len(corpus.queries) == len(corpus.papers)
    assert "starter shelf" in corpus.origin


def test_sizes() -> None:
    assert sizes_of("10k,1K,1M,250") == (250, 1000, 10_000, 1_000_000)


def test_results_are_kept_step_by_step(tmp_path: Path) -> None:
    Results(tmp_path / "results.json").put("a", {"x": 1})
    Results(tmp_path / "results.json").put("b", {"x": 2})
    assert set(Results(tmp_path / "results.json").steps) == {"a", "b"}


def test_two_runs_at_once_keep_each_other_s_results(tmp_path: Path) -> None:
    long = Results(tmp_path / "results.json")
    Results(tmp_path / "results.json").put("meanwhile", {"x": 1})
    long.put("kills", {"x": 2})
    assert set(Results(tmp_path / "results.json").steps) == {"meanwhile", "kills"}


def test_words_for_the_page() -> None:
    assert flat("no\nfile /some/where/deep.txt | https://example.org/x") == "no file … / …"
    assert (in_ms(0.026), in_ms(12.34), in_ms(1234.5)) == ("0.03 ms", "12.3 ms", "1,234 ms")
    libraries = {"libraries": {"sizes": {"1000": {"papers": 1000, "synthetic": 900}}}}
    assert sized(libraries, 1000) == "1,000 (90% synthetic)"
