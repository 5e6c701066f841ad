from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from data.labels import LABELS
from training.metrics import auc, average_precision, calibration_error, confusion, f1, macro_3, share


def _point(statistic, n):
    return float(statistic(np.ones((1, n)))[0])


def _labels(*names):
    full = {"ad": "disclosed_ad", "div": "diversion", "org": "organic", "cov": "undisclosed_ad"}
    return np.array([-1 if name == "open" else LABELS.index(full[name]) for name in names])


def _flags(text):
    return np.array([sign == "1" for sign in text])


def test_auc_recovers_the_known_area_of_two_normals():
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(1, 1, 20_000), rng.normal(0, 1, 20_000)])
    known = NormalDist().cdf(1 / sqrt(2))
    assert _point(auc(scores, np.arange(40_000) < 20_000), 40_000) == pytest.approx(known, abs=0.01)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(auc, roc_auc_score), (average_precision, average_precision_score)], ids=["auc", "ap"]
)
def test_weighted_ranking_with_ties_agrees_with_scikit_learn(ours, theirs):
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 8, 60) / 8
    positive = rng.random(60) < 0.4
    weights = rng.integers(0, 4, (5, 60)).astype(float)
    expected = [theirs(positive, scores, sample_weight=row) for row in weights]
    assert ours(scores, positive)(weights) == pytest.approx(expected)


def test_counts_by_hand():
    predicted, positive = _flags("111000"), _flags("110110")
    assert _point(share(positive, predicted), 6) == pytest.approx(2 / 3)
    assert _point(share(predicted, positive), 6) == pytest.approx(2 / 4)
    assert _point(f1(predicted, positive), 6) == pytest.approx(4 / 7)


def test_weights_count_a_note_as_often_as_they_say():
    predicted, positive = _flags("10"), _flags("11")
    assert share(predicted, positive)(np.array([[3.0, 1.0]]))[0] == pytest.approx(0.75)


def test_f1_of_finding_nothing_is_zero_but_of_nothing_to_find_is_undefined():
    assert _point(f1(_flags("00"), _flags("10")), 2) == 0.0
    assert np.isnan(_point(f1(_flags("10"), _flags("00")), 2))


def test_macro_3_by_hand():
    gold = _labels("div", "div", "org", "org", "org", "cov")
    predicted = _labels("div", "org", "org", "org", "cov", "cov")
    # diversion 2/3; organic 2*2/(3+3) = 2/3; undisclosed_ad 2*1/(2+1) = 2/3
    assert _point(macro_3(predicted, gold), 6) == pytest.approx(2 / 3)


def test_macro_3_counts_a_predicted_disclosed_ad_as_a_miss():
    gold = _labels("div", "org", "cov", "cov")
    predicted = _labels("div", "org", "cov", "ad")
    assert _point(macro_3(predicted, gold), 4) == pytest.approx((1 + 1 + 2 / 3) / 3)


def test_macro_3_leaves_gold_disclosed_ads_out_whatever_is_predicted():
    gold = _labels("div", "org", "cov", "ad", "ad")
    predicted = _labels("div", "org", "cov", "cov", "div")
    assert _point(macro_3(predicted, gold), 5) == 1.0


def test_macro_3_without_one_of_its_labels_is_undefined():
    labels = _labels("div", "org")
    assert np.isnan(_point(macro_3(labels, labels), 2))


def test_calibration_error_by_hand():
    scores, positive = np.array([0.95, 0.95, 0.15, 1.0]), _flags("1001")
    # bin .9-1.0: |(.95 + .95 + 1.0) - 2| = .9; bin .1-.2: .15
    assert _point(calibration_error(scores, positive), 4) == pytest.approx((0.9 + 0.15) / 4)


def test_calibration_error_recovers_a_known_shift():
    rng = np.random.default_rng(2)
    truth = rng.uniform(0, 0.8, 50_000)
    statistic = calibration_error(truth + 0.1, rng.random(50_000) < truth)
    assert _point(statistic, 50_000) == pytest.approx(0.1, abs=0.01)


def test_fewer_bins_hide_errors_that_cancel():
    scores, positive = np.array([0.2, 0.8]), _flags("10")
    assert _point(calibration_error(scores, positive, bins=1), 2) == pytest.approx(0.0)
    assert _point(calibration_error(scores, positive, bins=10), 2) == pytest.approx(0.8)


def test_confusion_counts_gold_in_rows_and_leaves_open_labels_out():
    counts = confusion(_labels("org", "div", "div"), _labels("div", "div", "open"))
    assert counts[LABELS.index("diversion")] == [0, 1, 1, 0]
    assert sum(map(sum, counts)) == 2
