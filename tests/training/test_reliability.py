import numpy as np
import pytest

from training.reliability import reliability_bins


def test_bins_of_calibrated_scores_lie_on_the_diagonal():
    rng = np.random.default_rng(1)
    scores = rng.uniform(size=20_000)
    bins = reliability_bins(scores, rng.uniform(size=20_000) < scores)
    assert [cell["rows"] for cell in bins] == [2000] * 10
    for cell in bins:
        assert cell["share"] == pytest.approx(cell["mean_score"], abs=0.035)
        assert cell["ci_low"] < cell["share"] < cell["ci_high"]


def test_scores_that_say_too_much_lie_under_the_diagonal():
    rng = np.random.default_rng(1)
    scores = rng.uniform(size=2000)
    bins = reliability_bins(scores, rng.uniform(size=2000) < scores / 2)
    assert all(cell["ci_high"] < cell["mean_score"] for cell in bins[3:])


def test_equal_scores_share_a_bin_in_whatever_order_they_come():
    scores = np.array([0.1] * 55 + [0.9] * 45)
    positive = np.arange(100) % 2 == 0
    order = np.random.default_rng(0).permutation(100)
    bins = reliability_bins(scores, positive)
    assert [cell["rows"] for cell in bins] == [55, 45]
    for cell, again in zip(bins, reliability_bins(scores[order], positive[order]), strict=True):
        assert cell == pytest.approx(again)


@pytest.mark.parametrize(("n", "expected"), [(1, [1]), (19, [19]), (20, [10, 10]), (1000, [250] * 4)])
def test_a_bin_needs_ten_notes(n, expected):
    bins = reliability_bins(np.linspace(0, 1, n), np.ones(n, dtype=bool), bins=4)
    assert [cell["rows"] for cell in bins] == expected
