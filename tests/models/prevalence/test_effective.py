import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.effective import cluster_design_effect, normalise_weights


def test_equal_weights_count_every_note():
    assert normalise_weights(np.full(8, 3.0), 8)[1] == pytest.approx(8)


def test_unequal_weights_count_as_fewer():
    weights, n_eff = normalise_weights(np.array([2.0, 1.0, 1.0]), 3)
    assert weights.tolist() == [0.5, 0.25, 0.25]
    assert n_eff == pytest.approx(16 / 6)


@pytest.mark.parametrize("weights", [[1.0, -1.0], [1.0, np.nan], [1.0]])
def test_unusable_weights_are_refused(weights):
    with pytest.raises(ModelError, match="'weights' must"):
        normalise_weights(np.array(weights), 2)


def effect(posteriors, clusters):
    n = len(posteriors)
    return cluster_design_effect(posteriors, np.full(n, 1 / n), clusters)


def test_notes_that_come_four_times_count_once():
    single = np.random.default_rng(1).dirichlet(np.ones(4), 500)
    assert effect(np.repeat(single, 4, axis=0), np.repeat(np.arange(500), 4)) == pytest.approx(4)


def test_clusters_of_unlike_notes_never_raise_the_number():
    posteriors = np.tile([[0.9, 0.1], [0.1, 0.9]], (50, 1))
    assert effect(posteriors, np.repeat(np.arange(50), 2)) == 1.0


def test_names_of_clusters_may_be_large_numbers():
    posteriors = np.random.default_rng(2).dirichlet(np.ones(2), 60)
    clusters = np.repeat(np.arange(20), 3)
    assert effect(posteriors, clusters * 10**9) == pytest.approx(effect(posteriors, clusters))


def test_unusable_clusters_are_refused():
    posteriors = np.full((3, 2), 0.5)
    with pytest.raises(ModelError, match="'clusters' must not be negative"):
        effect(posteriors, np.array([0, 1, -1]))
    with pytest.raises(ModelError, match=r"'clusters' must have shape \(3,\)"):
        effect(posteriors, np.array([0, 1]))


def test_one_large_author_who_is_like_everybody_else_does_not_hide_what_authors_do():
    """400 pairs of equal notes, and an author of 200 notes about the mean: another such author might be anywhere."""
    rng = np.random.default_rng(4)
    pairs = np.repeat(rng.random(400) < 0.5, 2)
    organic = np.concatenate([np.where(pairs, 0.9, 0.1), np.tile([0.9, 0.1], 100)])
    posteriors = np.column_stack([1 - organic, organic])
    clusters = np.concatenate([np.repeat(np.arange(400), 2), np.full(200, 400)])
    assert effect(posteriors, clusters) > 0.7 * (1 + 200**2 / 1000)
