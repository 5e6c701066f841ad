"""Shares by impressions, where few notes carry most of them and the classifier is wrong about many ads."""

import numpy as np
import pytest

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence.audit_design import draw_pps
from models.prevalence.audit_pps import estimate_audited_pps
from models.prevalence.estimate import Status

NAMES = np.array([label.value for label in LABELS])
ORGANIC = 2
N = 1500


def feed(rng):
    """Half of the undisclosed ads look organic, and ads are seen twice as often."""
    gold = rng.choice(4, N, p=[0.06, 0.1, 0.64, 0.2])
    looks = np.where((gold == 3) & (rng.random(N) < 0.5), ORGANIC, gold)
    logits = 3.0 * np.eye(4)[looks] + rng.normal(scale=0.8, size=(N, 4))
    posteriors = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    impressions = rng.lognormal(sigma=1.4, size=N) * np.where(gold == ORGANIC, 1.0, 2.0)
    return gold, posteriors, impressions


def covers(estimate, truth):
    interval = estimate.realised("organic")
    return interval.ci_low <= truth <= interval.ci_high


@pytest.fixture(scope="module")
def drawn():
    gold, posteriors, impressions = feed(np.random.default_rng(1))
    draw = draw_pps(posteriors[:, ORGANIC], impressions, 200, seed=1)
    return posteriors, draw.rows, NAMES[gold[draw.rows]].tolist(), draw.inclusion, impressions


def test_heavy_tailed_impressions_are_covered_without_bias():
    rng = np.random.default_rng(2)
    results = []
    for seed in range(400):
        gold, posteriors, impressions = feed(rng)
        draw = draw_pps(posteriors[:, ORGANIC], impressions, 200, seed=seed)
        labels = NAMES[gold[draw.rows]].tolist()
        estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=impressions)
        truth = np.average(gold == ORGANIC, weights=impressions)
        model = np.average(posteriors[:, ORGANIC], weights=impressions)
        results.append((estimate.share("organic") - truth, covers(estimate, truth), model - truth))
    bias, covered, model_bias = np.mean(results, axis=0)
    assert abs(model_bias) > 0.03
    assert abs(bias) < 0.005
    assert 0.92 <= covered <= 0.975


def test_drawing_with_replacement_is_covered_too():
    rng = np.random.default_rng(3)
    results = []
    for _ in range(300):
        gold, posteriors, impressions = feed(rng)
        q = impressions / impressions.sum()
        rows = rng.choice(N, 200, p=q)
        labels = NAMES[gold[rows]].tolist()
        estimate = estimate_audited_pps(posteriors, rows, labels, 200 * q[rows], weights=impressions)
        truth = np.average(gold == ORGANIC, weights=impressions)
        results.append((estimate.share("organic") - truth, covers(estimate, truth)))
    bias, covered = np.mean(results, axis=0)
    assert abs(bias) < 0.005
    assert 0.92 <= covered <= 0.98


def test_labelling_every_note_leaves_no_doubt():
    gold, posteriors, impressions = feed(np.random.default_rng(4))
    draw = draw_pps(posteriors[:, ORGANIC], impressions, N, seed=0)
    labels = NAMES[gold[draw.rows]].tolist()
    estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=impressions)
    interval = estimate.realised("organic")
    assert estimate.share("organic") == pytest.approx(np.average(gold == ORGANIC, weights=impressions))
    assert interval.ci_low == pytest.approx(interval.ci_high)


def test_residuals_of_one_author_widen_the_interval(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    alone = estimate_audited_pps(posteriors, rows, labels, inclusion, weights=impressions)
    grouped = estimate_audited_pps(posteriors, rows, labels, inclusion, weights=impressions, clusters=labels)
    assert grouped.covariance[ORGANIC, ORGANIC] > 1.5 * alone.covariance[ORGANIC, ORGANIC]


def test_commercial_is_a_fifth_class(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    estimate = estimate_audited_pps(
        posteriors, rows, labels, inclusion, weights=impressions, commercial=posteriors[:, [0, 3]].sum(axis=1)
    )
    ads = estimate.share("disclosed_ad") + estimate.share("undisclosed_ad")
    # Without the diversions, whose own label does not say, both count the same residuals.
    assert estimate.classes[-1] == "commercial"
    assert estimate.share("commercial") == pytest.approx(ads, abs=0.05)


def test_certain_notes_without_an_answer_leave_doubt():
    gold, posteriors, impressions = feed(np.random.default_rng(4))
    draw = draw_pps(posteriors[:, ORGANIC], impressions, N, seed=0)
    labels = [None] * 100 + NAMES[gold[draw.rows]].tolist()[100:]
    estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=impressions)
    assert estimate.status is Status.AUDITED
    assert estimate.covariance[ORGANIC, ORGANIC] > 0


def test_other_weights_than_those_drawn_by_break_the_audit(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    half = np.where(np.isin(np.arange(N), rows), 0.0, impressions)
    half[rows[:60]] = impressions[rows[:60]]
    refused = estimate_audited_pps(posteriors, rows, labels, inclusion, weights=half)
    assert refused.status is Status.AUDIT_BROKEN
    assert "drawn notes must stand for the whole weight" in refused.reasons[0]


def test_few_true_draws_are_never_called_broken():
    gold, posteriors, impressions = feed(np.random.default_rng(9))
    for n_labels in (2, 3, 5, 10):
        for seed in range(100):
            draw = draw_pps(posteriors[:, ORGANIC], impressions, n_labels, seed=seed)
            labels = NAMES[gold[draw.rows]].tolist()
            estimate = estimate_audited_pps(
                posteriors, draw.rows, labels, draw.inclusion, weights=impressions, min_labels=2
            )
            assert estimate.status is Status.AUDITED


def test_inclusion_over_one_without_a_repeat_breaks_the_audit(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    changed = inclusion.copy()
    changed[0] = 1.5
    refused = estimate_audited_pps(posteriors, rows, labels, changed, weights=impressions)
    assert refused.status is Status.AUDIT_BROKEN
    assert "inclusion over 1 needs drawing with replacement" in refused.reasons[0]


def test_few_labels_are_insufficient_and_silence_breaks_the_audit(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    few = estimate_audited_pps(posteriors, rows[:29], labels[:29], inclusion[:29], weights=impressions)
    assert few.status is Status.INSUFFICIENT
    silent = estimate_audited_pps(posteriors, rows, [None] * 40 + labels[40:], inclusion, weights=impressions)
    assert silent.status is Status.AUDIT_BROKEN


def test_negative_weight_is_refused(drawn):
    posteriors, rows, labels, inclusion, impressions = drawn
    with pytest.raises(ModelError, match="'weights' must be finite and not negative"):
        estimate_audited_pps(posteriors, rows, labels, inclusion, weights=-impressions)


def test_without_any_label_of_the_notes_drawn_for_certain_there_is_no_number():
    """They may carry most of the impressions: taking the model's word for them would leave no doubt where it is."""
    gold, posteriors, impressions = feed(np.random.default_rng(4))
    impressions[7] = impressions.sum()
    draw = draw_pps(posteriors[:, ORGANIC], impressions, 60, seed=4)
    labels = np.where(draw.inclusion >= 1, None, NAMES[gold[draw.rows]]).tolist()
    assert 1 <= labels.count(None) <= 6
    estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=impressions)
    assert estimate.status is Status.INSUFFICIENT
    assert "drawn for certain" in estimate.reasons[0]
