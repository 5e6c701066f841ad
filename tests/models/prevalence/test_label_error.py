import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.label_error import label_error_band

ORGANIC, AD = "organic", "undisclosed_ad"


def test_each_side_is_the_rate_of_its_own_disagreement():
    first = [ORGANIC] * 60 + [AD] * 40
    second = [AD] * 6 + [ORGANIC] * 57 + [AD] * 37
    low, high = label_error_band(0.6, first, second, np.ones(100))
    assert low == pytest.approx(0.6 - 0.06)
    assert high == pytest.approx(0.6 + 0.03)


def test_notes_stand_for_one_over_their_inclusion():
    low, high = label_error_band(0.5, [ORGANIC, AD, AD], [AD, ORGANIC, AD], [0.1, 0.5, 0.125])
    assert low == pytest.approx(0.5 - 10 / 20)
    assert high == pytest.approx(0.5 + 2 / 20)


def test_notes_labelled_once_do_not_count():
    assert label_error_band(0.5, [ORGANIC, AD, None], [None, AD, ORGANIC], np.ones(3)) == (0.5, 0.5)
    assert label_error_band(0.5, [ORGANIC], [None], np.ones(1)) == (0.5, 0.5)


def test_other_labels_than_organic_are_one():
    assert label_error_band(0.5, [AD], ["diversion"], np.ones(1)) == (0.5, 0.5)


def test_the_band_stays_a_share():
    assert label_error_band(0.1, [ORGANIC], [AD], np.ones(1)) == (0.0, 0.1)
    assert label_error_band(0.9, [AD], [ORGANIC], np.ones(1)) == (0.9, 1.0)


def test_unfit_input_is_refused():
    with pytest.raises(ModelError, match="Got 1, 1 and 2"):
        label_error_band(0.5, [AD], [AD], np.ones(2))
    with pytest.raises(ModelError, match="finite and over 0"):
        label_error_band(0.5, [AD], [AD], np.zeros(1))
