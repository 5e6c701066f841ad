"""Growing shares of sources and of labels: what stays, what goes, and that smaller shares are parts of larger ones."""

import numpy as np
import pytest

from training.learning_curves import CURVES, SHARES, label_shares, source_shares

SOURCE = np.array([name for name, n in (("a", 8), ("b", 40), ("c", 1), ("d", 20), ("own", 5)) for _ in range(n)])
COUNTED = (SOURCE != "own") & (np.arange(len(SOURCE)) % 4 != 1)  # the others: of gold sources, but read by a model


def test_a_source_that_goes_takes_all_of_its_notes_along():
    for n, left_out in source_shares(SOURCE, COUNTED, seed=3):
        kept = set(SOURCE[~left_out]) - {"own"}
        assert len(kept) == n
        assert not kept & set(SOURCE[left_out])
        assert not left_out[SOURCE == "own"].any()


def test_each_source_keeps_its_share_of_labels_and_at_least_one():
    for share, (n, left_out) in zip(SHARES, label_shares(SOURCE, COUNTED, seed=3), strict=True):
        stays = COUNTED & ~left_out
        assert n == stays.sum()
        assert not left_out[~COUNTED].any()
        for name in "abcd":
            there = COUNTED & (name == SOURCE)
            assert (stays & there).sum() == max(1, round(share * there.sum()))


@pytest.mark.parametrize("shares", [source_shares, label_shares])
def test_a_smaller_share_is_a_part_of_a_larger_one_and_draws_differ(shares):
    first, second = ([left_out for _, left_out in shares(SOURCE, COUNTED, seed)] for seed in (0, 1))
    for smaller, larger in zip(first, first[1:], strict=False):
        assert (larger <= smaller).all()
    assert not first[-1].any()
    assert any((a != b).any() for a, b in zip(first, second, strict=True))


def test_what_more_sources_and_more_labels_would_buy_is_asked():
    assert CURVES["sources"][1] == {"the next": 1, "the next ten": 10, "twice as many": None}
    assert CURVES["labels"][1]["twice as many"] is None
