"""Feeds that differ from validation by their mix alone, and feeds whose ads have come to look organic."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from data.errors import ModelError
from models.prevalence import (
    THREE_CLASSES,
    SharesEstimate,
    Status,
    ValidationStatistics,
    bin_posteriors,
    compare_audit_with_model,
    label_shift_fit,
)

MIX = np.array([0.08, 0.12, 0.65, 0.15])
ORGANIC = 2
CENTRES = 2.0 * np.eye(4)


def draw(rng, n, mix, *, drift=0.0, style=0.0):
    gold = rng.choice(4, n, p=mix)
    centres = CENTRES.copy()
    centres[[0, 3]] += drift * (centres[ORGANIC] - centres[[0, 3]])
    logits = 2.0 * (centres[gold] + rng.normal(size=(n, 4))) + np.log(MIX)
    logits += style
    posteriors = np.exp(logits - logits.max(axis=1, keepdims=True))
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def p_values(rng, *, n, drift=0.0, feeds=8, validations=50):
    found = []
    for _ in range(validations):
        statistics = ValidationStatistics.from_predictions(*draw(rng, 2000, MIX))
        for _ in range(feeds):
            mix = rng.dirichlet(4 * np.array([0.5, 0.5, 4.0, 1.0]))
            found.append(label_shift_fit(bin_posteriors(draw(rng, n, mix, drift=drift)[1]), n, statistics).p_value)
    return np.array(found)


@pytest.mark.parametrize("n", [1000, 20_000])
def test_a_shift_of_the_mix_alone_raises_no_alarm(n):
    found = p_values(np.random.default_rng(n), n=n, feeds=8 if n == 1000 else 2)
    assert np.mean(found < 0.01) <= 0.03
    assert 0.3 <= np.median(found) <= 0.75


def test_ads_that_come_to_look_organic_raise_one():
    found = p_values(np.random.default_rng(3), n=5000, drift=0.5, feeds=2)
    assert np.mean(found < 0.01) >= 0.5


def test_a_style_of_its_own_is_no_alarm_where_validated_sources_differ_as_much():
    rng, found = np.random.default_rng(5), []
    for _ in range(60):
        parts = [draw(rng, 200, MIX, style=1.5 * rng.normal(size=4)) for _ in range(15)]
        gold, posteriors = (np.concatenate(part) for part in zip(*parts, strict=True))
        statistics = ValidationStatistics.from_predictions(gold, posteriors, np.repeat(np.arange(15), 200).astype(str))
        bins = bin_posteriors(draw(rng, 2000, MIX, style=1.5 * rng.normal(size=4))[1])
        found.append([label_shift_fit(bins, 2000, statistics, between_sources=each).p_value for each in (True, False)])
    allowed, plain = np.mean(np.array(found) < 0.01, axis=0)
    assert allowed <= 0.1
    assert plain >= 0.4


def test_a_feed_that_validation_explains_wholly_has_no_misfit():
    statistics = ValidationStatistics.from_predictions(*draw(np.random.default_rng(1), 2000, MIX))
    bins = (statistics.bins / statistics.counts) @ np.array([0.1, 0.2, 0.4, 0.3])
    test = label_shift_fit(bins, 1e4, statistics)
    assert test.statistic < 1
    assert 1 <= test.degrees_of_freedom <= 8
    assert test.p_value > 0.99


def test_pooled_classes_keep_their_bins():
    rng = np.random.default_rng(1)
    statistics = ValidationStatistics.from_predictions(*draw(rng, 2000, MIX)).collapse(THREE_CLASSES)
    mix = np.array([0.16, 0.2, 0.34, 0.3])  # ads in validation's proportions
    assert label_shift_fit(bin_posteriors(draw(rng, 2000, mix)[1]), 2000, statistics).p_value > 0.01


def test_bins_of_other_classes_are_refused():
    statistics = ValidationStatistics.from_predictions(*draw(np.random.default_rng(1), 500, MIX))
    with pytest.raises(ModelError, match=r"'bins' must have shape \(12,\)"):
        label_shift_fit(np.full(6, 1 / 6), 100, statistics)


def test_a_class_without_validation_labels_is_refused():
    gold, posteriors = draw(np.random.default_rng(1), 500, MIX)
    statistics = ValidationStatistics.from_predictions(gold[gold > 0], posteriors[gold > 0])
    with pytest.raises(ModelError, match="validation labels of every class"):
        label_shift_fit(np.full(12, 1 / 12), 100, statistics)


def estimate(classes, share, variance):
    shares = np.array([1 - share, share])
    return SharesEstimate(Status.AUDITED, classes, 100, 1000.0, shares, variance * np.ones((2, 2)))


def test_audit_and_model_are_compared_by_name():
    audited, model = estimate(("ad", "organic"), 0.6, 3e-4), estimate(("not_organic", "organic"), 0.65, 1e-4)
    z, p_value = compare_audit_with_model(audited, model, "organic")
    assert z == pytest.approx(-2.5)
    assert p_value == pytest.approx(0.0124, abs=1e-4)


def test_without_a_number_nothing_is_compared():
    refused = SharesEstimate(Status.INSUFFICIENT, ("not_organic", "organic"), 10, 10.0)
    assert compare_audit_with_model(estimate(("ad", "organic"), 0.6, 3e-4), refused, "organic") is None


def test_few_labels_of_an_audit_give_students_p_value():
    audited, model = estimate(("ad", "organic"), 0.6, 3e-4), estimate(("not_organic", "organic"), 0.65, 1e-4)
    z, p_value = compare_audit_with_model(replace(audited, degrees_of_freedom=np.full(2, 5.0)), model, "organic")
    assert z == pytest.approx(-2.5)
    assert p_value == pytest.approx(2 * student(5 * (4 / 3) ** 2).sf(2.5), rel=1e-6)
