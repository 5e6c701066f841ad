"""A classifier that is wrong about half of the feed, corrected by a known probability sample."""

import numpy as np
import pytest

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence import Status, draw_stratified, estimate_audited, subtract_independent

NAMES = np.array([label.value for label in LABELS])
ORGANIC = 2
N = 1000


def feed(rng):
    """Half of the ads look organic to the classifier: no correction without labels could know."""
    gold = rng.choice(4, N, p=[0.1, 0.15, 0.55, 0.2])
    looks = np.where((gold == 3) & (rng.random(N) < 0.5), ORGANIC, gold)
    logits = 2.0 * np.eye(4)[looks] + rng.normal(scale=0.7, size=(N, 4))
    posteriors = np.exp(logits)
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def sample(rng, posteriors, per_stratum=40):
    stratum = np.digitize(posteriors[:, ORGANIC], [0.15, 0.5])
    rows, probability = [], []
    for h in np.unique(stratum):
        members = np.flatnonzero(stratum == h)
        n = min(per_stratum, len(members))
        rows += rng.choice(members, n, replace=False).tolist()
        probability += [n / len(members)] * n
    rows = np.array(rows)
    return rows, [f"f{h}" for h in stratum[rows]], np.array(probability)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(2)
    gold, posteriors = feed(rng)
    rows, strata, probability = sample(rng, posteriors)
    return posteriors, rows, NAMES[gold[rows]].tolist(), strata, probability


def test_audited_interval_covers_where_the_classifier_is_wrong():
    rng = np.random.default_rng(4)
    results = []
    for _ in range(400):
        gold, posteriors = feed(rng)
        rows, strata, probability = sample(rng, posteriors)
        estimate = estimate_audited(posteriors, rows, NAMES[gold[rows]].tolist(), strata, probability)
        truth = np.mean(gold == ORGANIC)
        realised, process = estimate.realised("organic"), estimate.process("organic")
        results.append(
            (
                estimate.share("organic") - truth,
                realised.ci_low <= truth <= realised.ci_high,
                process.ci_low <= 0.55 <= process.ci_high,
                posteriors[:, ORGANIC].mean() - truth,
            )
        )
    bias, covered, process_covered, model_bias = np.mean(results, axis=0)
    assert abs(model_bias) > 0.03
    assert abs(bias) < 0.005
    assert 0.93 <= covered <= 0.98
    assert 0.93 <= process_covered <= 0.98


def test_a_sample_without_errors_still_has_an_interval():
    posteriors = np.tile([0.02, 0.02, 0.94, 0.02], (500, 1))
    estimate = estimate_audited(posteriors, np.arange(50), ["organic"] * 50, ["all"] * 50, np.full(50, 0.1))
    interval = estimate.realised("organic")
    assert interval.ci_high - interval.ci_low > 0.01


def test_labelling_every_note_gives_the_realised_share_exactly():
    gold, posteriors = feed(np.random.default_rng(5))
    estimate = estimate_audited(posteriors, np.arange(N), NAMES[gold].tolist(), ["all"] * N, np.ones(N))
    interval = estimate.realised("organic")
    assert estimate.share("organic") == pytest.approx(np.mean(gold == ORGANIC))
    assert interval.ci_low == pytest.approx(interval.ci_high)


def test_residuals_of_one_author_widen_the_interval(drawn):
    posteriors, rows, labels, strata, probability = drawn
    alone = estimate_audited(posteriors, rows, labels, strata, probability)
    grouped = estimate_audited(posteriors, rows, labels, strata, probability, clusters=labels)
    unknown = estimate_audited(posteriors, rows, labels, strata, probability, clusters=[None] * len(rows))
    assert grouped.covariance[ORGANIC, ORGANIC] > alone.covariance[ORGANIC, ORGANIC]
    assert unknown.covariance == pytest.approx(alone.covariance)


def test_one_author_in_two_strata_widens_the_interval(drawn):
    posteriors, rows, labels, strata, probability = drawn
    alone = estimate_audited(posteriors, rows, labels, strata, probability)
    by_label_and_stratum = [f"{label} {stratum}" for label, stratum in zip(labels, strata, strict=True)]
    within = estimate_audited(posteriors, rows, labels, strata, probability, clusters=by_label_and_stratum)
    across = estimate_audited(posteriors, rows, labels, strata, probability, clusters=labels)
    variances = [e.covariance[ORGANIC, ORGANIC] for e in (alone, within, across)]
    assert variances == sorted(variances)
    assert variances[2] > 1.2 * variances[1]


def test_weights_move_the_estimate_to_the_weighted_share():
    rng = np.random.default_rng(6)
    results = []
    for _ in range(400):
        gold, posteriors = feed(rng)
        weights = rng.lognormal(sigma=0.5, size=N) * np.where(gold == ORGANIC, 1.0, 3.0)
        rows, strata, probability = sample(rng, posteriors, 70)
        labels = NAMES[gold[rows]].tolist()
        estimate = estimate_audited(posteriors, rows, labels, strata, probability, weights=weights)
        truth = np.average(gold == ORGANIC, weights=weights)
        interval = estimate.realised("organic")
        unweighted = np.mean(gold == ORGANIC) - truth
        results.append((estimate.share("organic") - truth, interval.ci_low <= truth <= interval.ci_high, unweighted))
    bias, covered, unweighted = np.mean(results, axis=0)
    assert unweighted > 0.2
    assert abs(bias) < 0.008
    assert 0.92 <= covered <= 0.98
    assert estimate.n_eff == pytest.approx(weights.sum() ** 2 / np.sum(weights**2))


def test_equal_weights_change_nothing(drawn):
    posteriors, rows, labels, strata, probability = drawn
    plain = estimate_audited(posteriors, rows, labels, strata, probability)
    weighted = estimate_audited(posteriors, rows, labels, strata, probability, weights=np.full(N, 7.0))
    assert weighted.shares == pytest.approx(plain.shares)
    assert weighted.covariance == pytest.approx(plain.covariance)


def test_a_feed_without_weight_is_insufficient(drawn):
    posteriors, rows, labels, strata, probability = drawn
    refused = estimate_audited(posteriors, rows, labels, strata, probability, weights=np.zeros(N))
    assert refused.status is Status.INSUFFICIENT
    assert refused.reasons == ("no note carries weight",)


def test_commercial_counts_ads_and_believes_the_model_on_diversions(drawn):
    gold, posteriors = feed(np.random.default_rng(7))
    commercial = np.where(gold == 1, 0.25, 0.5)
    everything = NAMES[gold].tolist()
    estimate = estimate_audited(posteriors, np.arange(N), everything, ["all"] * N, np.ones(N), commercial=commercial)
    expected = np.mean((gold == 0) | (gold == 3)) + 0.25 * np.mean(gold == 1)
    assert estimate.classes[-1] == "commercial"
    assert estimate.share("commercial") == pytest.approx(expected)
    assert estimate.covariance.shape == (5, 5)
    posteriors, rows, labels, strata, probability = drawn
    sampled = estimate_audited(posteriors, rows, labels, strata, probability, commercial=commercial)
    plain = estimate_audited(posteriors, rows, labels, strata, probability)
    assert sampled.shares[:4] == pytest.approx(plain.shares)
    assert sampled.realised("commercial").ci_low < sampled.share("commercial")


def test_disclosed_among_commercial_is_covered():
    rng = np.random.default_rng(8)
    covered = []
    for _ in range(200):
        gold, posteriors = feed(rng)
        posteriors = posteriors * [1.0, 0.0, 1.0, 1.0]  # without diversions, whose label does not say
        posteriors /= posteriors.sum(axis=1, keepdims=True)
        gold[gold == 1] = ORGANIC
        rows, strata, probability = sample(rng, posteriors, 70)
        commercial = posteriors[:, 0] + posteriors[:, 3]
        labels = NAMES[gold[rows]].tolist()
        estimate = estimate_audited(posteriors, rows, labels, strata, probability, commercial=commercial)
        rate, interval = estimate.ratio("disclosed_ad", ("commercial",))
        truth = np.sum(gold == 0) / np.sum((gold == 0) | (gold == 3))
        covered.append(interval.ci_low <= truth <= interval.ci_high)
        assert interval.ci_low < rate < interval.ci_high
    assert 0.92 <= np.mean(covered) <= 0.995


def test_all_noise_of_an_audit_is_its_own(drawn):
    estimate = estimate_audited(*drawn)
    assert estimate.own_covariance == pytest.approx(estimate.covariance)


def test_rare_errors_in_few_labels_widen_the_interval():
    """One error among 40 labels: the variance hangs on one note, so two standard errors are too few."""
    posteriors = np.tile([0.02, 0.02, 0.94, 0.02], (4000, 1))
    labels = ["undisclosed_ad"] + ["organic"] * 39
    few = estimate_audited(posteriors, np.arange(40), labels, ["all"] * 40, np.full(40, 0.01))
    many = estimate_audited(posteriors, np.arange(2000), labels * 50, ["all"] * 2000, np.full(2000, 0.5))
    widths = []
    for estimate in (few, many):
        half = estimate.realised("undisclosed_ad").ci_high - estimate.share("undisclosed_ad")
        widths.append(half / np.sqrt(estimate.covariance[3, 3]))
    assert widths[0] > 2.2
    assert widths[1] == pytest.approx(1.96, abs=0.03)


def test_fewer_labels_are_for_shrinking_only_and_not_clipped():
    posteriors = np.tile([0.1, 0.1, 0.7, 0.1], (100, 1))
    posteriors[:5] = [0.3, 0.2, 0.4, 0.1]
    few = estimate_audited(posteriors, np.arange(5), ["organic"] * 5, ["all"] * 5, np.full(5, 0.05), min_labels=2)
    assert few.status is Status.AUDITED
    assert few.n == 5
    assert few.share("organic") == pytest.approx(0.685 + 0.6)


def test_fewer_than_thirty_labels_are_insufficient():
    posteriors = np.full((100, 4), 0.25)
    refused = estimate_audited(posteriors, np.arange(29), ["organic"] * 29, ["all"] * 29, np.full(29, 0.29))
    assert refused.status is Status.INSUFFICIENT
    assert refused.reasons == ("an audit needs 30 labels, got 29",)


def test_unequal_probabilities_in_a_stratum_break_the_audit(drawn):
    posteriors, rows, labels, strata, probability = drawn
    changed = probability.copy()
    changed[0] *= 0.9
    refused = estimate_audited(posteriors, rows, labels, strata, changed)
    assert refused.status is Status.AUDIT_BROKEN
    assert "inclusion probabilities differ within a stratum" in refused.reasons


def test_a_stratum_left_out_breaks_the_audit(drawn):
    posteriors, rows, labels, strata, probability = drawn
    keep = [i for i, stratum in enumerate(strata) if stratum != "f0"]
    refused = estimate_audited(
        posteriors, rows[keep], [labels[i] for i in keep], [strata[i] for i in keep], probability[keep]
    )
    assert refused.status is Status.AUDIT_BROKEN
    assert "strata must add up to the 1000 notes" in refused.reasons[0]


def test_a_note_drawn_twice_breaks_the_audit(drawn):
    posteriors, rows, labels, strata, probability = drawn
    twice = rows.copy()
    twice[1] = twice[0]
    refused = estimate_audited(posteriors, twice, labels, strata, probability)
    assert "a note was drawn more than once" in refused.reasons


@pytest.mark.parametrize(("missing", "status"), [(8, Status.AUDITED), (20, Status.AUDIT_BROKEN)])
def test_non_response_over_ten_percent_breaks_the_audit(drawn, missing, status):
    posteriors, rows, labels, strata, probability = drawn
    silent = [None] * missing + labels[missing:]
    assert estimate_audited(posteriors, rows, silent, strata, probability).status is status


def test_probability_outside_its_range_is_refused(drawn):
    posteriors, rows, labels, strata, probability = drawn
    with pytest.raises(ModelError, match=r"inclusion probabilities must lie in \(0, 1\]"):
        estimate_audited(posteriors, rows, labels, strata, probability * 0)


def test_unknown_label_is_refused(drawn):
    posteriors, rows, labels, strata, probability = drawn
    with pytest.raises(ModelError, match="Got 'ad' instead"):
        estimate_audited(posteriors, rows, ["ad", *labels[1:]], strata, probability)


def sure_feed(rng, missed):
    """A classifier that is sure of every note; an ad that it misses, it is sure is organic."""
    gold = rng.choice(4, N, p=[0.03, 0.05, 0.85, 0.07])
    looks = np.where((gold != ORGANIC) & (rng.random(N) < missed), ORGANIC, gold)
    return gold, np.eye(4)[looks]


@pytest.mark.parametrize("n_labels", [30, 60])
def test_a_classifier_that_is_sure_and_sometimes_wrong_is_covered(n_labels):
    """It expects no error, and most samples see none: without one taken for granted 4 in 10 intervals cover."""
    rng, covered = np.random.default_rng(6), []
    for seed in range(200):
        gold, posteriors = sure_feed(rng, 0.1)
        draw = draw_stratified(posteriors[:, ORGANIC], n_labels, seed=seed)
        labels = NAMES[gold[draw.rows]].tolist()
        interval = estimate_audited(posteriors, draw.rows, labels, draw.strata, draw.inclusion).realised("organic")
        covered.append(interval.ci_low <= np.mean(gold == ORGANIC) <= interval.ci_high)
    assert np.mean(covered) >= 0.93


def test_thirty_labels_without_an_error_allow_for_as_many_as_three_in_thirty():
    """The rule of three, about: never an interval without width."""
    posteriors = np.eye(4)[np.full(N, ORGANIC)]
    rows = np.arange(30)
    estimate = estimate_audited(posteriors, rows, ["organic"] * 30, ["all"] * 30, np.full(30, 30 / N))
    assert 1 - estimate.realised("organic").ci_low == pytest.approx(3 / 30, rel=0.2)


@pytest.mark.parametrize("wrong", [np.nan, -0.2, 1.2])
def test_posteriors_that_are_no_probabilities_are_refused(drawn, wrong):
    posteriors, *rest = drawn
    broken = posteriors.copy()
    broken[0, 0] = wrong
    with pytest.raises(ModelError, match=r"'proba' must hold probabilities in \[0, 1\]"):
        estimate_audited(broken, *rest)
    with pytest.raises(ModelError, match="'commercial' must"):
        estimate_audited(posteriors, *rest, commercial=broken[:, 0])


def test_few_labels_that_put_a_share_outside_its_range_still_have_intervals():
    """Below 30 labels a share is not clipped: that of what lies behind the notes must not take a negative variance."""
    posteriors = np.tile([0.1, 0.1, 0.7, 0.1], (100, 1))
    posteriors[:5] = [0.3, 0.3, 0.3, 0.1]
    few = estimate_audited(posteriors, np.arange(5), ["organic"] * 5, ["all"] * 5, np.full(5, 0.05), min_labels=2)
    assert few.share("organic") > 1
    for interval in (few.realised("organic"), few.process("organic")):
        assert 0 <= interval.ci_low <= interval.ci_high == 1
    assert subtract_independent(few, few).interval("organic").ci_low < 0
