import pytest

from models.prevalence.student import variance_stretch


@pytest.mark.parametrize(("degrees", "quantile"), [(5.0, 2.5706), (30.0, 2.0423), (1e6, 1.96)])
def test_the_stretched_normal_quantile_is_students(degrees, quantile):
    assert variance_stretch(degrees, level=0.95) ** 0.5 * 1.959964 == pytest.approx(quantile, abs=1e-4)


def test_a_known_variance_is_not_stretched():
    assert variance_stretch(float("inf"), level=0.9) == 1.0
