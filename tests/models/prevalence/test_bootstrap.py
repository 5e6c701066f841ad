"""The bootstrap agrees with the formula where both hold, and moves with what it is given."""

import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.bootstrap import bootstrap_shares
from models.prevalence.classes import TWO_CLASSES, collapse_proba
from models.prevalence.pacc import estimate_shares
from models.prevalence.validation import ValidationStatistics

MIX, CENTRES = np.array([0.1, 0.15, 0.55, 0.2]), 2.0 * np.eye(4)


def draw(seed, n, mix=MIX):
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, n, p=mix)
    odds = np.exp((CENTRES[gold] + rng.normal(size=(n, 4))) @ CENTRES.T) * MIX
    return gold, odds / odds.sum(axis=1, keepdims=True)


def statistics(n=1500):
    return ValidationStatistics.from_predictions(*draw(1, n)).collapse(TWO_CLASSES)


FEED = collapse_proba(draw(2, 2000)[1], TWO_CLASSES)


def test_its_spread_is_that_of_the_formula_for_the_process():
    estimate = estimate_shares(FEED, statistics())
    shares = bootstrap_shares(FEED, statistics(), seed=3)
    interval = estimate.process("organic")
    low, high = np.quantile(shares[:, 1], [0.025, 0.975])
    assert shares[:, 1].mean() == pytest.approx(estimate.share("organic"), abs=0.003)
    assert high - low == pytest.approx(interval.ci_high - interval.ci_low, rel=0.1)
    assert np.allclose(shares.sum(axis=1), 1)


def test_few_validation_notes_widen_it():
    assert (
        bootstrap_shares(FEED, statistics(200), seed=3).std(axis=0)[0]
        > 1.3 * bootstrap_shares(FEED, statistics(), seed=3).std(axis=0)[0]
    )


def test_weights_move_it_and_equal_ones_do_not():
    sure = FEED[:, 1] > 0.9
    even = bootstrap_shares(FEED, statistics(), seed=4, weights=np.full(len(FEED), 2.0))
    assert even == pytest.approx(bootstrap_shares(FEED, statistics(), seed=4))
    heavy = bootstrap_shares(FEED, statistics(), seed=4, weights=np.where(sure, 5.0, 1.0))
    assert heavy[:, 1].mean() > even[:, 1].mean() + 0.1


def test_resamples_and_seed_are_as_asked():
    first, again, other = (bootstrap_shares(FEED, statistics(), resamples=130, seed=seed) for seed in (5, 5, 6))
    assert first.shape == (130, 2)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_wrong_shapes_are_refused():
    with pytest.raises(ModelError, match=r"'proba' must have shape \(n_notes, 2\), with a note at least"):
        bootstrap_shares(FEED[:0], statistics(), seed=1)
    with pytest.raises(ModelError, match=r"'weights' must have shape \(2000,\)\. Got \(3,\) instead"):
        bootstrap_shares(FEED, statistics(), weights=np.ones(3), seed=1)


def test_what_no_resample_could_correct_is_refused():
    rng = np.random.default_rng(9)
    p = rng.random(2000)
    useless = ValidationStatistics.from_predictions(
        rng.integers(0, 2, 2000), np.column_stack([p, 1 - p]), classes=tuple(TWO_CLASSES)
    )
    with pytest.raises(ModelError, match=r"condition of M must be at most 10\. Got"):
        bootstrap_shares(FEED, useless, seed=1)
    with pytest.raises(ModelError, match="needs 50 effective notes. Got 0"):
        bootstrap_shares(FEED, statistics(), weights=np.zeros(len(FEED)), seed=1)
