import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.audit_design import draw_pps, draw_stratified
from models.prevalence.audit_strata import CUTS, allocate, allocate_exactly, audit_strata


def scores(n=2000, seed=0):
    return np.random.default_rng(seed).beta(0.6, 0.3, n)


def frequency(draw_once, n, times):
    seen = np.zeros(n)
    for seed in range(times):
        seen[draw_once(seed).rows] += 1
    return seen / times


def test_notes_are_drawn_as_often_as_their_stratified_inclusion_says():
    f = scores(60)
    everything = draw_stratified(f, 20, seed=0)
    drawn = frequency(lambda seed: draw_stratified(f, 20, seed=seed), 60, 2000)
    assert drawn[everything.rows] == pytest.approx(everything.inclusion, abs=0.05)


def test_notes_are_drawn_as_often_as_their_inclusion_by_size_says():
    f, weights = scores(60), np.random.default_rng(1).lognormal(sigma=1.5, size=60)
    draws = [draw_pps(f, weights, 20, seed=seed) for seed in range(2000)]
    inclusion, seen = np.full(60, np.nan), np.zeros(60)
    for draw in draws:
        inclusion[draw.rows] = draw.inclusion
        seen[draw.rows] += 1 / len(draws)
    assert not np.isnan(inclusion).any()
    assert seen == pytest.approx(inclusion, abs=0.05)
    assert inclusion.sum() == pytest.approx(20)
    assert np.count_nonzero(inclusion == 1) > 0


@pytest.mark.parametrize("n_labels", [2, 10, 30, 99, 100, 200, 1999])
def test_exactly_the_labels_asked_for_are_drawn(n_labels):
    f = scores()
    for draw in (
        draw_stratified(f, n_labels, channel=np.arange(2000) % 7, seed=3),
        draw_pps(f, np.random.default_rng(2).lognormal(sigma=1.5, size=2000), n_labels, seed=3),
    ):
        assert len(set(draw.rows.tolist())) == len(draw.rows) == len(draw.strata) == len(draw.inclusion) == n_labels
        assert np.all((draw.inclusion > 0) & (draw.inclusion <= 1))


@pytest.mark.parametrize(("n_labels", "least"), [(30, 5), (99, 5), (100, 8), (400, 8)])
def test_every_stratum_gets_its_least(n_labels, least):
    strata = draw_stratified(scores(), n_labels, channel=np.arange(2000) % 3, seed=1).strata
    assert min(strata.count(name) for name in set(strata)) >= least


def test_strata_cover_the_feed():
    draw = draw_stratified(scores(), 200, seed=5)
    assert np.sum(1 / draw.inclusion) == pytest.approx(2000)


def test_unsure_notes_get_more_labels_than_by_size():
    f = scores()
    drawn = draw_stratified(f, 200, seed=5).rows
    unsure = (f > 0.3) & (f < 0.7)
    assert unsure[drawn].mean() > 1.2 * unsure.mean()


def test_more_labels_than_notes_draw_every_note():
    for draw in (draw_stratified(scores(40), 100, seed=1), draw_pps(scores(40), np.ones(40), 100, seed=1)):
        assert sorted(draw.rows) == list(range(40))
        assert np.all(draw.inclusion == 1)


def test_notes_without_weight_are_never_drawn_by_size():
    weights = np.r_[np.zeros(1000), np.ones(1000)]
    assert draw_pps(scores(), weights, 200, seed=1).rows.min() >= 1000


def test_a_viral_note_is_drawn_for_certain():
    weights = np.ones(2000)
    weights[17] = 5000.0
    draw = draw_pps(scores(), weights, 50, seed=1)
    assert draw.strata[draw.rows.tolist().index(17)] == "pps:certain"
    assert draw.strata.count("pps:certain") == 1


def test_the_seed_decides_the_draw():
    f, weights = scores(), np.ones(2000)
    for draw in (lambda seed: draw_stratified(f, 50, seed=seed), lambda seed: draw_pps(f, weights, 50, seed=seed)):
        assert draw(1).rows.tolist() == draw(1).rows.tolist()
        assert draw(1).rows.tolist() != draw(2).rows.tolist()


def test_names_of_strata_do_not_tell_the_score():
    """The same name stands for sure and for unsure notes in other draws."""
    f = scores()
    means = []
    for seed in range(20):
        draw = draw_stratified(f, 100, seed=seed)
        means.append(np.mean(f[draw.rows[np.array(draw.strata) == "s1"]]))
    assert max(means) > 0.9
    assert min(means) < 0.1


def test_large_channels_stand_apart_and_small_ones_do_not():
    f = np.linspace(0.4, 0.6, 2000)  # one cut
    channel = np.r_[["a"] * 1200, ["b"] * 780, ["c"] * 20]
    stratum = audit_strata(f, 200, channel=channel)
    assert len(np.unique(stratum)) == 2
    assert len(np.unique(audit_strata(f, 200))) == 1
    assert len(np.unique(stratum[channel != "a"])) == 1


def test_cuts_stay_neighbours_when_merged():
    f = np.r_[np.full(500, 0.01), np.full(3, 0.1), np.full(400, 0.5), np.full(2, 0.8), np.full(600, 0.99)]
    stratum = audit_strata(f, 200)
    assert len(np.unique(stratum)) == 3
    assert np.all(np.diff(stratum) >= 0)
    assert len(np.unique(audit_strata(f, 10))) == 2
    assert len(CUTS) == 4


def test_allocation_stays_within_the_stratum():
    counts = allocate(np.array([9, 500, 1000]), np.array([0.5, 0.3, 0.1]), 300, at_least=8)
    assert counts.sum() == 300
    assert 8 <= counts[0] <= 9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_stratified([0.5, 1.5], 2, seed=0), "'p_organic' must hold a probability"),
        (lambda: draw_stratified([], 2, seed=0), "'p_organic' must hold a probability"),
        (lambda: draw_stratified([0.5, 0.5], 1, seed=0), "'n_labels' must be at least 2. Got 1"),
        (lambda: draw_stratified([0.5, 0.5], 2, channel=["a"], seed=0), "'channel' must name one for each of 2 notes"),
        (lambda: draw_pps([0.5, 0.5], [0.0, 0.0], 2, seed=0), "'weights' must be finite"),
        (lambda: draw_pps([0.5, 0.5], [1.0, np.nan], 2, seed=0), "'weights' must be finite"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, message):
    with pytest.raises(ModelError, match=message):
        call()


def test_labels_are_allocated_to_the_last_fraction():
    """Between its least and most, each stratum gets in proportion to half its size and half its size times spread."""
    rng = np.random.default_rng(4)
    for n_labels in (41.0, 300.5, 1200.0):
        sizes, spreads = rng.integers(2, 400, 20), rng.uniform(0.14, 0.52, 20)
        exact = allocate_exactly(sizes, spreads, n_labels, at_least=2)
        assert exact.sum() == pytest.approx(n_labels, abs=1e-9)
        inside = (exact > 2 + 1e-9) & (exact < sizes - 1e-9)
        share = 0.5 * sizes / sizes.sum() + 0.5 * sizes * spreads / (sizes @ spreads)
        assert np.ptp((exact / share)[inside]) < 1e-6
