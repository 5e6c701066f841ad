"""Feeds by month whose truth is known: which layer answers which row, and what happened between rows."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from data.errors import ConfigError
from data.labels import LABELS
from models.prevalence import TWO_CLASSES, Status, Validation, ValidationStatistics
from serving.audits.file import AuditFile, AuditRow
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

MIX = np.array([0.1, 0.1, 0.6, 0.2])
MONTHS = [(2024, month) for month in range(10, 13)] + [(2025, month) for month in range(1, 11)]
NAMES = [f"{year}-{month:02d}" for year, month in MONTHS]
N = 120  # notes a feed and month
FEEDS = ("steady", "turning")
TURN = 7  # the month from which "turning" is half as organic


def posteriors_of(rng, gold):
    logits = 2.4 * (2.4 * np.eye(4)[gold] + rng.normal(size=(len(gold), 4))) + np.log(MIX)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(1)
    gold = rng.choice(4, 3000, p=MIX)
    proba, sources = posteriors_of(rng, gold), [f"source {i % 10}" for i in range(3000)]
    yes = proba[:, [0, 3]].sum(axis=1)
    commercial = ValidationStatistics.from_predictions(
        np.where(np.isin(gold, (0, 3)), 0, 1),
        np.stack([yes, 1 - yes], axis=1),
        sources,
        classes=("commercial", "not_commercial"),
    )
    author = ValidationStatistics.from_predictions(gold, proba, sources)
    return ReportModel("m1", frozenset(), Validation(author, commercial))


@pytest.fixture(scope="module")
def world():
    """Gold labels, and the archive: months of 120 notes in two feeds and two channels."""
    rng, gold, feed, published = np.random.default_rng(2), [], [], []
    for at in range(len(FEEDS)):
        for month, (year, number) in enumerate(MONTHS):
            organic = 0.4 if at == 1 and month >= TURN else 0.8
            rest = (1 - organic) / 3
            gold.append(rng.choice(4, N, p=[rest, rest, organic, rest]))
            feed.append(np.full(N, at))
            moment = datetime(year, number, 15, tzinfo=UTC).timestamp() * 1_000_000
            published.append(np.full(N, int(moment)))
    gold = np.concatenate(gold)
    n = len(gold)
    columns = ScoredColumns.from_arrays(
        [f"n{i}" for i in range(n)],
        posteriors_of(rng, gold),
        feeds=FEEDS,
        feed=np.concatenate(feed),
        published_us=np.concatenate(published),
        dated=np.full(n, True),
        channels=("a", "b"),
        channel=np.arange(n) % 2,
        impressions=rng.lognormal(5, 0.5, n).round(),
    )
    return gold, columns


def month_of(feed, month):
    start = (FEEDS.index(feed) * len(MONTHS) + month) * N
    return np.arange(start, start + N)


def audit_of(gold, labels, *, stratum="all"):
    """Label the first notes of months: `labels` maps (feed, month) to how many."""
    rows = [
        AuditRow(
            note_id=f"n{i}",
            feed_id=feed,
            period=NAMES[month],
            stratum=stratum,
            inclusion_probability=n_labels / N,
            label=LABELS[gold[i]],
            second_label=None,
        )
        for (feed, month), n_labels in labels.items()
        for i in month_of(feed, month)[:n_labels]
    ]
    return AuditFile(sha256="0" * 64, rows=tuple(rows))


def by_place(rows):
    return {(row.feed, row.period): row for row in rows}


def everywhere(n_labels, feeds=FEEDS):
    return {(feed, month): n_labels for feed in feeds for month in range(len(MONTHS))}


def truth_of(gold, feed, months):
    return np.mean(gold[np.concatenate([month_of(feed, month) for month in months])] == 2)


def test_each_row_has_the_layer_that_its_labels_allow(world, model):
    gold, columns = world
    labels = {("steady", 0): 40, **{("steady", month): 12 for month in range(1, 6)}}
    rows = by_place(build_report(columns, model, audit=audit_of(gold, labels)).rows)
    assert rows["steady", NAMES[0]].status is Status.AUDITED
    assert rows["steady", NAMES[3]].status is Status.SHRUNK
    assert rows["steady", NAMES[3]].audit.labelled == 12
    assert rows["steady", NAMES[8]].status is Status.SHRUNK_UNAUDITED
    assert rows["turning", NAMES[8]].status is Status.SHRUNK_UNAUDITED  # by the audits of the other feed
    assert rows[None, NAMES[3]].status is Status.MODEL_BASED  # a total is never shrunk


def test_four_audited_rows_are_too_few_to_shrink_by(world, model):
    gold, columns = world
    report = build_report(columns, model, audit=audit_of(gold, {("steady", month): 12 for month in range(4)}))
    assert {row.status for row in report.rows} == {Status.MODEL_BASED}
    assert by_place(report.rows)["steady", NAMES[0]].reasons == ("an audit needs 30 labels, got 12",)


def test_audits_mend_a_classifier_that_is_wrong_in_one_feed(world, model):
    gold, columns = world
    fooled = columns.take(np.arange(len(gold)))
    ads = (gold != 2) & (fooled.feed == 1) & (np.arange(len(gold)) % 2 == 0)
    fooled.posteriors[ads] = np.array([0.01, 0.01, 0.97, 0.01])  # half of its ads look organic
    months = range(TURN, len(MONTHS))
    truth = truth_of(gold, "turning", months)
    plain = by_place(build_report(fooled, model).rows)
    audited = by_place(build_report(fooled, model, audit=audit_of(gold, everywhere(12, ["turning"]))).rows)

    def mean(rows):
        return np.mean([rows["turning", NAMES[month]].organic.share for month in months])

    assert mean(plain) - truth > 0.15
    assert abs(mean(audited) - truth) < (mean(plain) - truth) / 2


def test_audits_of_every_month_make_one_of_the_whole(world, model):
    gold, columns = world
    report = build_report(columns, model, audit=audit_of(gold, everywhere(12)))
    for row in report.overall:
        assert (row.status, row.audit.labelled) == (Status.AUDITED, 12 * len(MONTHS) * (1 if row.feed else 2))
    total = {row.feed: row for row in report.overall}
    assert total["turning"].organic.ci_low < truth_of(gold, "turning", range(13)) < total["turning"].organic.ci_high


def test_a_month_without_an_audit_leaves_the_whole_to_the_model(world, model):
    gold, columns = world
    labels = everywhere(12)
    del labels["steady", 5]
    overall = {row.feed: row.status for row in build_report(columns, model, audit=audit_of(gold, labels)).overall}
    assert overall == {"steady": Status.MODEL_BASED, "turning": Status.AUDITED, None: Status.MODEL_BASED}


def test_an_audit_of_all_time_audits_the_whole_alone(world, model):
    gold, columns = world
    chosen = np.random.default_rng(0).choice(len(MONTHS) * N, 60, replace=False)
    rows = tuple(
        AuditRow(
            note_id=f"n{i}",
            feed_id="steady",
            period="all",
            stratum="s",
            inclusion_probability=60 / (len(MONTHS) * N),
            label=LABELS[gold[i]],
            second_label=None,
        )
        for i in chosen
    )
    report = build_report(columns, model, audit=AuditFile(sha256="0" * 64, rows=rows))
    assert {row.feed: row.status for row in report.overall}["steady"] is Status.AUDITED
    assert {row.status for row in report.rows} == {Status.MODEL_BASED}
    assert report.unplaced_audit_labels == 0


def test_audits_by_month_audit_the_whole_of_a_report_without_months(world, model):
    gold, columns = world
    report = build_report(columns, model, period="all", audit=audit_of(gold, everywhere(12)))
    assert {row.status for row in report.overall} == {Status.AUDITED}


def test_an_audit_whose_notes_wait_for_a_label_is_not_used_yet(world, model):
    gold, columns = world
    audit = audit_of(gold, {("steady", 0): 60})
    rows = [msgspec.structs.replace(row, annotator="ann" if at < 30 else None) for at, row in enumerate(audit.rows)]
    rows = [row if row.annotator else msgspec.structs.replace(row, label=None) for row in rows]
    report = build_report(columns, model, audit=AuditFile(sha256="0" * 64, rows=tuple(rows)))
    row = by_place(report.rows)["steady", NAMES[0]]
    assert row.status is Status.MODEL_BASED
    assert row.reasons == ("the audit is not finished: 30 of 60 drawn notes wait for a label",)
    assert (row.audit.drawn, row.audit.labelled) == (60, 30)


def test_notes_drawn_by_size_are_estimated_as_such(world, model):
    gold, columns = world
    rng, inside = np.random.default_rng(3), month_of("steady", 0)
    q = columns.impressions[inside] / columns.impressions[inside].sum()
    chosen = rng.choice(N, 60, p=q)
    rows = tuple(
        AuditRow(
            note_id=f"n{inside[i]}",
            feed_id="steady",
            period=NAMES[0],
            stratum="pps:exposure",
            inclusion_probability=min(1.0, 60 * q[i]),
            label=LABELS[gold[inside[i]]],
            second_label=None,
        )
        for i in chosen
    )
    report = build_report(columns, model, weight="exposure", audit=AuditFile(sha256="0" * 64, rows=rows))
    row = by_place(report.rows)["steady", NAMES[0]]
    assert (row.status, row.audit.design) == (Status.AUDITED, "pps")
    truth = columns.impressions[inside] @ (gold[inside] == 2) / columns.impressions[inside].sum()
    assert row.organic.ci_low <= truth <= row.organic.ci_high


def test_weights_change_the_share_and_name_the_estimand(world, model):
    _, columns = world
    heavy = replace(columns, impressions=np.where(columns.posteriors[:, 2] > 0.5, 300.0, 100.0))
    count, exposure = (build_report(heavy, model, weight=weight) for weight in ("count", "exposure"))
    assert exposure.overall[0].organic.share > count.overall[0].organic.share + 0.05
    assert exposure.overall[0].checks.naive.share > count.overall[0].checks.naive.share
    assert exposure.overall[0].n_eff < count.overall[0].n_eff
    assert (exposure.weight, exposure.estimand.split(":")[0]) == ("exposure", "exposure")
    assert build_report(columns, model, weight="likes").estimand.startswith("engagement")


def test_a_row_without_all_weights_has_no_number(world, model):
    _, columns = world
    impressions = columns.impressions.copy()
    impressions[month_of("steady", 0)[:7]] = np.nan
    rows = by_place(build_report(replace(columns, impressions=impressions), model, weight="exposure").rows)
    assert rows["steady", NAMES[0]].status is Status.INSUFFICIENT
    assert rows["steady", NAMES[0]].reasons == ("weight exposure needs impressions of every note: 7 of 120 have none",)
    assert rows["steady", NAMES[1]].status is Status.MODEL_BASED


def test_commercial_notes_and_their_disclosure_have_shares(world, model):
    gold, columns = world
    report = build_report(columns, model, audit=audit_of(gold, everywhere(40, ["steady"])))
    model_based, audited = {row.feed: row for row in report.overall}["turning"], report.overall[0]
    for row, status in ((model_based, Status.MODEL_BASED), (audited, Status.AUDITED)):
        assert (row.commercial_status, row.disclosure_status) == (status, status)
        assert row.ad_density.value == pytest.approx(100 * row.commercial_share.share)
        assert 0.35 < row.disclosure_rate.share < 0.55
        assert row.disclosure_rate.ci_low < row.disclosure_rate.share < row.disclosure_rate.ci_high
    steady = np.arange(len(MONTHS) * N)
    assert audited.commercial_share.share == pytest.approx(np.mean(np.isin(gold[steady], (0, 3))), abs=0.06)


def test_without_validation_of_the_commercial_question_it_has_no_share(world, model):
    _, columns = world
    silent = replace(model, validation=replace(model.validation, commercial=None))
    row = build_report(columns, silent).overall[0]
    assert (row.commercial_status, row.commercial_share) == (Status.INSUFFICIENT, None)
    assert (row.disclosure_status, row.status) == (Status.INSUFFICIENT, Status.MODEL_BASED)


def test_changes_compare_with_the_month_before_and_the_year_before(world, model):
    _, columns = world
    rows = by_place(build_report(columns, model).rows)
    turned = rows["turning", NAMES[TURN]]
    assert turned.since_last_period.since == NAMES[TURN - 1]
    assert turned.since_last_period.ci_high < 0
    assert turned.since_last_period.difference == pytest.approx(-0.4, abs=0.12)
    assert turned.since_last_year is None
    assert rows["turning", "2025-10"].since_last_year.since == "2024-10"
    assert rows["turning", "2025-10"].since_last_year.ci_high < 0
    assert rows["steady", NAMES[0]].since_last_period is None


def test_mix_and_within_add_up_and_say_that_channels_themselves_changed(world, model):
    _, columns = world
    change = by_place(build_report(columns, model).rows)["turning", NAMES[TURN]].since_last_period
    assert change.mix + change.within == pytest.approx(change.difference, abs=0.02)
    assert abs(change.mix) < 0.05 < abs(change.within)


def test_an_audited_and_a_model_based_month_have_no_change(world, model):
    gold, columns = world
    rows = by_place(build_report(columns, model, audit=audit_of(gold, {("steady", 1): 40})).rows)
    assert rows["steady", NAMES[1]].since_last_period is None
    assert rows["steady", NAMES[3]].since_last_period is not None


def test_the_turn_is_found_as_a_step_and_the_steady_feed_has_none(world, model):
    _, columns = world
    points = build_report(columns, model).change_points
    steps = [(point.feed, point.series, point.period) for point in points]
    assert ("turning", "organic", NAMES[TURN]) in steps
    assert "steady" not in {feed for feed, _, _ in steps}
    turned = points[[step[0] for step in steps].index("turning")]
    assert turned.ci_low < -0.4 < turned.ci_high


def test_a_wave_of_diverting_comments_is_a_step_and_an_alarm(world, model):
    _, columns = world
    rng, comments = np.random.default_rng(4), np.full(len(columns.note), 8)
    wave = np.isin(np.arange(len(columns.note)), np.concatenate([month_of("steady", m) for m in range(9, 13)]))
    diverting = rng.binomial(comments, np.where(wave, 0.05, 0.004))
    known = replace(columns, n_comments=comments, n_diverting_comments=diverting)
    report = build_report(known, model)
    assert ("steady", "comment_diversion", NAMES[9]) in [(p.feed, p.series, p.period) for p in report.change_points]
    assert ("comment_diversion", "steady", NAMES[9]) in [(a.kind, a.feed, a.period) for a in report.alarms]


def test_reliability_compares_the_score_with_the_labels(world, model):
    gold, columns = world
    bins = build_report(columns, model, audit=audit_of(gold, everywhere(40))).reliability
    assert sum(each.n for each in bins) == 40 * 2 * len(MONTHS)
    assert all(each.ci_low <= each.observed <= each.ci_high for each in bins)
    assert bins[0].observed < 0.2 < 0.8 < bins[-1].observed
    assert build_report(columns, model).reliability == ()


def test_checks_show_the_estimates_side_by_side(world, model):
    gold, columns = world
    report = build_report(columns, model, audit=audit_of(gold, {("steady", 0): 40}))
    checks = by_place(report.rows)["steady", NAMES[0]].checks
    assert checks.pacc_organic == pytest.approx(checks.emq_organic, abs=0.06)
    assert abs(checks.audit_model_z) < 3.5
    assert report.overall[0].checks.goodness_of_fit_p > 0.001
    two = model.validation.author.collapse(TWO_CLASSES)
    assert checks.condition == pytest.approx(two.condition)


def test_a_level_outside_nought_and_one_is_refused(world, model):
    with pytest.raises(ConfigError, match=r"must lie between 0 and 1. Got 95 instead"):
        build_report(world[1], model, level=95)


def test_a_higher_level_widens_every_interval(world, model):
    _, columns = world
    narrow, wide = (build_report(columns, model, level=level).overall[0].organic for level in (0.8, 0.99))
    assert wide.ci_high - wide.ci_low > narrow.ci_high - narrow.ci_low
