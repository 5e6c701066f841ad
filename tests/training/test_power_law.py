"""The learning curve: its law and its gains are recovered from simulation, and noise is not taken for a gain."""

import numpy as np
import pytest

from training.power_law import PowerLaw, fit_curve, gains

SIZES = [11, 22, 32, 43]
SHARES = np.array(SIZES) / SIZES[-1]


def aucs(law, noise=0.0, *, draws=5, seed=0):
    clean = np.array([law.at(n) for n in SIZES])
    return clean + np.random.default_rng(seed).normal(0, noise, (draws, len(SIZES)))


def resampled(law, noise, n=40):
    return np.stack([aucs(law, noise, seed=seed) for seed in range(1, n + 1)])


@pytest.mark.parametrize("law", [PowerLaw(0.92, 0.04, 0.5, 43), PowerLaw(0.9, 0.02, 1.2, 43)])
def test_the_law_behind_the_curve_is_recovered(law):
    found = fit_curve(SIZES, aucs(law))
    assert (found.ceiling, found.distance) == pytest.approx((law.ceiling, law.distance), abs=1e-3)
    assert found.exponent == pytest.approx(law.exponent, rel=0.05)


def test_a_law_is_what_it_says():
    law = PowerLaw(ceiling=0.9, distance=0.04, exponent=0.5, size=43)
    assert law.at(43) == pytest.approx(0.86)
    assert law.gain(3 * 43) == pytest.approx(0.02)  # four times as many halve the distance


def test_gains_of_a_noisy_curve_lie_around_the_true_ones():
    law = PowerLaw(0.92, 0.04, 0.5, 43)
    _, told = gains(SIZES, aucs(law, 0.002), resampled(law, 0.002), {"next": 1, "twice": 43}, spread=0.001)
    for name, more in (("next", 1), ("twice", 43)):
        value, draws = told[name]
        assert value == pytest.approx(law.gain(more), rel=0.4)
        low, high = np.quantile(draws, [0.025, 0.975])
        assert 0 < low < law.gain(more) < high


def test_a_flat_noisy_curve_promises_nothing():
    flat = PowerLaw(0.9, 0.0, 0.5, 43)
    _, told = gains(SIZES, aucs(flat, 0.01), resampled(flat, 0.01), {"twice": 43}, spread=0.01)
    low, high = np.quantile(told["twice"][1], [0.025, 0.975])
    assert low < 0 < high


def test_a_falling_curve_loses():
    value, _ = gains(SIZES, aucs(PowerLaw(0.9, -0.03, 0.5, 43)), np.zeros((0, 5, 4)), {"twice": 43}, spread=0.0)[1][
        "twice"
    ]
    assert value < -0.005


def test_more_spread_over_draws_makes_a_gain_less_certain():
    law = PowerLaw(0.92, 0.04, 0.5, 43)
    values, same = aucs(law), np.repeat(aucs(law)[None], 30, axis=0)
    narrow, wide = (gains(SIZES, values, same, {"x": 43}, spread=spread)[1]["x"][1].std() for spread in (0.0, 0.01))
    assert wide > narrow + 1e-3


def test_an_auc_that_is_not_defined_gives_no_curve():
    values = aucs(PowerLaw(0.92, 0.04, 0.5, 43))
    values[0, 0] = np.nan
    curve, told = gains(SIZES, values, values[None], {"next": 1}, spread=0.0)
    assert curve is None
    assert np.isnan([told["next"][0], *told["next"][1]]).all()
