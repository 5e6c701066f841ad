"""Many small feeds whose truth is known, each with a handful of labels."""

from collections import defaultdict

import numpy as np
import pytest

from data.labels import LABELS
from models.prevalence import Status, Validation, ValidationStatistics
from serving.audits.file import AuditFile, AuditRow
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

MIX = np.array([0.1, 0.1, 0.6, 0.2])
N_FEEDS, N = 60, 150
ADS = (0, 3)
MEASURES = (*(label.value for label in LABELS), "commercial", "disclosure_rate")


def posteriors_of(rng, gold, *, skill):
    logits = skill * (skill * np.eye(4)[gold] + rng.normal(size=(len(gold), 4))) + np.log(MIX)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def commercial_of(posteriors):
    """P(commercial): ads are, and every other diversion is."""
    return posteriors @ np.array([1, 0.5, 0, 1])


def is_commercial(gold):
    return np.isin(gold, ADS) | ((gold == 1) & (np.arange(len(gold)) % 2 == 0))


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(1)
    gold = rng.choice(4, 3000, p=MIX)
    proba, sources = posteriors_of(rng, gold, skill=2.4), [f"source {i % 10}" for i in range(3000)]
    yes = commercial_of(proba)
    answers, classes = np.where(is_commercial(gold), 0, 1), ("commercial", "not_commercial")
    commercial = ValidationStatistics.from_predictions(
        answers, np.stack([yes, 1 - yes], axis=1), sources, classes=classes
    )
    return ReportModel(
        "m1", frozenset(), Validation(ValidationStatistics.from_predictions(gold, proba, sources), commercial)
    )


def small_feeds(seed, *, skill=1.6):
    """60 feeds of 150 notes, each of its own mix, read by a model that is worse there than where it was validated."""
    rng = np.random.default_rng(seed)
    mixes = rng.dirichlet(20 * MIX, N_FEEDS)
    gold = np.concatenate([rng.choice(4, N, p=mix) for mix in mixes])
    posteriors = posteriors_of(rng, gold, skill=skill)
    columns = ScoredColumns.from_arrays(
        [f"n{i}" for i in range(len(gold))],
        posteriors,
        feeds=[f"feed {k:02d}" for k in range(N_FEEDS)],
        feed=np.repeat(np.arange(N_FEEDS), N),
        q_commercial=commercial_of(posteriors).astype(np.float32),
    )
    return gold, columns


def audit_of(gold, n_labels, feeds=range(N_FEEDS)):
    rows = [
        AuditRow(
            note_id=f"n{i}",
            feed_id=f"feed {k:02d}",
            period="all",
            stratum="all",
            inclusion_probability=n_labels / N,
            label=LABELS[gold[i]],
            second_label=None,
        )
        for k in feeds
        for i in range(k * N, k * N + n_labels)
    ]
    return AuditFile(sha256="0" * 64, rows=tuple(rows))


def rows_of(gold, columns, model, n_labels, feeds=range(N_FEEDS)):
    report = build_report(columns, model, period="all", audit=audit_of(gold, n_labels, feeds))
    return [row for row in report.overall if row.feed is not None]


def shares_of(row):
    named = (*row.other_shares, row.organic, row.commercial_share, row.disclosure_rate)
    return {share.name: share for share in named if share is not None}


def truths_of(gold):
    for own in gold.reshape(N_FEEDS, N):
        shares, commercial = np.bincount(own, minlength=4) / N, is_commercial(own).mean()
        yield dict(zip(MEASURES, (*shares, commercial, shares[0] / commercial), strict=True))


@pytest.fixture(scope="module")
def covered(model):
    """For each measure, whether its interval holds the truth, in 4 x 60 feeds of 8 labels each."""
    found = defaultdict(list)
    for seed in range(4):
        gold, columns = small_feeds(seed)
        for row, truth in zip(rows_of(gold, columns, model, 8), truths_of(gold), strict=True):
            assert (row.status, row.other_status, row.commercial_status) == (Status.SHRUNK,) * 3
            for name, share in shares_of(row).items():
                found[name].append((share.ci_low <= truth[name] <= share.ci_high, share.share - truth[name]))
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_shrunk_intervals_cover_and_shares_have_no_bias(covered, name):
    inside, errors = np.array(covered[name]).T
    assert len(inside) > (100 if name == "disclosure_rate" else 235)
    assert inside.mean() >= 0.9
    assert abs(errors.mean()) < 0.02


def fooled_feeds(seed):
    """A sharp model to which a third of the ads look organic for sure."""
    gold, columns = small_feeds(seed, skill=4.0)
    columns.posteriors[np.isin(gold, ADS) & (np.arange(len(gold)) % 3 == 0)] = [0.005, 0.005, 0.985, 0.005]
    columns.q_commercial[:] = commercial_of(columns.posteriors)
    return gold, columns


@pytest.fixture(scope="module")
def sure(model):
    """For each measure of feeds whose 6 labels met no error: whether its interval holds the truth, and its width."""
    found = defaultdict(list)
    for seed in range(3):
        gold, columns = fooled_feeds(seed)
        wrong = (columns.posteriors.argmax(axis=1) != gold).reshape(N_FEEDS, N)
        rows = rows_of(gold, columns, model, 6)
        for row, truth, is_wrong in zip(rows, truths_of(gold), wrong, strict=True):
            for name, share in shares_of(row).items():
                if not is_wrong[:6].any():
                    found[name].append((share.ci_low <= truth[name] <= share.ci_high, share.ci_high - share.ci_low))
    return found


@pytest.mark.parametrize("name", MEASURES[:5])
def test_labels_that_happen_to_meet_no_error_make_no_row_sure(sure, name):
    inside, widths = np.array(sure[name]).T
    assert len(inside) > 60
    assert inside.mean() >= 0.85  # variances that are not pooled over feeds reach 0.1
    assert np.median(widths) > 0.02


def test_labels_of_a_shrunk_row_add_up_to_about_one(model):
    for row in rows_of(*small_feeds(5), model, 8):
        shares = shares_of(row)
        assert sum(shares[name].share for name in MEASURES[:4]) == pytest.approx(1, abs=0.15)
        assert row.ad_density.value == pytest.approx(100 * row.commercial_share.share)


def test_rows_without_labels_are_moved_by_the_others(model):
    gold, columns = fooled_feeds(6)
    rows = rows_of(gold, columns, model, 12, feeds=range(0, N_FEEDS, 2))[1::2]
    plain = [row for row in build_report(columns, model, period="all").overall if row.feed][1::2]
    truths = list(truths_of(gold))[1::2]
    assert {(row.other_status, row.commercial_status) for row in rows} == {(Status.SHRUNK_UNAUDITED,) * 2}

    def bias(rows, name):
        return np.mean([shares_of(row)[name].share - truth[name] for row, truth in zip(rows, truths, strict=True)])

    for name in ("organic", "undisclosed_ad", "commercial"):
        assert abs(bias(plain, name)) > 0.04
        assert abs(bias(rows, name)) < 0.03


def test_a_rate_of_disclosure_that_says_nothing_is_left_out_with_its_reason(model):
    rows = rows_of(*small_feeds(7), model, 3)
    missing = [row for row in rows if row.disclosure_rate is None]
    assert 0 < len(missing) < len(rows)
    for row in rows:
        assert (row.disclosure_status is Status.INSUFFICIENT) is (row.disclosure_rate is None)
        told = "too few commercial notes to tell how many of them are disclosed" in row.reasons
        assert told is (row.disclosure_rate is None)


def test_a_measure_with_next_to_no_interval_keeps_no_model_based_one(model, monkeypatch):
    gold, columns = small_feeds(8)
    monkeypatch.setattr("serving.feeds.row_shares.WIDEST", 0.01)
    for row in rows_of(gold, columns, model, 8):
        assert (row.organic, row.other_shares, row.commercial_share, row.ad_density) == (None, (), None, None)
        assert (row.status, row.commercial_status) == (Status.INSUFFICIENT,) * 2
