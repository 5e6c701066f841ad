import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence import TemperatureScaling


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def honest():
    """Posteriors that hold, with gold drawn from them: (proba, y)."""
    rng = np.random.default_rng(4)
    proba = softmax(2.0 * rng.normal(size=(20_000, 4)) + np.array([-1.0, -0.5, 1.0, 0.0]))
    return proba, (proba.cumsum(axis=1) < rng.random((len(proba), 1))).sum(axis=1)


def test_a_temperature_and_biases_that_were_put_in_are_found(honest):
    proba, y = honest
    temperature, biases = 0.5, np.array([0.6, -0.2, -0.4, 0.0])
    spoiled = softmax((np.log(proba) - biases) * temperature)
    scaling = TemperatureScaling.fit(spoiled, y)
    assert scaling.temperature == pytest.approx(temperature, abs=0.02)
    assert scaling.biases == pytest.approx(biases, abs=0.08)
    assert scaling.apply(spoiled).mean(axis=0) == pytest.approx(np.bincount(y) / len(y), abs=1e-3)


def test_posteriors_that_hold_stay_as_they_are(honest):
    proba, y = honest
    assert np.abs(TemperatureScaling.fit(proba, y).apply(proba) - proba).mean() < 0.005


def test_certain_posteriors_stay_distributions():
    scaling = TemperatureScaling(0.5, np.zeros(2))
    scaled = scaling.apply(np.array([[1.0, 0.0]]))
    assert scaled.sum() == pytest.approx(1.0)
    assert np.all(scaled > 0)


def test_a_class_without_notes_is_refused(honest):
    proba, y = honest
    with pytest.raises(ModelError, match="notes of every class"):
        TemperatureScaling.fit(proba[y > 0], y[y > 0])


def test_other_columns_are_refused():
    with pytest.raises(ModelError, match=r"must have 4 columns. Got shape \(5, 2\)"):
        TemperatureScaling(1.0, np.zeros(4)).apply(np.full((5, 2), 0.5))
