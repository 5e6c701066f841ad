import numpy as np
import pytest

from training.curves import MAX_POINTS, precision_recall


def test_points_are_those_of_a_hand_count():
    points = precision_recall(np.array([0.9, 0.8, 0.8, 0.3, 0.1]), np.array([True, True, False, False, True]))
    expected = [(0.9, 1 / 3, 1.0), (0.8, 2 / 3, 2 / 3), (0.1, 1.0, 3 / 5)]
    assert [tuple(point.values()) for point in points] == [pytest.approx(each) for each in expected]


def test_many_points_are_thinned_and_keep_both_ends():
    rng = np.random.default_rng(0)
    scores, positive = rng.uniform(size=3000), rng.uniform(size=3000) < 0.3
    points = precision_recall(scores, positive)
    assert len(points) == MAX_POINTS
    assert points[0]["threshold"] == scores[positive].max()
    assert points[-1]["recall"] == 1.0
