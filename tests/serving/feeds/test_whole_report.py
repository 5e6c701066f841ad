"""A feed whose truth is known, scored by a classifier whose errors the validation statistics describe."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from data.errors import DataError
from data.labels import LABELS
from models.prevalence import (
    TWO_CLASSES,
    Status,
    Validation,
    ValidationStatistics,
    collapse_proba,
    estimate_audited,
    estimate_shares,
)
from serving.audits.file import AuditFile, AuditRow
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

MIX = np.array([0.15, 0.15, 0.5, 0.2])
N = 600


def draw(seed, n=N, mix=MIX):
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, n, p=mix)
    logits = 2.6 * (2.6 * np.eye(4)[gold] + rng.normal(size=(n, 4))) + np.log(MIX)
    posteriors = np.exp(logits - logits.max(axis=1, keepdims=True))
    return gold, posteriors / posteriors.sum(axis=1, keepdims=True)


def micros(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1_000_000)


def scored(posteriors, *, feeds=("护肤",), version="m1", month=3, **known):
    n = len(posteriors)
    given = {
        "versions": (version,),
        "published_us": np.full(n, micros(2025, month, 10)),
        "dated": np.ones(n, dtype=bool),
    }
    return ScoredColumns.from_arrays([f"n{i}" for i in range(n)], posteriors, feeds=feeds, **(given | known))


def two_months(columns, n_first):
    """The first notes stand at the last moment of March in Shanghai, the others in April."""
    moments = np.where(np.arange(len(columns.note)) < n_first, micros(2025, 3, 31, 15), micros(2025, 3, 31, 16))
    return replace(columns, published_us=moments)


def repeated(columns, rows, *, feed):
    """The same archive with some of its notes in another feed too."""
    n = len(columns.note)
    longer = columns.take(np.concatenate([np.arange(n), rows]))
    longer.feed[n:] = feed
    return longer


def commercial(gold, posteriors, sources):
    yes = posteriors[:, [0, 3]].sum(axis=1)
    answers = np.where(np.isin(gold, (0, 3)), 0, 1)
    proba = np.stack([yes, 1 - yes], axis=1)
    return ValidationStatistics.from_predictions(answers, proba, sources, classes=("commercial", "not_commercial"))


@pytest.fixture(scope="module")
def model():
    gold, posteriors = draw(1, 3000)
    sources = [f"source {i % 10}" for i in range(3000)]
    author = ValidationStatistics.from_predictions(gold, posteriors, sources)
    return ReportModel("m1", frozenset({"feed" * 16}), Validation(author, commercial(gold, posteriors, sources)))


@pytest.fixture(scope="module")
def feed():
    return draw(2, mix=np.array([0.2, 0.3, 0.2, 0.3]))


@pytest.fixture
def audit(feed):
    gold, _ = feed
    rows = tuple(
        AuditRow(
            note_id=f"n{i}",
            feed_id="护肤",
            period="2025-03",
            stratum="all",
            inclusion_probability=0.1,
            label=LABELS[gold[i]],
            second_label=LABELS[gold[i]] if i < 9 else LABELS[(gold[i] + 1) % 4] if i == 9 else None,
        )
        for i in range(60)
    )
    return AuditFile(sha256="0" * 64, rows=rows)


def test_model_based_row_carries_the_two_class_estimate(feed, model):
    row = build_report(scored(feed[1]), model).rows[0]
    two = collapse_proba(feed[1].astype(np.float32), TWO_CLASSES)
    expected = estimate_shares(two, model.validation.author.collapse(TWO_CLASSES), clusters=np.arange(N))
    assert (row.feed, row.period, row.n, row.status) == ("护肤", "2025-03", N, Status.MODEL_BASED)
    assert row.organic.share == pytest.approx(expected.share("organic"), abs=1e-7)
    assert row.organic.ci_low == pytest.approx(expected.realised("organic").ci_low, abs=1e-7)
    assert row.organic.process_ci_high > row.organic.ci_high
    assert [share.name for share in row.other_shares] == ["disclosed_ad", "diversion", "undisclosed_ad"]
    assert row.disclosure_status is Status.MODEL_BASED


def test_few_labelled_disclosed_ads_merge_the_two_ads(feed, model):
    gold, posteriors = draw(1, 3000)
    keep = np.concatenate([np.flatnonzero(gold != 0), np.flatnonzero(gold == 0)[:37]])
    sources = [f"source {i % 10}" for i in range(len(keep))]
    author = ValidationStatistics.from_predictions(gold[keep], posteriors[keep], sources)
    few = replace(model, validation=replace(model.validation, author=author))
    row = build_report(scored(feed[1]), few).rows[0]
    assert row.status is Status.MODEL_BASED
    assert [share.name for share in row.other_shares] == ["ad", "diversion"]
    assert row.disclosure_status is Status.INSUFFICIENT
    assert row.disclosure_rate is None
    assert row.checks.validation_counts["disclosed_ad"] == 37


def test_a_model_without_statistics_is_insufficient_but_counted(feed, model):
    row = build_report(scored(feed[1]), replace(model, validation=None)).rows[0]
    assert row.status is Status.INSUFFICIENT
    assert row.organic is None
    assert row.checks.naive.share == pytest.approx(np.mean(feed[1].argmax(axis=1) == 2))


def test_notes_scored_by_another_model_are_insufficient(feed, model):
    row = build_report(scored(feed[1], version="m2"), model).rows[0]
    assert row.status is Status.INSUFFICIENT
    assert row.reasons == ("scored by m2, but the model folder holds m1",)


def test_a_feed_scored_by_two_models_has_no_number(feed, model):
    columns = scored(feed[1])
    mixed = replace(columns, versions=("m1", "m2"), version=np.arange(N) % 2)
    row = build_report(mixed, model).rows[0]
    assert row.status is Status.MIXED_VERSIONS
    assert row.organic is None
    assert row.checks.naive is None


def test_a_note_in_two_feeds_counts_once_in_the_total(feed, model):
    columns = repeated(scored(feed[1], feeds=("护肤", "母婴")), np.arange(200), feed=1)
    report = build_report(columns, model)
    expected = [("护肤", N), ("母婴", 200), (None, N)]
    assert [(row.feed, row.n) for row in report.rows] == expected
    assert [(row.feed, row.n) for row in report.overall] == expected


def test_periods_are_rows_of_their_own_in_order_of_time(feed, model):
    report = build_report(two_months(scored(feed[1]), 200), model)
    assert report.periods == ("2025-03", "2025-04")
    assert [(row.period, row.n) for row in report.rows] == [("2025-03", 200), ("2025-04", 400)]
    assert [(row.period, row.n) for row in report.overall] == [(None, N)]


def test_a_report_of_all_time_has_the_whole_range_alone(feed, model):
    report = build_report(scored(feed[1]), model, period="all")
    assert (report.periods, report.rows) == ((), ())
    assert [(row.period, row.n) for row in report.overall] == [(None, N)]


def test_undated_notes_are_counted_apart(feed, model):
    columns = replace(scored(feed[1]), dated=np.arange(N) >= 50)
    report = build_report(columns, model)
    assert report.rows[0].n == N - 50
    assert report.undated == {"护肤": 50}
    assert report.overall[0].n == N


def test_a_feed_without_dates_has_no_period_but_a_whole(feed, model):
    report = build_report(replace(scored(feed[1]), dated=np.zeros(N, dtype=bool)), model)
    assert (report.periods, report.rows) == ((), ())
    assert (report.overall[0].n, report.overall[0].status) == (N, Status.MODEL_BASED)


def test_an_empty_archive_is_empty(feed, model):
    report = build_report(scored(feed[1][:0], feeds=()), model)
    assert [(row.feed, row.status, row.n) for row in report.overall] == [(None, Status.EMPTY, 0)]


def test_audited_row_carries_the_estimate_of_its_labels_and_agreement(feed, model, audit):
    row = build_report(scored(feed[1]), model, audit=audit).rows[0]
    labels = [drawn.label for drawn in audit.rows]
    clusters = [str(i) for i in range(60)]
    proba = feed[1].astype(np.float32)
    expected = estimate_audited(proba, np.arange(60), labels, ["all"] * 60, np.full(60, 0.1), clusters=clusters)
    assert row.status is Status.AUDITED
    assert row.organic.share == pytest.approx(expected.share("organic"))
    assert row.organic.ci_low == pytest.approx(expected.realised("organic").ci_low)
    assert len(row.other_shares) == 3
    assert (row.audit.labelled, row.audit.labelled_twice, row.audit.agreement) == (60, 10, 0.9)


def test_notes_of_few_authors_widen_the_process_interval_of_an_audited_row(feed, model, audit):
    by_score = np.argsort(np.argsort(feed[1][:, 2])) // 6  # each author posts six notes that are much alike
    alone = build_report(scored(feed[1]), model, audit=audit).overall[0]
    grouped = build_report(scored(feed[1], cluster=by_score), model, audit=audit).overall[0]
    assert grouped.n_eff < N / 2 < alone.n_eff == pytest.approx(N)
    assert grouped.organic.process_ci_low < alone.organic.process_ci_low


def test_an_audit_the_model_was_trained_on_gives_no_number(feed, model, audit):
    used = AuditFile(sha256="feed" * 16, rows=audit.rows)
    row = build_report(scored(feed[1]), model, audit=used).rows[0]
    assert row.status is Status.AUDIT_USED_IN_TRAINING
    assert row.organic is None


def test_an_audited_note_outside_the_feed_breaks_the_audit(feed, model, audit):
    lost = AuditFile(
        sha256="0" * 64, rows=(*audit.rows[:-1], msgspec.structs.replace(audit.rows[-1], note_id="elsewhere"))
    )
    broken = build_report(scored(feed[1]), model, audit=lost).rows[0]
    assert broken.status is Status.AUDIT_BROKEN
    assert "1 are not" in broken.reasons[0]


def test_too_few_audit_labels_fall_back_to_the_model(feed, model, audit):
    rows = tuple(msgspec.structs.replace(drawn, inclusion_probability=20 / N) for drawn in audit.rows[:20])
    row = build_report(scored(feed[1]), model, audit=AuditFile(sha256="0" * 64, rows=rows)).rows[0]
    assert row.status is Status.MODEL_BASED
    assert row.reasons == ("an audit needs 30 labels, got 20",)


def test_an_audit_of_another_period_is_refused(feed, model, audit):
    columns = scored(feed[1], month=4)
    with pytest.raises(DataError, match="Got feed '护肤', period '2025-03'"):
        build_report(columns, model, audit=audit)


def two_feeds(feed):
    return replace(scored(feed[1], feeds=("护肤", "母婴")), feed=(np.arange(N) >= 400).astype(np.int64))


def two_audits(audit, feed):
    """60 of 400 notes of one feed, 40 of 200 of the other."""
    gold, rows = feed[0], []
    for name, start, n, share in (("护肤", 0, 60, 0.15), ("母婴", 400, 40, 0.2)):
        for i in range(start, start + n):
            row = msgspec.structs.replace(audit.rows[0], note_id=f"n{i}", feed_id=name, label=LABELS[gold[i]])
            rows.append(msgspec.structs.replace(row, inclusion_probability=share))
    return AuditFile(sha256="0" * 64, rows=tuple(rows))


def test_where_each_feed_is_audited_so_is_the_total(feed, model, audit):
    one, other, total = build_report(two_feeds(feed), model, audit=two_audits(audit, feed)).rows
    assert (total.feed, total.status, total.audit.labelled) == (None, Status.AUDITED, 100)
    assert total.organic.share == pytest.approx((400 * one.organic.share + 200 * other.organic.share) / N)


def test_an_audit_of_one_feed_is_none_of_the_total(feed, model, audit):
    both = two_audits(audit, feed)
    partly = AuditFile(sha256="0" * 64, rows=both.rows[:60])
    assert build_report(two_feeds(feed), model, audit=partly).rows[-1].status is Status.MODEL_BASED


def test_notes_in_several_feeds_make_no_audit_of_the_total(feed, model, audit):
    columns = two_feeds(feed)
    overlapping = repeated(columns, np.arange(10), feed=1)
    assert build_report(overlapping, model, audit=two_audits(audit, feed)).rows[-1].status is Status.MODEL_BASED


def test_an_interval_too_wide_to_say_anything_publishes_no_share(feed, model, monkeypatch):
    published = build_report(scored(feed[1]), model).rows[0].organic
    monkeypatch.setattr("serving.feeds.row_shares.WIDEST", published.ci_high - published.ci_low)
    row = build_report(scored(feed[1]), model).rows[0]
    assert (row.status, row.organic) == (Status.INSUFFICIENT, None)
    assert row.reasons == ("the interval excludes next to nothing: label a probability sample of this feed",)
    assert row.checks.naive is not None
