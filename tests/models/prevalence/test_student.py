import numpy as np
import pytest

from models.prevalence.student import sum_degrees, variance_stretch


@pytest.mark.parametrize(("degrees", "quantile"), [(5.0, 2.5706), (30.0, 2.0423), (1e6, 1.96)])
def test_the_stretched_normal_quantile_is_students(degrees, quantile):
    assert variance_stretch(degrees, level=0.95) ** 0.5 * 1.959964 == pytest.approx(quantile, abs=1e-4)


def test_a_known_variance_is_not_stretched():
    assert variance_stretch(float("inf"), level=0.9) == 1.0


def test_variances_without_width_leave_nothing_uncertain():
    assert sum_degrees(np.zeros(1), (np.zeros(1), np.full(1, 5.0))) == np.inf
    assert sum_degrees(np.ones(1), (np.ones(1), None)) is None
