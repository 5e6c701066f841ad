from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from data.errors import DataError
from training.bootstrap import bootstrap_weights, estimate, probability_better, resampled
from training.metrics import auc, calibration_error, f1

TRUE_AUC = NormalDist().cdf(1.2 / sqrt(2))


def _binormal(rng, n_positive, n_negative, shift=1.2):
    scores = np.concatenate([rng.normal(shift, 1, n_positive), rng.normal(0, 1, n_negative)])
    return scores, np.arange(len(scores)) < n_positive


def test_every_draw_keeps_the_number_of_notes_of_each_source():
    sources = ["a"] * 7 + ["b"] * 3 + ["a"] * 2
    weights = bootstrap_weights(sources, draws=50)
    in_a = np.array(sources) == "a"
    assert (weights[:, in_a].sum(axis=1) == 9).all()
    assert (weights[:, ~in_a].sum(axis=1) == 3).all()
    assert weights[:, in_a].std(axis=0).min() > 0


def test_a_seed_repeats_its_draws_and_another_does_not():
    sources = ["a"] * 20
    assert (bootstrap_weights(sources, draws=5, seed=1) == bootstrap_weights(sources, draws=5, seed=1)).all()
    assert (bootstrap_weights(sources, draws=5, seed=1) != bootstrap_weights(sources, draws=5, seed=2)).any()


def test_intervals_cover_the_known_auc_about_as_often_as_they_say():
    rng = np.random.default_rng(7)
    hits = 0
    for seed in range(300):
        scores, positive = _binormal(rng, 60, 140)
        figure = estimate(auc(scores, positive), bootstrap_weights(["a"] * 200, draws=200, seed=seed))
        hits += figure.ci_low <= TRUE_AUC <= figure.ci_high
    assert 0.90 <= hits / 300 <= 0.98


def test_intervals_cover_the_known_f1_about_as_often_as_they_say():
    rng = np.random.default_rng(8)
    true_f1 = 2 * 0.3 * 0.7 / (0.3 + 0.3 * 0.7 + 0.7 * 0.1)  # share .3, recall .7, false positive rate .1
    hits = 0
    for seed in range(300):
        positive = rng.random(300) < 0.3
        predicted = rng.random(300) < np.where(positive, 0.7, 0.1)
        figure = estimate(f1(predicted, positive), bootstrap_weights(["a"] * 300, draws=200, seed=seed))
        hits += figure.ci_low <= true_f1 <= figure.ci_high
    assert 0.90 <= hits / 300 <= 0.98


def test_a_wider_level_gives_a_wider_interval():
    scores, positive = _binormal(np.random.default_rng(1), 30, 70)
    weights = bootstrap_weights(["a"] * 100, draws=300)
    narrow, wide = (estimate(auc(scores, positive), weights, level=level) for level in (0.5, 0.99))
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high


def test_chunks_change_no_draw(monkeypatch):
    scores, positive = _binormal(np.random.default_rng(1), 30, 70)
    weights = bootstrap_weights(["a"] * 100, draws=40)
    whole = resampled(auc(scores, positive), weights)
    monkeypatch.setattr("training.bootstrap._CHUNK_CELLS", 700)
    assert resampled(auc(scores, positive), weights) == pytest.approx(whole)


def test_a_figure_that_no_note_defines_is_none():
    assert estimate(auc(np.array([0.1, 0.9]), np.zeros(2, dtype=bool)), bootstrap_weights(["a"] * 2, draws=9)) is None


def test_a_figure_that_too_few_draws_define_has_no_interval():
    positive = np.arange(20) < 1  # missing from about a third of the draws
    figure = estimate(auc(np.linspace(1, 0, 20), positive), bootstrap_weights(["a"] * 20, draws=400))
    assert figure.value == 1.0
    assert figure.ci_low is None


def test_a_figure_that_no_draw_moves_has_no_interval():
    positive = np.arange(20) < 10
    figure = estimate(auc(positive.astype(float), positive), bootstrap_weights(["a"] * 20, draws=50))
    assert (figure.value, figure.ci_low) == (1.0, None)


def test_centring_puts_a_perfectly_calibrated_error_inside_its_interval():
    rng = np.random.default_rng(3)
    scores = rng.random(300)
    statistic = calibration_error(scores, rng.random(300) < scores)
    weights = bootstrap_weights(["a"] * 300, draws=400)
    plain, centred = estimate(statistic, weights), estimate(statistic, weights, centred=True)
    assert centred.ci_low <= centred.value <= centred.ci_high
    assert centred.ci_high < plain.ci_high


def test_the_truly_better_of_two_is_found_better():
    rng = np.random.default_rng(5)
    scores, positive = _binormal(rng, 100, 200)
    worse = scores + rng.normal(0, 3, 300)
    weights = bootstrap_weights(["a"] * 300, draws=300)
    assert probability_better(auc(scores, positive), auc(worse, positive), weights) > 0.99
    assert probability_better(auc(worse, positive), auc(scores, positive), weights) < 0.01


def test_equal_predictions_are_better_half_the_time():
    scores, positive = _binormal(np.random.default_rng(5), 20, 30)
    statistic = auc(scores, positive)
    assert probability_better(statistic, statistic, bootstrap_weights(["a"] * 50, draws=50)) == 0.5


def test_no_note_is_refused():
    with pytest.raises(DataError, match="Got 0 notes, 1000 draws"):
        bootstrap_weights([])
