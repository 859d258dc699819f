"""Shares, their intervals, breakdowns and calibration, against figures worked out by hand."""

import math

import numpy as np
import pytest

from coach.evaluation.figures import (
    Bin,
    Interval,
    Share,
    breakdown,
    calibration,
    calibration_error,
    shares_of,
)


def test_a_share_is_hits_of_all() -> None:
    share = Share.among([True, False, True, True])
    assert (share.hits, share.of, share.value) == (3, 4, 0.75)


@pytest.mark.parametrize(("hits", "of"), [(0, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        Share(hits, of)


@pytest.mark.parametrize("share", [Share(7, 10), Share(336, 395), Share(0, 28), Share(28, 28)])
def test_the_interval_is_wilsons(share: Share) -> None:
    z, n, p = 1.959963984540054, share.of, share.value
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert share.interval.low == pytest.approx(middle - half, abs=1e-9)
    assert share.interval.high == pytest.approx(middle + half, abs=1e-9)


def test_a_figure_without_rows_is_left_out() -> None:
    assert shares_of({"seen": [True, False], "false": []}) == {"seen": Share(1, 2)}


def test_a_row_counts_in_each_of_its_groups_and_an_empty_group_is_left_out() -> None:
    rows = [(["suicide", "minor"], True), (["minor"], False), ([], True), (["eating"], None)]
    found = breakdown(
        rows,
        lambda row: row[0],
        lambda rs: shares_of({"found": [hit for _, hit in rs if hit is not None]}),
    )
    assert found == {"minor": {"found": Share(1, 2)}, "suicide": {"found": Share(1, 1)}}
    assert list(found) == ["minor", "suicide"]


def test_chances_that_come_true_as_often_as_said_have_no_error() -> None:
    chances = np.repeat([0.0, 0.25, 0.5, 1.0], 20)
    happened = np.concatenate([np.arange(20) < share * 20 for share in (0, 0.25, 0.5, 1)])
    assert calibration_error(chances, happened) == pytest.approx(0)


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    # Ten bins of two: the lower five say 0.1 and it never happens, the upper five say 0.7
    # and it happens half the time.
    chances = [0.1] * 10 + [0.7] * 10
    happened = [False] * 10 + [True, False] * 5
    assert calibration_error(chances, happened) == pytest.approx(0.5 * 0.1 + 0.5 * 0.2)


def test_bins_have_equal_counts_in_the_order_of_the_chances() -> None:
    given = np.random.default_rng(1).permutation(np.arange(95) / 95)
    bins = calibration(given, given > 0.5).bins
    assert [b.of for b in bins] == [10] * 5 + [9] * 5
    assert [b.chance for b in bins] == sorted(b.chance for b in bins)
    assert bins[0] == Bin(10, pytest.approx(np.arange(10).mean() / 95), 0.0)
    assert bins[-1].happened == 1.0


def test_the_order_of_messages_with_the_same_chance_does_not_matter() -> None:
    chances = np.full(100, 0.5)
    sorted_by_truth = np.arange(100) < 50
    assert calibration_error(chances, sorted_by_truth) == pytest.approx(0)
    mixed = np.random.default_rng(2).permutation(100)
    some = np.round(np.random.default_rng(3).random(100), 1)
    assert calibration_error(some[mixed], sorted_by_truth[mixed]) == pytest.approx(
        calibration_error(some, sorted_by_truth)
    )


def test_fewer_messages_than_bins_are_a_bin_each() -> None:
    assert calibration_error([0.2, 0.6], [False, True]) == pytest.approx((0.2 + 0.4) / 2)


def test_the_interval_of_an_error_holds_it_and_is_the_same_again() -> None:
    random = np.random.default_rng(4)
    chances = random.random(400)
    happened = random.random(400) < chances * 0.6
    found, again = calibration(chances, happened), calibration(chances, happened)
    assert found == again
    assert found.error == calibration_error(chances, happened)
    assert 0 < found.interval.low < found.error < found.interval.high < 1
    more = np.tile(chances, 8), np.tile(happened, 8)
    assert width(calibration(*more).interval) < width(found.interval) / 2


def width(interval: Interval) -> float:
    return interval.high - interval.low


@pytest.mark.parametrize(
    ("chances", "happened"),
    [([], []), ([0.5], [True, False]), ([1.2], [True]), ([math.nan], [True]), ([[0.5]], [[True]])],
)
def test_what_are_no_chances_is_refused(chances: list[float], happened: list[bool]) -> None:
    with pytest.raises(ValueError, match="chance"):
        calibration_error(chances, happened)
