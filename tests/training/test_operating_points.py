import numpy as np
import pytest

from data.errors import ConfigError
from models.prevalence import wilson_interval
from training.operating_points import Target, operating_point, target_of


def _notes(found_per_step, false_per_step):
    """Give scores in steps .9, .8, ...: at each, so many notes with a yes and so many without."""
    scores, positive = [], []
    for step, (yes, other) in enumerate(zip(found_per_step, false_per_step, strict=True)):
        scores += [0.9 - step / 10] * (yes + other)
        positive += [True] * yes + [False] * other
    return np.array(scores), np.array(positive)


SCORES, POSITIVE = _notes([40, 30, 20, 10], [10, 40, 150, 800])


def test_the_lowest_threshold_that_reaches_the_precision_is_chosen():
    # At .8: TPR .7, FPR .05; at a prevalence of .2 precision is .14 / (.14 + .04). At .7: .18 / (.18 + .16).
    point = operating_point(SCORES, POSITIVE, Target(precision=0.75, prevalence=0.2))
    assert point["threshold"] == pytest.approx(0.8)
    assert point["precision"]["value"] == pytest.approx(0.14 / 0.18)
    assert point["recall"]["value"] == pytest.approx(0.7)
    assert point["false_reviews_per_10000"]["value"] == pytest.approx(10_000 * 0.8 * 0.05)
    assert point["found_per_10000"]["value"] == pytest.approx(10_000 * 0.2 * 0.7)
    assert (point["true_positives"], point["false_positives"]) == (70, 50)


@pytest.mark.parametrize(
    ("precision", "prevalence", "threshold"), [(0.75, 0.2, 0.8), (0.85, 0.2, 0.9), (0.75, 0.1, 0.9), (0.75, 0.5, 0.7)]
)
def test_both_options_move_the_threshold(precision, prevalence, threshold):
    assert operating_point(SCORES, POSITIVE, Target(precision, prevalence))["threshold"] == pytest.approx(threshold)


def test_precision_is_that_of_a_feed_with_the_stated_prevalence():
    point = operating_point(SCORES, POSITIVE, Target(precision=0.75, prevalence=0.2))
    rng = np.random.default_rng(0)
    yes = rng.uniform(size=400_000) < 0.2
    feed = np.where(yes, rng.choice(SCORES[POSITIVE], yes.size), rng.choice(SCORES[~POSITIVE], yes.size))
    taken = feed >= point["threshold"]
    assert yes[taken].mean() == pytest.approx(point["precision"]["value"], abs=0.005)


def test_costs_are_given_at_the_prevalences_of_the_report():
    point = operating_point(SCORES, POSITIVE, Target(precision=0.75, prevalence=0.2))
    assert [row["prevalence"] for row in point["at_prevalence"]] == [0.003, 0.01, 0.05, 0.10]
    assert point["at_prevalence"][1]["precision"]["value"] == pytest.approx(0.007 / (0.007 + 0.99 * 0.05))
    assert point["at_prevalence"][1]["false_reviews_per_10000"]["value"] == pytest.approx(9900 * 0.05)


def test_no_false_positive_among_few_notes_is_no_proof_of_precision():
    scores, positive = _notes([50, 0], [0, 100])
    point = operating_point(scores, positive, Target(precision=0.95, prevalence=0.01))
    assert point["threshold"] is None
    bound = wilson_interval(0, 100, level=0.9).ci_high
    assert f"{0.01 / (0.01 + 0.99 * bound):.3f} at 0.9000" in point["reason"]
    assert "100 notes without a yes" in point["reason"]


def test_one_false_positive_never_looks_better_than_none():
    target = Target(precision=0.1, prevalence=0.01)
    none, one = (operating_point(*_notes([50, 0], [seen, 100 - seen]), target) for seen in (0, 1))
    assert none["false_positive_rate_is_a_bound"]
    assert one["precision"]["value"] <= none["precision"]["value"]
    assert none["precision"]["ci_low"] <= none["precision"]["value"] <= none["precision"]["ci_high"]


def test_precision_lies_in_its_interval_as_often_as_it_says():
    rng = np.random.default_rng(7)
    truth, inside, runs = 0.2 * 0.7 / (0.2 * 0.7 + 0.8 * 0.05), 0, 300
    for _ in range(runs):
        tp, fp = rng.binomial(100, 0.7), rng.binomial(400, 0.05)
        scores, positive = _notes([tp, 100 - tp], [fp, 400 - fp])
        # The lowest score takes every note for a yes, at a precision of the prevalence.
        figure = operating_point(scores, positive, Target(precision=0.21, prevalence=0.2))["precision"]
        inside += figure["ci_low"] <= truth <= figure["ci_high"]
    assert inside / runs >= 0.95


@pytest.mark.parametrize(("positive", "got"), [([True] * 3, "3 and 0"), ([False] * 3, "0 and 3")])
def test_both_kinds_of_notes_are_needed(positive, got):
    point = operating_point(np.array([0.1, 0.2, 0.3]), np.array(positive), Target(0.9, 0.1))
    assert point["threshold"] is None
    assert point["reason"].endswith(f"Got {got}.")


@pytest.mark.parametrize(
    ("precision", "prevalence", "message"),
    [
        (0.9, None, "Got no --prevalence"),
        (None, 0.1, "Got no --precision"),
        (0.9, 0.0, r"--prevalence must be a share between 0 and 1\. Got 0\.0"),
        (90.0, 0.1, r"--precision must be a share between 0 and 1\. Got 90\.0"),
    ],
)
def test_a_target_is_two_shares_or_none(precision, prevalence, message):
    assert target_of(None, None) is None
    with pytest.raises(ConfigError, match=message):
        target_of(precision, prevalence)
