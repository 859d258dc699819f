"""The figures of a ranking."""

import math

import pytest

from coach.evaluation.ranking import compared, ndcg, recall


def test_the_best_order_has_an_ndcg_of_one_and_the_worst_of_nothing() -> None:
    relevant = {"a": 2, "b": 1}
    assert ndcg(["a", "b", "c"], relevant) == pytest.approx(1)
    assert ndcg(["c", "d"], relevant) == 0


def test_ndcg_counts_as_trec_eval_does() -> None:
    found = ndcg(["b", "c", "a"], {"a": 2, "b": 1})
    best = 2 + 1 / math.log2(3)
    assert found == pytest.approx((1 + 2 / math.log2(4)) / best)


def test_what_comes_after_the_cut_counts_for_nothing() -> None:
    assert ndcg(["x", "a"], {"a": 1}, at=1) == 0
    assert recall(["x", "a"], {"a": 1, "b": 1}, at=2) == 0.5


def test_a_query_without_anything_relevant_measures_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is relevant"):
        ndcg(["a"], {"a": 0})
    with pytest.raises(ValueError, match="nothing is relevant"):
        recall(["a"], {})


def test_a_system_that_is_better_on_every_query_is_surely_better() -> None:
    stands = compared([0.6, 0.8, 0.4] * 20, [0.3, 0.4, 0.2] * 20)
    assert stands.ratio == pytest.approx(2)
    assert stands.interval.low == pytest.approx(2)
    assert stands.p == 0


def test_a_system_is_not_better_than_itself() -> None:
    stands = compared([0.1, 0.9, 0.5], [0.1, 0.9, 0.5])
    assert (stands.ratio, stands.p) == (1, 1)


def test_systems_are_compared_over_the_same_queries() -> None:
    with pytest.raises(ValueError, match="figures against"):
        compared([0.1], [0.1, 0.2])
