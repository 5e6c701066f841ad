import numpy as np
import pytest

from data.errors import ModelError
from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import draw_pps, draw_stratified
from models.prevalence.audit_pps import estimate_audited_pps
from models.prevalence.planner import labels_needed, learn_residual_ratio


def scores(n, seed=0):
    return np.random.default_rng(seed).beta(1.2, 0.5, n)


def feed(n, rng):
    """A classifier that is as right as it says."""
    f = scores(n, 1)
    rest = (1 - f) / 3
    posteriors = np.column_stack([rest, rest, f, rest])
    return posteriors, np.where(rng.random(n) < f, "organic", "undisclosed_ad")


def half_width(estimate):
    interval = estimate.realised("organic")
    return (interval.ci_high - interval.ci_low) / 2


def test_the_planned_number_gives_the_wanted_width():
    rng = np.random.default_rng(2)
    widths = []
    for seed in range(20):
        posteriors, gold = feed(3000, rng)
        draw = draw_stratified(posteriors[:, 2], labels_needed(posteriors[:, 2], half_width=0.04), seed=seed)
        labels = gold[draw.rows].tolist()
        widths.append(half_width(estimate_audited(posteriors, draw.rows, labels, draw.strata, draw.inclusion)))
    assert np.mean(widths) == pytest.approx(0.04, rel=0.08)


def test_the_number_planned_by_size_gives_the_wanted_width():
    rng = np.random.default_rng(3)
    impressions = rng.lognormal(sigma=1.3, size=3000)
    widths = []
    for seed in range(20):
        posteriors, gold = feed(3000, rng)
        f = posteriors[:, 2]
        n_labels = labels_needed(f, half_width=0.04, weights=impressions, design="pps")
        draw = draw_pps(f, impressions, n_labels, seed=seed)
        labels = gold[draw.rows].tolist()
        estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=impressions)
        widths.append(half_width(estimate))
    assert np.mean(widths) == pytest.approx(0.04, rel=0.1)


@pytest.mark.parametrize("design", ["stratified", "pps"])
def test_narrower_surer_and_worse_models_need_more_labels(design):
    f, weights = scores(4000), np.random.default_rng(4).lognormal(sigma=1.3, size=4000)

    def needed(**options):
        return labels_needed(f, weights=weights, design=design, **options)

    by_width = [needed(half_width=width) for width in (0.2, 0.1, 0.05, 0.02, 0.01, 0.005)]
    assert by_width == sorted(by_width)
    assert by_width[0] < by_width[3] < by_width[5]
    assert needed(level=0.99) > needed() > needed(level=0.8)
    assert needed(residual_ratio=2.0) > needed() > needed(residual_ratio=0.5)


def test_size_is_the_cheaper_design_where_few_notes_carry_most():
    f, weights = scores(4000), np.random.default_rng(4).lognormal(sigma=1.5, size=4000)
    by_size = labels_needed(f, weights=weights, design="pps", half_width=0.03)
    assert by_size < 0.6 * labels_needed(f, weights=weights, half_width=0.03)


def test_no_more_labels_than_notes():
    assert labels_needed(scores(200), half_width=0.0001) == 200
    assert labels_needed(scores(20), half_width=0.5) == 20
    weights = np.r_[np.zeros(100), np.ones(100)]
    assert labels_needed(scores(200), half_width=0.0001, weights=weights, design="pps") == 100


def test_no_fewer_labels_than_an_audit_needs():
    assert labels_needed(np.full(1000, 0.999), half_width=0.3) == 30


def test_labels_saved_by_a_small_feed():
    assert labels_needed(scores(300)) < labels_needed(scores(3000)) < 1.3 * labels_needed(scores(300_000))


def test_an_earlier_audit_tells_how_wrong_the_model_is():
    rng = np.random.default_rng(5)
    f = scores(4000)
    sure = np.clip(1.6 * (f - 0.5) + 0.5, 0.02, 0.98)  # more extreme than it has a right to be
    organic = rng.random(4000) < f
    assert learn_residual_ratio(f, organic, np.full(4000, 0.1)) == pytest.approx(1.0, abs=0.08)
    assert learn_residual_ratio(sure, organic, np.full(4000, 0.1)) > 1.15


def test_an_earlier_audit_is_weighted_by_inclusion():
    f, organic = np.full(4, 0.5), np.array([True, True, True, True])
    surer = np.array([0.9, 0.9, 0.9, 0.1])
    assert learn_residual_ratio(f, organic, np.ones(4)) == pytest.approx(1.0)
    rare = learn_residual_ratio(surer, organic, np.array([0.1, 0.1, 0.1, 1.0]))
    assert rare < learn_residual_ratio(surer, organic, np.ones(4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"half_width": 0.0}, "'half_width' must lie between 0 and 1. Got 0.0"),
        ({"level": 1.0}, "'level' must lie between 0 and 1"),
        ({"residual_ratio": 0.0}, "'residual_ratio' must be over 0"),
        ({"design": "simple"}, "'design' must be stratified or pps. Got 'simple'"),
        ({"weights": np.zeros(50)}, "'weights' must be finite"),
    ],
)
def test_what_cannot_be_planned_is_refused(options, message):
    with pytest.raises(ModelError, match=message):
        labels_needed(scores(50), **options)


@pytest.mark.parametrize("design", ["stratified", "pps"])
def test_a_model_that_is_sure_of_every_note_still_needs_labels(design):
    """An audit takes one missed error for granted: 30 labels would not give two points either way."""
    f = np.repeat([0.0, 1.0], [300, 2700])
    posteriors = np.column_stack([1 - f, 0 * f, f, 0 * f])
    weights = np.random.default_rng(6).lognormal(sigma=1.0, size=3000)
    n_labels = labels_needed(f, half_width=0.03, weights=weights, design=design)
    gold = np.where(f > 0, "organic", "disclosed_ad")
    if design == "pps":
        draw = draw_pps(f, weights, n_labels, seed=1)
        labels = gold[draw.rows].tolist()
        estimate = estimate_audited_pps(posteriors, draw.rows, labels, draw.inclusion, weights=weights)
    else:
        n_labels = labels_needed(f, half_width=0.03)
        draw = draw_stratified(f, n_labels, seed=1)
        estimate = estimate_audited(posteriors, draw.rows, gold[draw.rows].tolist(), draw.strata, draw.inclusion)
    assert half_width(estimate) == pytest.approx(0.03, rel=0.15)


def test_an_earlier_audit_without_notes_is_refused():
    with pytest.raises(ModelError, match="an earlier audit must have notes"):
        learn_residual_ratio(np.empty(0), np.empty(0, dtype=bool), np.empty(0))
