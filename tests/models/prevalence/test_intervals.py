import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import normal_interval, wilson_interval


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_wilson_interval_covers_a_known_share(share):
    draws = np.random.default_rng(1).binomial(200, share, size=1000)
    intervals = [wilson_interval(int(k), 200) for k in draws]
    covered = np.mean([interval.ci_low <= share <= interval.ci_high for interval in intervals])
    assert 0.93 <= covered <= 0.98


def test_no_success_still_leaves_an_interval():
    assert wilson_interval(0, 50).ci_high > 0.05


def test_normal_interval_stays_within_zero_and_one():
    interval = normal_interval(0.99, 0.01)
    assert interval.ci_high == 1.0
    assert interval.ci_low == pytest.approx(0.794, abs=1e-3)


def test_a_higher_level_widens_the_interval():
    assert normal_interval(0.5, 0.01, level=0.99).ci_low < normal_interval(0.5, 0.01, level=0.9).ci_low


def test_negative_variance_is_refused():
    with pytest.raises(ModelError, match=r"'variance' must be finite and not negative. Got -1 instead"):
        normal_interval(0.5, -1)


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ModelError, match=r"Got 5 of 4 instead"):
        wilson_interval(5, 4)


def test_level_outside_zero_and_one_is_refused():
    with pytest.raises(ModelError, match=r"'level' must lie between 0 and 1. Got 95 instead"):
        normal_interval(0.5, 0.01, level=95)


@pytest.mark.parametrize(("share", "ends"), [(1.3, (1.0, 1.0)), (-0.4, (0.0, 0.0)), (1.1, (0.904, 1.0))])
def test_around_a_share_outside_its_range_the_ends_stay_inside_and_in_order(share, ends):
    interval = normal_interval(share, 0.01)
    assert (interval.ci_low, interval.ci_high) == pytest.approx(ends, abs=1e-3)
