"""The simulated worlds have the properties that the acceptance rows rest on."""

import numpy as np
import pytest

from data.errors import ConfigError
from training.simulate import (
    ADS,
    ORGANIC,
    WORLDS,
    World,
    annotate,
    draw_feed,
    draw_validation,
    draw_week,
    names_of,
    shares_in,
)


def weeks_of(world, *, n=40_000, seed=3):
    rng = np.random.default_rng(seed)
    feed = draw_feed(world, rng)
    return {week: draw_week(world, feed, week, n, rng) for week in (0, 6, world.weeks - 1)}


def organic(notes):
    return np.mean(notes.gold == ORGANIC)


def count_bias(notes):
    return np.mean(notes.proba.argmax(axis=1) == ORGANIC) - organic(notes)


def test_the_classifier_is_calibrated_at_the_validation_mix_with_a_macro_f1_near_the_published_one():
    gold, proba, _ = draw_validation(60_000, np.random.default_rng(1))
    found = proba.argmax(axis=1)
    both = [2 * np.sum((gold == k) & (found == k)) / (np.sum(gold == k) + np.sum(found == k)) for k in range(4)]
    assert 0.84 <= np.mean(both) <= 0.875
    assert proba.mean(axis=0) == pytest.approx(np.bincount(gold) / len(gold), abs=0.005)
    sure = proba[:, ORGANIC] > 0.9
    assert proba[sure, ORGANIC].mean() == pytest.approx(np.mean(gold[sure] == ORGANIC), abs=0.005)


def test_organic_notes_fall_from_ninety_to_sixty_percent_and_the_count_hides_a_part():
    weeks = weeks_of(WORLDS["S1"])
    assert organic(weeks[0]) == pytest.approx(0.9, abs=0.01)
    assert organic(weeks[23]) == pytest.approx(0.6, abs=0.01)
    assert 0.05 <= count_bias(weeks[23]) <= 0.08


def test_ads_learn_to_look_organic_only_after_week_six():
    before, after = (weeks_of(WORLDS[name]) for name in ("S1", "S2"))

    def organic_look(notes):
        return notes.proba[np.isin(notes.gold, ADS), ORGANIC].mean()

    assert organic_look(after[6]) == pytest.approx(organic_look(before[6]), abs=0.02)
    assert organic_look(after[23]) > organic_look(before[23]) + 0.5


def test_feeds_of_the_third_world_have_styles_of_their_own():
    rng = np.random.default_rng(5)
    offsets = {name: np.std([draw_feed(WORLDS[name], rng).offset for _ in range(300)]) for name in ("S1", "S3")}
    assert offsets == {"S1": 0.0, "S3": pytest.approx(WORLDS["S3"].style, abs=0.02)}


def test_shares_of_a_feed_sum_to_one_and_make_ups_differ_between_feeds():
    rng, world = np.random.default_rng(6), World()
    shares = np.array([shares_in(world, draw_feed(world, rng), 10) for _ in range(50)])
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert np.std(shares[:, ORGANIC]) == pytest.approx(0.0, abs=1e-12)
    assert np.std(shares[:, ADS[0]]) > 0.005


def test_impressions_are_heavy_tailed_and_go_to_notes_that_are_not_organic():
    notes = weeks_of(World())[23]
    assert np.std(np.log(notes.impressions)) == pytest.approx(1.3, abs=0.1)
    assert organic(notes) - np.average(notes.gold == ORGANIC, weights=notes.impressions) > 0.05
    even = weeks_of(World(reach=0.0))[23]
    assert np.average(even.gold == ORGANIC, weights=even.impressions) == pytest.approx(organic(even), abs=0.03)


def test_notes_of_one_author_share_labels_and_errors():
    world = World(notes_per_author=8.0, loyalty=0.7, author_style=0.5)

    def pairs(notes):
        """Correlate what two notes of an author are, and how wrong the classifier is on them."""
        order = np.argsort(notes.authors, kind="stable")
        same = notes.authors[order][1:] == notes.authors[order][:-1]
        own = (notes.gold == ORGANIC)[order].astype(float)
        wrong = own - notes.proba[order, ORGANIC]
        return [np.corrcoef(x[1:][same], x[:-1][same])[0, 1] for x in (own, wrong)]

    labels, errors = pairs(weeks_of(world)[23])
    assert labels == pytest.approx(0.49, abs=0.05)  # both notes loyal: 0.7 squared
    assert errors > 0.1
    assert organic(weeks_of(world)[23]) == pytest.approx(0.6, abs=0.02)
    assert len(np.unique(weeks_of(World())[6].authors)) == 40_000


def test_sources_of_validation_notes_have_styles_only_where_asked():
    def spread(style):
        gold, proba, sources = draw_validation(20_000, np.random.default_rng(8), style=style, n_sources=20)
        at = gold == ORGANIC
        return np.std([proba[at & (sources == s), ORGANIC].mean() for s in range(20)])

    assert spread(0.5) > 3 * spread(0.0)


def test_an_annotator_errs_at_the_given_rate():
    gold = np.repeat([0, 1, 2, 3], 5000)
    seen = annotate(gold, 0.1, np.random.default_rng(9))
    assert np.mean(seen != gold) == pytest.approx(0.1, abs=0.01)
    assert np.array_equal(annotate(gold, 0.0, np.random.default_rng(9)), gold)
    with pytest.raises(ConfigError, match=r"'error' must lie in \[0, 1\]\. Got 2 instead\."):
        annotate(gold, 2, np.random.default_rng(9))


def test_one_seed_gives_one_week_and_names_stand_in_label_order():
    first, second = (weeks_of(WORLDS["S3"], n=50)[6] for _ in range(2))
    assert np.array_equal(first.proba, second.proba)
    assert names_of([2, 0]) == ["organic", "disclosed_ad"]
