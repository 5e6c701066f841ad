"""A classifier calibrated at the validation mix, used on feeds of another mix: the shares are known."""

import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import (
    THREE_CLASSES,
    TWO_CLASSES,
    Status,
    ValidationStatistics,
    collapse_proba,
    estimate_shares,
    estimate_shares_em,
)

MIX = np.array([0.1, 0.15, 0.55, 0.2])
CENTRES = 2.0 * np.eye(4)
ORGANIC = 2


def draw(rng, n, mix, *, style=0.0):
    gold = rng.choice(4, n, p=mix)
    seen = CENTRES[gold] + rng.normal(size=(n, 4))
    logits = seen @ CENTRES.T + np.log(MIX)
    logits[:, ORGANIC] += style
    posteriors = np.exp(logits - logits.max(axis=1, keepdims=True))
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def simulate(mix, *, n=600, feeds=300, n_validation=1500):
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(feeds):
        statistics = ValidationStatistics.from_predictions(*draw(rng, n_validation, MIX))
        gold, posteriors = draw(rng, n, mix)
        estimate = estimate_shares(collapse_proba(posteriors, TWO_CLASSES), statistics.collapse(TWO_CLASSES))
        three = estimate_shares(collapse_proba(posteriors, THREE_CLASSES), statistics.collapse(THREE_CLASSES))
        truth, ads = np.mean(gold == ORGANIC), np.mean(np.isin(gold, [0, 3]))
        realised, process, ad = estimate.realised("organic"), estimate.process("organic"), three.realised("ad")
        rows.append(
            (
                estimate.share("organic") - truth,
                np.mean(posteriors.argmax(axis=1) == ORGANIC) - truth,
                realised.ci_low <= truth <= realised.ci_high,
                process.ci_low <= mix[ORGANIC] <= process.ci_high,
                ad.ci_low <= ads <= ad.ci_high,
            )
        )
    return np.mean(rows, axis=0)


@pytest.fixture(scope="module")
def commercial_feed():
    return simulate(np.array([0.2, 0.3, 0.1, 0.4]))  # parts of a pooled class in the validation notes' proportions


@pytest.fixture(scope="module")
def balanced_feed():
    return simulate(np.array([0.12, 0.18, 0.46, 0.24]), n=300)


def test_pacc_is_unbiased_where_the_count_is_five_points_off(commercial_feed):
    bias, naive_bias, *_ = commercial_feed
    assert naive_bias > 0.05
    assert abs(bias) < 0.005


def test_realised_interval_covers_the_share_of_these_notes(commercial_feed, balanced_feed):
    assert 0.93 <= commercial_feed[2] <= 0.98
    assert 0.93 <= balanced_feed[2] <= 0.98


def test_process_interval_covers_the_share_behind_the_notes(commercial_feed, balanced_feed):
    assert 0.93 <= commercial_feed[3] <= 0.98
    assert 0.93 <= balanced_feed[3] <= 0.98


def test_merged_ads_are_covered_too(commercial_feed, balanced_feed):
    assert 0.92 <= commercial_feed[4] <= 0.98
    assert 0.92 <= balanced_feed[4] <= 0.98


def test_between_source_variance_covers_feeds_with_a_style_of_their_own():
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(150):
        parts = [draw(rng, 150, MIX, style=rng.normal()) for _ in range(12)]
        gold, posteriors = (np.concatenate(part) for part in zip(*parts, strict=True))
        sources = np.repeat([f"source {i}" for i in range(12)], 150)
        feed_gold, feed = draw(rng, 600, np.array([0.15, 0.15, 0.4, 0.3]), style=rng.normal())
        truth, row = np.mean(feed_gold == ORGANIC), []
        for known in (sources, None):
            statistics = ValidationStatistics.from_predictions(gold, posteriors, known).collapse(TWO_CLASSES)
            interval = estimate_shares(collapse_proba(feed, TWO_CLASSES), statistics).realised("organic")
            row.append(interval.ci_low <= truth <= interval.ci_high)
        covered.append(row)
    with_sources, without = np.mean(covered, axis=0)
    assert with_sources >= 0.9
    assert without < 0.75


@pytest.fixture
def statistics():
    return ValidationStatistics.from_predictions(*draw(np.random.default_rng(5), 1500, MIX)).collapse(TWO_CLASSES)


@pytest.fixture
def feed():
    return collapse_proba(draw(np.random.default_rng(6), 400, MIX)[1], TWO_CLASSES)


def test_equal_sources_are_model_based_and_unknown_ones_screening(feed, statistics):
    gold, posteriors = draw(np.random.default_rng(5), 1500, MIX)
    sources = [f"source {i % 8}" for i in range(1500)]
    known = ValidationStatistics.from_predictions(gold, posteriors, sources).collapse(TWO_CLASSES)
    assert estimate_shares(feed, known).status is Status.MODEL_BASED
    assert estimate_shares(feed, statistics).status is Status.SCREENING


def test_four_sources_are_too_few_for_between_source_variance(feed):
    gold, posteriors = draw(np.random.default_rng(5), 1500, MIX)
    few = ValidationStatistics.from_predictions(gold, posteriors, [f"source {i % 4}" for i in range(1500)])
    assert estimate_shares(feed, few.collapse(TWO_CLASSES)).status is Status.SCREENING


def test_weights_move_the_share_and_shrink_the_effective_notes(statistics):
    gold, posteriors = draw(np.random.default_rng(8), 2000, MIX)
    weights = np.where(gold == ORGANIC, 3.0, 1.0)
    estimate = estimate_shares(collapse_proba(posteriors, TWO_CLASSES), statistics, weights=weights)
    assert estimate.share("organic") == pytest.approx(weights[gold == ORGANIC].sum() / weights.sum(), abs=0.03)
    assert estimate.n_eff == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_what_one_note_says_ten_times_is_said_once(statistics, feed):
    single = estimate_shares(feed, statistics)
    clusters = np.repeat(np.arange(len(feed)), 10)
    repeated = estimate_shares(np.repeat(feed, 10, axis=0), statistics, clusters=clusters)
    assert repeated.n_eff == pytest.approx(single.n_eff)
    assert repeated.covariance == pytest.approx(single.covariance)


def test_a_feeds_own_noise_falls_with_its_notes_and_the_rest_does_not(statistics):
    few, many = (draw(np.random.default_rng(6), n, MIX)[1] for n in (400, 40_000))
    few, many = (estimate_shares(collapse_proba(each, TWO_CLASSES), statistics) for each in (few, many))
    assert few.own_covariance[1, 1] == pytest.approx(100 * many.own_covariance[1, 1], rel=0.1)
    rest = [each.covariance[1, 1] - each.own_covariance[1, 1] for each in (few, many)]
    assert rest[0] == pytest.approx(rest[1], rel=0.1)


def test_weights_that_go_with_the_class_are_covered():
    rng, rows = np.random.default_rng(12), []
    statistics = ValidationStatistics.from_predictions(*draw(rng, 100_000, MIX)).collapse(TWO_CLASSES)
    for _ in range(400):
        gold, posteriors = draw(rng, 500, MIX)
        weights = rng.exponential(size=500) * np.where(gold == ORGANIC, 1, 6)
        interval = estimate_shares(collapse_proba(posteriors, TWO_CLASSES), statistics, weights=weights).realised(
            "organic"
        )
        rows.append(interval.ci_low <= weights[gold == ORGANIC].sum() / weights.sum() <= interval.ci_high)
    assert 0.92 <= np.mean(rows) <= 0.98


def test_fewer_than_fifty_notes_are_insufficient(feed, statistics):
    refused = estimate_shares(feed[:49], statistics)
    assert refused.status is Status.INSUFFICIENT
    assert refused.share("organic") is None
    assert refused.reasons == ("needs 50 effective notes, got 49",)


def test_many_notes_of_no_weight_are_insufficient(feed, statistics):
    weights = np.zeros(len(feed))
    weights[:40] = 1.0
    assert estimate_shares(feed, statistics, weights=weights).status is Status.INSUFFICIENT
    assert estimate_shares(feed, statistics, weights=np.zeros(len(feed))).status is Status.INSUFFICIENT


def test_a_class_with_few_validation_labels_is_insufficient(feed):
    gold, posteriors = draw(np.random.default_rng(5), 1500, MIX)
    keep = np.flatnonzero(gold == ORGANIC)[:49].tolist() + np.flatnonzero(gold != ORGANIC).tolist()
    few = ValidationStatistics.from_predictions(gold[keep], posteriors[keep]).collapse(TWO_CLASSES)
    assert estimate_shares(feed, few).reasons == ("needs 50 validation labels of organic, got 49",)


def test_classes_the_classifier_confuses_are_insufficient(feed):
    gold = np.arange(400) % 4
    posteriors = np.full((400, 4), 0.25) + 0.02 * (np.eye(4)[gold] - 0.25)
    refused = estimate_shares(feed, ValidationStatistics.from_predictions(gold, posteriors).collapse(TWO_CLASSES))
    assert refused.status is Status.INSUFFICIENT
    assert "hardly told apart" in refused.reasons[0]


def test_disclosure_rate_is_disclosed_among_all_ads():
    rng = np.random.default_rng(9)
    ads, results = ("disclosed_ad", "undisclosed_ad"), []
    for _ in range(300):
        statistics = ValidationStatistics.from_predictions(*draw(rng, 1500, MIX))
        gold, posteriors = draw(rng, 600, np.array([0.3, 0.1, 0.4, 0.2]))
        rate, interval = estimate_shares(posteriors, statistics).ratio("disclosed_ad", ads)
        truth = np.mean(gold == 0) / np.mean(np.isin(gold, [0, 3]))
        results.append((rate - truth, interval.ci_low <= truth <= interval.ci_high))
    bias, covered = np.mean(results, axis=0)
    assert abs(bias) < 0.01
    assert 0.92 <= covered <= 0.98


def test_columns_that_do_not_fit_are_refused(statistics):
    with pytest.raises(ModelError, match=r"'proba' must have shape \(n_notes, 2\). Got \(60, 4\) instead"):
        estimate_shares(np.full((60, 4), 0.25), statistics)


def test_negative_weights_are_refused(feed, statistics):
    with pytest.raises(ModelError, match="'weights' must be finite and not negative"):
        estimate_shares(feed, statistics, weights=-np.ones(len(feed)))


@pytest.mark.parametrize("estimator", [estimate_shares, estimate_shares_em])
@pytest.mark.parametrize("wrong", [np.nan, 0.9, -5.0, np.inf])
def test_rows_that_are_no_distributions_are_refused(feed, statistics, estimator, wrong):
    proba = feed.copy()
    proba[::3, 1] = wrong
    with pytest.raises(ModelError, match="must be probabilities that sum to 1"):
        estimator(proba, statistics)
