"""A classifier calibrated at the validation mix, used on feeds of another mix: the shares are known."""

import warnings

import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import (
    TWO_CLASSES,
    Status,
    TemperatureScaling,
    ValidationStatistics,
    adapt_posteriors,
    collapse_proba,
    estimate_shares,
    estimate_shares_em,
)
from models.prevalence.emq import _maximise, _maximise_two

MIX = np.array([0.1, 0.15, 0.55, 0.2])
FEED = np.array([0.2, 0.3, 0.1, 0.4])
ORGANIC = 2


def draw(rng, n, mix, *, sharpness=1.0):
    gold = rng.choice(4, n, p=mix)
    logits = 2.0 * (2.0 * np.eye(4)[gold] + rng.normal(size=(n, 4))) + np.log(MIX)
    posteriors = np.exp(sharpness * (logits - logits.max(axis=1, keepdims=True)))
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def test_scaled_emq_is_unbiased_where_overconfident_posteriors_are_not():
    rng, rows = np.random.default_rng(7), []
    for _ in range(40):
        gold, posteriors = draw(rng, 1500, MIX, sharpness=2.0)
        statistics = ValidationStatistics.from_predictions(gold, posteriors)
        scaling = TemperatureScaling.fit(posteriors, gold)
        gold, posteriors = draw(rng, 600, FEED, sharpness=2.0)
        scaled, unscaled = (estimate_shares_em(posteriors, statistics, scaling=each) for each in (scaling, None))
        truth, interval = np.mean(gold == ORGANIC), scaled.realised("organic")
        covered = interval.ci_low <= truth <= interval.ci_high
        rows.append((scaled.share("organic") - truth, unscaled.share("organic") - truth, covered))
    bias, unscaled_bias, coverage = np.mean(rows, axis=0)
    assert abs(bias) < 0.005
    assert abs(unscaled_bias) > 0.02
    assert coverage >= 0.93


@pytest.mark.parametrize("weigh", [False, True])
def test_its_own_noise_covers_where_validation_leaves_nothing_open(weigh):
    rng, rows = np.random.default_rng(2), []
    statistics = ValidationStatistics.from_predictions(*draw(rng, 200_000, MIX))
    for _ in range(300):
        gold, posteriors = draw(rng, 300, FEED)
        weights = rng.exponential(size=300) * np.where(gold == ORGANIC, 1, 3) if weigh else np.ones(300)
        estimate = estimate_shares_em(posteriors, statistics, weights=weights)
        truth, interval = weights[gold == 1].sum() / weights.sum(), estimate.realised("diversion")
        process = estimate.process("diversion")
        rows.append(
            (interval.ci_low <= truth <= interval.ci_high, process.ci_low <= FEED[1] <= process.ci_high or weigh)
        )
    realised, behind = np.mean(rows, axis=0)
    assert 0.92 <= realised <= 0.98
    assert behind >= 0.92


@pytest.fixture(scope="module")
def statistics():
    return ValidationStatistics.from_predictions(*draw(np.random.default_rng(5), 3000, MIX))


def test_it_agrees_with_pacc_and_has_less_noise_of_its_own(statistics):
    posteriors = draw(np.random.default_rng(6), 4000, FEED)[1]
    em, pacc = estimate_shares_em(posteriors, statistics), estimate_shares(posteriors, statistics)
    assert em.shares == pytest.approx(pacc.shares, abs=0.02)
    assert np.trace(em.own_covariance) < np.trace(pacc.own_covariance)
    assert np.trace(em.own_covariance) < np.trace(em.covariance)


def test_a_weight_counts_like_so_many_notes(statistics):
    posteriors = draw(np.random.default_rng(8), 500, FEED)[1]
    weights = np.random.default_rng(9).integers(1, 4, 500)
    weighted = estimate_shares_em(posteriors, statistics, weights=weights)
    repeated = estimate_shares_em(np.repeat(posteriors, weights, axis=0), statistics)
    assert weighted.shares == pytest.approx(repeated.shares, abs=1e-6)
    assert np.trace(weighted.own_covariance) > np.trace(repeated.own_covariance)


def test_pooled_classes_take_posteriors_scaled_before(statistics):
    gold, posteriors = draw(np.random.default_rng(6), 4000, FEED)
    two = estimate_shares_em(collapse_proba(posteriors, TWO_CLASSES), statistics.collapse(TWO_CLASSES))
    assert two.share("organic") == pytest.approx(np.mean(gold == ORGANIC), abs=0.02)


def test_a_class_that_is_not_there_gets_next_to_nothing(statistics):
    posteriors = draw(np.random.default_rng(6), 4000, np.array([0.0, 0.0, 0.7, 0.3]))[1]
    estimate = estimate_shares_em(posteriors, statistics)
    assert estimate.shares[:2] == pytest.approx([0, 0], abs=0.02)
    assert np.all(np.linalg.eigvalsh(estimate.covariance) > -1e-12)


def test_too_few_notes_are_refused_as_by_pacc(statistics):
    refused = estimate_shares_em(np.full((49, 4), 0.25), statistics)
    assert (refused.status, refused.shares) == (Status.INSUFFICIENT, None)
    assert refused.reasons == ("needs 50 effective notes, got 49",)


def test_adapted_posteriors_hold_at_the_new_mix():
    gold, posteriors = draw(np.random.default_rng(3), 40_000, FEED)
    adapted = adapt_posteriors(posteriors, MIX, FEED)
    assert adapted.mean(axis=0) == pytest.approx(FEED, abs=0.01)
    high = adapted[:, 3] > 0.8
    assert np.mean(gold[high] == 3) == pytest.approx(adapted[high, 3].mean(), abs=0.01)


def test_a_mix_without_a_class_adapts_nothing():
    with pytest.raises(ModelError, match="shares over 0 alone"):
        adapt_posteriors(np.full((1, 2), 0.5), [0.0, 1.0], [0.5, 0.5])


def test_shares_are_those_of_an_independent_library(statistics):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        pytest.importorskip("quapy")
        from quapy.method.aggregative import ACC, EMQ, PACC
    gold, validation = draw(np.random.default_rng(5), 3000, MIX)
    posteriors = draw(np.random.default_rng(6), 2000, FEED)[1]
    train = np.bincount(gold) / len(gold)
    theirs = EMQ.EM(train, posteriors, epsilon=1e-8)[0]
    assert estimate_shares_em(posteriors, statistics).shares == pytest.approx(theirs, abs=1e-3)
    rates = PACC.getPteCondEstim(np.arange(4), gold, validation)
    theirs = ACC.solve_adjustment(rates, posteriors.mean(axis=0), method="inversion", solver="exact-raise")
    assert estimate_shares(posteriors, statistics).shares == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize("n_notes", [300, 5_000])
def test_two_classes_reach_the_shares_that_em_climbs_to(n_notes, monkeypatch):
    rng = np.random.default_rng(5)
    statistics = ValidationStatistics.from_predictions(*draw(rng, 3000, MIX)).collapse(TWO_CLASSES)
    two = collapse_proba(draw(rng, n_notes, FEED)[1], TWO_CLASSES)
    weights = rng.exponential(size=n_notes)
    quick = estimate_shares_em(two, statistics, weights=weights).share("organic")
    monkeypatch.setattr("models.prevalence.emq._maximise_two", _maximise)
    assert quick == pytest.approx(estimate_shares_em(two, statistics, weights=weights).share("organic"), abs=2e-5)


@pytest.mark.parametrize("seed", [618, 950, 993, 1238, *range(20)])  # in the first four a step ends in rounding
def test_newtons_steps_end_at_the_likeliest_share(seed):
    rng = np.random.default_rng(seed)
    is_yes = rng.random(80) < 0.77
    yes = 1 / (1 + np.exp(-2 * (2 * is_yes - 1) - rng.normal(size=80)))
    likelihoods, weights = 2 * np.stack([1 - yes, yes]), np.full(80, 1 / 80)
    grid = np.linspace(0.0, 1.0, 2001)
    likeliest = grid[np.log(np.stack([1 - grid, grid], axis=1) @ likelihoods).sum(axis=1).argmax()]
    share = _maximise_two(likelihoods, weights, np.array([0.5, 0.5]))[1]
    assert share == pytest.approx(likeliest, abs=1e-3)
