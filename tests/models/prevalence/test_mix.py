import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.mix import decompose_change

KNOWN = (np.array([0.9, 0.5, 0.7]), np.array([10, 30, 60]), np.array([0.8, 0.4, 0.9]), np.array([500, 100, 400]))


def total(shares, weights):
    return np.nansum(shares * weights) / weights.sum()


def test_parts_add_up_to_the_change():
    change = decompose_change(*KNOWN)
    assert change.mix + change.within == pytest.approx(total(*KNOWN[2:]) - total(*KNOWN[:2]), abs=1e-15)
    assert change.total == change.mix + change.within


def test_equal_shares_leave_only_the_mix():
    change = decompose_change(KNOWN[0], KNOWN[1], KNOWN[0], KNOWN[3])
    assert change.within == 0
    assert change.mix == pytest.approx(total(KNOWN[0], KNOWN[3]) - total(KNOWN[0], KNOWN[1]))


def test_equal_sizes_in_another_unit_leave_only_what_changed_within():
    change = decompose_change(KNOWN[0], KNOWN[1], KNOWN[2], 7.5 * KNOWN[1])
    assert change.mix == pytest.approx(0, abs=1e-15)
    assert change.within == pytest.approx(total(KNOWN[2], KNOWN[1]) - total(KNOWN[0], KNOWN[1]))


def test_read_backwards_both_parts_change_sign():
    forwards, backwards = decompose_change(*KNOWN), decompose_change(*KNOWN[2:], *KNOWN[:2])
    assert (backwards.mix, backwards.within) == pytest.approx((-forwards.mix, -forwards.within))


def test_a_segment_that_appears_changes_the_mix_only():
    before, sizes = np.array([0.9, np.nan]), np.array([10, 0])
    change = decompose_change(before, sizes, np.array([0.9, 0.3]), np.array([10, 10]))
    assert change.within == 0
    assert change.mix == pytest.approx(0.6 - 0.9)


def test_a_segment_in_neither_period_counts_for_nothing():
    longer = [np.append(each, extra) for each, extra in zip(KNOWN, (np.nan, 0, np.nan, 0), strict=True)]
    assert decompose_change(*longer) == decompose_change(*KNOWN)


@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        (0, np.array([0.9, np.nan, 0.7]), "a segment with weight must have a share"),
        (1, np.array([1, -1, 2]), "not negative, and not all 0"),
        (1, np.zeros(3), "not negative, and not all 0"),
        (0, np.array([0.9]), "must have one shape"),
    ],
)
def test_what_cannot_be_split_is_refused(at, value, message):
    arguments = list(KNOWN)
    arguments[at] = value
    with pytest.raises(ModelError, match=message):
        decompose_change(*arguments)


def test_other_segments_in_the_second_period_are_refused():
    with pytest.raises(ModelError, match="the same segments. Got 3 and 2 instead"):
        decompose_change(*KNOWN[:2], KNOWN[2][:2], KNOWN[3][:2])
