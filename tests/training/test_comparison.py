import numpy as np
import pytest

from data.errors import DataError
from data.labels import LABELS
from training.bootstrap import bootstrap_weights
from training.comparison import BaselinePredictions, compare, read_baseline
from training.judged import Judged

ORGANIC, COVERT, DIVERSION = map(LABELS.index, ("organic", "undisclosed_ad", "diversion"))


def _judged(answers, gold, scores, predicted):
    n = len(gold)
    flags, words = np.zeros(n, dtype=bool), np.array(["a"] * n)
    answers = np.array(answers, dtype=np.int8)
    return Judged(answers, np.array(gold), flags, flags, words, np.array(scores), np.array(predicted), words)


def _perfect(n_each=10):
    answers = [[0, -1, 0], [1, 0, 0], [0, -1, 1]] * n_each
    gold = [ORGANIC, COVERT, DIVERSION] * n_each
    return _judged(answers, gold, np.array(answers) == 1, gold)


def _store(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_a_perfect_model_beats_a_baseline_that_knows_nothing():
    judged = _perfect()
    rng = np.random.default_rng(0)
    blocks = compare(
        judged, BaselinePredictions(rng.random(30), rng.random(30)), bootstrap_weights(["a"] * 30, draws=80)
    )
    assert set(blocks) == {"commercial_auc", "diversion_auc", "diversion_f1", "macro_3"}
    for block in blocks.values():
        assert block["value"] == 1.0 > block["baseline"]
        assert block["probability_better"] == 1.0


def test_the_same_predictions_are_neither_better_nor_worse():
    judged = _perfect()
    same = BaselinePredictions(judged.scores[:, 0].astype(float), judged.scores[:, 2].astype(float))
    blocks = compare(judged, same, bootstrap_weights(["a"] * 30, draws=80))
    assert {block["probability_better"] for block in blocks.values()} == {0.5}


def test_covert_sets_compare_covert_ads_without_diversion():
    answers = [[1, 0, -1], [0, -1, -1]] * 10
    judged = _judged(answers, [-1] * 20, np.array(answers) == 1, [COVERT, ORGANIC] * 10)
    baseline = BaselinePredictions(np.full(20, 0.4), np.tile([0.6, 0.4], 10))  # a baseline diversion counts as covert
    blocks = compare(judged, baseline, bootstrap_weights(["a"] * 20, draws=80))
    assert set(blocks) == {"commercial_auc", "covert_ad_f1"}
    assert blocks["covert_ad_f1"]["baseline"] == 1.0
    assert blocks["commercial_auc"]["baseline"] == 0.5


def test_a_baseline_label_follows_the_order_of_the_guideline():
    predictions = BaselinePredictions(np.array([0.9, 0.9, 0.1]), np.array([0.5, 0.4, 0.4]))
    assert predictions.predicted.tolist() == [DIVERSION, COVERT, ORGANIC]


def test_a_stored_baseline_is_read_back(tmp_path):
    path = _store(tmp_path / "b.npz", p_commercial=[0.1, 0.2], p_diversion=[0.3, 0.4])
    assert read_baseline(path, n_notes=2).rows(1, 2).p_diversion.tolist() == [0.4]


def test_a_baseline_of_another_length_is_refused(tmp_path):
    path = _store(tmp_path / "b.npz", p_commercial=[0.1], p_diversion=[0.3])
    with pytest.raises(DataError, match=r"b\.npz: a baseline must have one prediction for each of 2 notes. Got \(1,\)"):
        read_baseline(path, n_notes=2)


def test_predictions_that_are_no_shares_are_refused(tmp_path):
    path = _store(tmp_path / "b.npz", p_commercial=[1.5], p_diversion=[np.nan])
    with pytest.raises(DataError, match=r"must lie in \[0, 1\]"):
        read_baseline(path, n_notes=1)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "b.npz").write_bytes(content)
    with pytest.raises(DataError, match="must be an .npz"):
        read_baseline(tmp_path / "b.npz", n_notes=1)


def test_pickled_objects_are_refused(tmp_path):
    path = _store(tmp_path / "b.npz", p_commercial=np.array([{}], dtype=object), p_diversion=[0.1])
    with pytest.raises(DataError, match="must be an .npz"):
        read_baseline(path, n_notes=1)
