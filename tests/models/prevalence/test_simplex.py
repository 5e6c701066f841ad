import numpy as np
import pytest

from models.prevalence import project_simplex


def test_a_distribution_stays_as_it_is():
    assert project_simplex([0.2, 0.3, 0.5]) == pytest.approx([0.2, 0.3, 0.5])


def test_projection_is_no_farther_than_any_other_distribution():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 4))
    projected = project_simplex(points)
    others = rng.dirichlet(np.ones(4), size=(200, 300))
    distance = np.linalg.norm(points - projected, axis=1)
    assert np.all(distance <= np.linalg.norm(points[:, None] - others, axis=2).min(axis=1) + 1e-12)
    assert np.all(projected >= 0)
    assert projected.sum(axis=1) == pytest.approx(np.ones(200))
