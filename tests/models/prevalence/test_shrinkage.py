import numpy as np
import pytest

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import draw_stratified
from models.prevalence.shrinkage import between_variance, pool_variances, shrink

NAMES = np.array([label.value for label in LABELS])
ORGANIC, N, N_LABELS = 2, 400, 6


def units(rng, n=200, spread=0.05, audited=0.7):
    """Model shares that are 4 points too high on average, and audits of most units."""
    truth = rng.uniform(0.5, 0.9, n)
    model_variance = rng.uniform(0.01, 0.03, n) ** 2
    model = truth + 0.04 + rng.normal(size=n) * np.sqrt(model_variance + spread**2)
    noise = rng.uniform(0.03, 0.15, n)
    correction = truth + rng.normal(size=n) * noise - model
    correction[rng.random(n) > audited] = np.nan
    return truth, model, model_variance, correction, noise**2


def styled_feed(rng):
    """A feed with a style of its own, which the classifier takes for signs of ads (or of none)."""
    organic = rng.uniform(0.55, 0.9)
    gold = rng.choice(4, N, p=[0.2 * (1 - organic), 0.3 * (1 - organic), organic, 0.5 * (1 - organic)])
    seen = 2.2 * np.eye(4)[gold] + rng.normal(size=(N, 4)) + rng.normal(scale=0.6, size=4)
    weighed = np.exp(2.2 * seen) * np.array([0.06, 0.09, 0.7, 0.15])
    return gold, weighed / weighed.sum(axis=1, keepdims=True)


def test_shrunk_shares_cover_and_beat_both_model_and_audit():
    rng = np.random.default_rng(1)
    covered, errors = [], []
    for _ in range(20):
        truth, model, a, d, v = units(rng)
        shrunk = shrink(model, a, d, v)
        covered.append(np.abs(shrunk.shares - truth) <= 1.96 * np.sqrt(shrunk.variances))
        seen = shrunk.audited
        errors.append([np.mean((each - truth)[seen] ** 2) for each in (shrunk.shares, model, model + d)])
        assert shrunk.mean_correction == pytest.approx(-0.04, abs=0.025)
    assert 0.93 <= np.mean(covered) <= 0.98
    ours, model_alone, audit_alone = np.mean(errors, axis=0)
    assert ours < 0.8 * min(model_alone, audit_alone)


def test_400_audits_of_six_labels_are_covered_and_beat_model_and_audit():
    """From drawing to shrinking: variances from six labels each are pooled, or sure-looking units would mislead."""
    rng = np.random.default_rng(2)
    rows = []
    for seed in range(400):
        gold, posteriors = styled_feed(rng)
        f = posteriors[:, ORGANIC]
        draw = draw_stratified(f, N_LABELS, seed=seed)
        labels = NAMES[gold[draw.rows]].tolist()
        audit = estimate_audited(posteriors, draw.rows, labels, draw.strata, draw.inclusion, min_labels=2)
        variance = audit.covariance[ORGANIC, ORGANIC]
        rows.append((np.mean(gold == ORGANIC), f.mean(), f.var() / N, audit.share("organic"), variance))
    truth, model, a, audit, v = np.array(rows).T
    shrunk = shrink(model, a, audit - model, v, labels=np.full(400, N_LABELS))
    unpooled = shrink(model, a, audit - model, v)

    def coverage(answer):
        return np.mean(np.abs(answer.shares - truth) <= 1.96 * np.sqrt(answer.variances))

    def rmse(shares):
        return np.sqrt(np.mean((shares - truth) ** 2))

    assert coverage(shrunk) >= 0.92
    assert coverage(unpooled) < coverage(shrunk)
    assert rmse(shrunk.shares) <= min(rmse(model), rmse(audit))


def test_a_unit_without_audit_gets_the_mean_correction():
    truth, model, a, d, v = units(np.random.default_rng(3))
    shrunk = shrink(model, a, d, v)
    alone = ~shrunk.audited
    assert shrunk.shares[alone] == pytest.approx(np.clip(model[alone] + shrunk.mean_correction, 0, 1))
    assert np.all(shrunk.variances[alone] > a[alone] + shrunk.tau2)
    assert shrunk.audited.tolist() == (~np.isnan(d)).tolist()


def test_many_labels_pull_a_unit_to_its_own_audit_and_few_to_the_mean():
    model, a = np.full(10, 0.7), np.full(10, 1e-4)
    d = np.linspace(-0.2, 0.2, 10)
    v = np.full(10, 0.01)
    v[0], v[9] = 1e-8, 10.0
    shrunk = shrink(model, a, d, v)
    assert shrunk.shares[0] == pytest.approx(0.5, abs=1e-4)
    assert shrunk.shares[9] == pytest.approx(0.7 + shrunk.mean_correction, abs=1e-3)
    assert shrunk.variances[0] < 1e-7


def test_between_variance_is_recovered_and_not_too_low():
    rng = np.random.default_rng(4)
    variances = rng.uniform(0.0005, 0.004, 2000)
    values = rng.normal(size=2000) * np.sqrt(variances + 0.03**2)
    found = between_variance(values, variances)
    assert 0.03**2 < found < 1.3 * 0.03**2


def test_units_that_do_not_differ_leave_one_standard_error():
    found = between_variance(np.full(50, 0.1), np.full(50, 0.01))
    assert found == pytest.approx(np.sqrt(2 / 50) * 0.01)


def test_variances_are_pooled_as_far_as_labels_are_few():
    variances, labels = np.array([0.0, 0.02, 0.0001]), np.array([5.0, 5.0, 2000.0])
    pooled = pool_variances(variances, labels)
    per_label = (0.02 * 25 + 0.0001 * 2000**2) / 2010
    assert pooled[0] == pytest.approx(40 / 45 * per_label / 5)
    assert pooled[0] < pooled[1] < 0.02 + per_label
    assert pooled[2] == pytest.approx(0.0001, rel=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, a, d, v: (m, a, np.where(np.arange(len(d)) == 0, d, np.nan), v), "2 audited units. Got 1"),
        (lambda m, a, d, v: (m, a[1:], d, v), "four numbers each"),
        (lambda m, a, d, v: (m, a, d * np.inf, v), "shares must be finite"),
        (lambda m, a, d, v: (m * np.nan, a, d, v), "shares must be finite"),
        (lambda m, a, d, v: (m, -a, d, v), "variances must be finite and not negative"),
        (lambda m, a, d, v: (m, a, d, v * np.inf), "variances must be finite and not negative"),
    ],
)
def test_what_cannot_be_shrunk_is_refused(change, message):
    _, m, a, d, v = units(np.random.default_rng(5), audited=1.0)
    with pytest.raises(ModelError, match=message):
        shrink(*change(m, a, d, v))


def test_a_unit_without_labels_is_no_audit():
    _, m, a, d, v = units(np.random.default_rng(5), audited=1.0)
    with pytest.raises(ModelError, match="'labels' must hold a positive number"):
        shrink(m, a, d, v, labels=np.zeros(200))


def test_numbers_of_labels_for_other_units_are_refused():
    _, m, a, d, v = units(np.random.default_rng(5), audited=1.0)
    with pytest.raises(ModelError, match=r"'labels' must have shape \(200,\)\. Got \(3,\) instead"):
        shrink(m, a, d, v, labels=np.ones(3))


def test_a_feed_far_from_all_others_stands_by_its_own_labels():
    rng = np.random.default_rng(8)
    n, labels = 40, np.full(40, 60)
    off = rng.normal(0.02, 0.03, n)
    off[0] = 0.4
    v = off_variance = np.full(n, 0.06 / 60)
    v[0] = 0.4 * 0.6 / 60
    d = off + rng.normal(size=n) * np.sqrt(off_variance)
    shrunk = shrink(np.full(n, 0.5), np.full(n, 1e-4), d, v, labels=labels)
    assert shrunk.shares[0] == pytest.approx(0.5 + d[0])
    assert np.max(np.abs(shrunk.shares[1:] - 0.5 - d[1:])) > 0.005


def test_one_error_among_six_labels_is_no_feed_far_from_all_others():
    """Its variance, pooled, says that it cannot be chance; its own says that it is one label."""
    n = 60
    d, v = np.zeros(n), np.full(n, 0.01 / 6)
    d[0], v[0] = 1 / 6, (5 / 36) / 6
    shrunk = shrink(np.full(n, 0.5), np.full(n, 1e-6), d, v, labels=np.full(n, 6))
    assert shrunk.shares[0] < 0.55
