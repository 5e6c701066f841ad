import numpy as np
import pytest

from models.prevalence import bin_posteriors


def test_a_note_falls_in_the_bin_of_its_likeliest_class_and_confidence():
    proba = np.array([[0.5, 0.2, 0.2, 0.1], [0.1, 0.1, 0.7, 0.1], [0.0, 0.0, 0.0, 1.0], [0.05, 0.05, 0.9, 0.0]])
    assert np.flatnonzero(bin_posteriors(proba)).tolist() == [0, 7, 8, 11]


def test_shares_of_bins_are_shares_of_weight():
    proba = np.array([[0.9, 0.1], [0.3, 0.7], [0.1, 0.9]])
    assert bin_posteriors(proba, np.array([2.0, 1.0, 1.0])) == pytest.approx([0, 0, 0.5, 0, 0.25, 0.25])


def test_no_note_falls_in_no_bin():
    assert bin_posteriors(np.zeros((0, 4))).tolist() == [0.0] * 12
