"""Two periods of a feed whose shares are known, scored by one classifier."""

from dataclasses import replace

import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import (
    SharesEstimate,
    Status,
    ValidationStatistics,
    estimate_shares,
    subtract_independent,
    subtract_model_based,
)

MIX = np.array([0.1, 0.15, 0.55, 0.2])
BEFORE, AFTER = np.array([0.1, 0.15, 0.5, 0.25]), np.array([0.12, 0.2, 0.4, 0.28])
ORGANIC = 2


def draw(rng, n, mix, *, style=0.0):
    gold = rng.choice(4, n, p=mix)
    logits = 2.0 * (2.0 * np.eye(4)[gold] + rng.normal(size=(n, 4))) + np.log(MIX)
    logits[:, ORGANIC] += style
    posteriors = np.exp(logits - logits.max(axis=1, keepdims=True))
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def width(interval):
    return interval.ci_high - interval.ci_low


@pytest.fixture(scope="module")
def simulated():
    """Coverage of the realised and of the process difference, and widths over those of summed variances."""
    rng, rows = np.random.default_rng(7), []
    for _ in range(250):
        statistics = ValidationStatistics.from_predictions(*draw(rng, 800, MIX))
        (gold_a, a), (gold_b, b) = draw(rng, 5000, BEFORE), draw(rng, 5000, AFTER)
        realised = subtract_model_based(b, a, statistics, same_source=True).interval("organic")
        process = subtract_model_based(b, a, statistics, same_source=True, process=True).interval("organic")
        change = np.mean(gold_b == ORGANIC) - np.mean(gold_a == ORGANIC)
        summed = sum(estimate_shares(each, statistics).covariance[ORGANIC, ORGANIC] for each in (a, b))
        rows.append(
            (
                realised.ci_low <= change <= realised.ci_high,
                process.ci_low <= (AFTER - BEFORE)[ORGANIC] <= process.ci_high,
                width(realised) / (2 * 1.96 * np.sqrt(summed)),
            )
        )
    return np.mean(rows, axis=0)


def test_the_joint_interval_covers_the_change_among_these_notes(simulated):
    assert 0.92 <= simulated[0] <= 0.98


def test_with_process_noise_it_covers_the_change_behind_them(simulated):
    assert 0.92 <= simulated[1] <= 0.98


def test_it_is_a_quarter_narrower_than_summed_variances(simulated):
    assert simulated[2] <= 0.75


def test_a_feeds_own_style_is_in_both_periods_and_largely_cancels():
    rng, rows = np.random.default_rng(3), []
    for _ in range(80):
        parts = [draw(rng, 150, MIX, style=rng.normal()) for _ in range(12)]
        gold, posteriors = (np.concatenate(part) for part in zip(*parts, strict=True))
        statistics = ValidationStatistics.from_predictions(gold, posteriors, np.repeat(np.arange(12), 150).astype(str))
        style = rng.normal()
        (gold_a, a), (gold_b, b) = draw(rng, 1000, BEFORE, style=style), draw(rng, 1000, AFTER, style=style)
        change = np.mean(gold_b == ORGANIC) - np.mean(gold_a == ORGANIC)
        same, new = (subtract_model_based(b, a, statistics, same_source=each) for each in (True, False))
        interval = same.interval("organic")
        rows.append((interval.ci_low <= change <= interval.ci_high, width(interval) / width(new.interval("organic"))))
        assert same.status is Status.MODEL_BASED
    covered, narrower = np.mean(rows, axis=0)
    assert covered >= 0.9
    assert narrower < 0.5


def test_too_few_notes_on_one_side_give_no_difference():
    rng = np.random.default_rng(1)
    statistics = ValidationStatistics.from_predictions(*draw(rng, 2000, MIX))
    posteriors = draw(rng, 200, MIX)[1]
    refused = subtract_model_based(posteriors, posteriors[:49], statistics, same_source=True)
    assert refused.status is Status.INSUFFICIENT
    assert (refused.difference("organic"), refused.interval("organic")) == (None, None)
    assert refused.reasons == ("needs 50 effective notes, got 49",)


def audited(share, variance, *, status=Status.AUDITED, n_eff=1000.0):
    shares, covariance = np.array([share, 1 - share]), variance * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return SharesEstimate(status, ("organic", "rest"), 200, n_eff, shares, covariance)


def test_audits_add_their_variances_and_process_noise():
    difference = subtract_independent(audited(0.6, 4e-4), audited(0.7, 3e-4))
    assert difference.difference("organic") == pytest.approx(-0.1)
    assert difference.covariance[0, 0] == pytest.approx(7e-4 + (0.24 + 0.21) / 1000)
    assert difference.interval("organic").ci_high == pytest.approx(-0.1 + 1.96 * np.sqrt(1.15e-3), abs=1e-4)


def test_the_less_trusted_status_is_the_differences():
    assert subtract_independent(audited(0.6, 1e-4), audited(0.7, 1e-4, status=Status.SHRUNK)).status is Status.SHRUNK


def test_a_refused_audit_gives_no_difference():
    refused = SharesEstimate(Status.AUDIT_BROKEN, ("organic", "rest"), 200, 1000.0, reasons=("drawn twice",))
    difference = subtract_independent(refused, audited(0.7, 1e-4))
    assert (difference.status, difference.reasons) == (Status.AUDIT_BROKEN, ("drawn twice",))
    assert difference.interval("organic") is None


def test_other_classes_do_not_subtract():
    other = SharesEstimate(Status.AUDITED, ("ad", "rest"), 200, 1000.0)
    with pytest.raises(ModelError, match="shares of the same classes subtract"):
        subtract_independent(audited(0.6, 1e-4), other)


def test_few_labels_behind_a_variance_make_the_interval_students():
    """Welch's degrees of freedom; process noise is known and weakens them."""
    few = replace(audited(0.6, 4e-4, n_eff=1e9), degrees_of_freedom=np.full(2, 8.0))
    known, both = (subtract_independent(few, b) for b in (audited(0.7, 4e-4, n_eff=1e9), few))
    assert known.degrees_of_freedom == pytest.approx(np.full(2, 4 * 8), rel=1e-3)
    assert both.degrees_of_freedom == pytest.approx(np.full(2, 2 * 8), rel=1e-3)
    assert width(both.interval("organic")) == pytest.approx(2 * 2.120 * np.sqrt(8e-4), rel=1e-3)
    noisy = replace(few, n_eff=300.0)
    assert subtract_independent(noisy, few).degrees_of_freedom[0] > 30


def test_known_variances_have_no_degrees_of_freedom():
    assert subtract_independent(audited(0.6, 4e-4), audited(0.7, 3e-4)).degrees_of_freedom is None
