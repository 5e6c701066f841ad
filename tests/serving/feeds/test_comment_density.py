"""Counts whose density and variance are known."""

import numpy as np
import pytest

from serving.feeds.comment_density import comment_ratio


def test_the_density_is_a_ratio_of_sums_and_not_a_mean_of_rates():
    ratio = comment_ratio(np.array([1, 99]), np.array([1, 0]), np.arange(2))
    assert ratio.density(0.95).density.value == pytest.approx(10.0)


def test_notes_whose_comments_are_unknown_are_left_out():
    ratio = comment_ratio(np.array([10, -1, 10]), np.array([1, -1, 0]), np.arange(3))
    assert (ratio.comments, ratio.diverting) == (20, 1)


def test_nothing_known_gives_none_and_no_comment_gives_no_number():
    assert comment_ratio(np.array([-1]), np.array([-1]), np.zeros(1, int)) is None
    assert comment_ratio(np.array([0]), np.array([0]), np.zeros(1, int)).density(0.95).density is None


def test_comments_of_one_author_say_less_than_those_of_many():
    comments, diverting = np.full(200, 5), np.where(np.arange(200) < 20, 2, 0)
    apart = comment_ratio(comments, diverting, np.arange(200))
    together = comment_ratio(comments, diverting, np.arange(200) // 20)
    assert together.n_eff < apart.n_eff / 5
    assert together.variance > apart.variance


def test_where_none_diverts_the_interval_still_reaches_up():
    density = comment_ratio(np.full(50, 4), np.zeros(50, int), np.arange(50)).density(0.95).density
    assert density.value == 0.0
    assert density.ci_high > 1000 / 200


def test_the_interval_covers_the_density_behind_clustered_comments():
    rng, covered = np.random.default_rng(0), []
    for _ in range(400):
        rate = rng.beta(0.4, 9.6, 80)  # of each author: 4 % on average
        comments = rng.poisson(6, 240)
        author = np.arange(240) % 80
        density = comment_ratio(comments, rng.binomial(comments, rate[author]), author).density(0.95).density
        covered.append(density.ci_low <= 40 <= density.ci_high)
    assert np.mean(covered) >= 0.91
