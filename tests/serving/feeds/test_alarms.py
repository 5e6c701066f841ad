"""Rows with one thing wrong each."""

import msgspec
import pytest

from models.prevalence import Status
from serving.feeds.alarms import find_alarms
from serving.feeds.place_words import feed_name
from serving.feeds.report_shape import ChangePoint, SeriesBreak
from serving.feeds.rows import AuditFacts, Checks, CommentDensity, FeedRow

STATUS = dict.fromkeys(("status", "other_status", "commercial_status", "disclosure_status"), Status.MODEL_BASED)


def row(period="2025-03", feed="护肤", **fields):
    return FeedRow(feed=feed, period=period, n=500, **(STATUS | fields))


def kinds(*rows, points=(), breaks=()):
    return [alarm.kind for alarm in find_alarms(rows, points, breaks)]


def test_sound_rows_raise_no_alarm():
    assert kinds(row(checks=Checks(goodness_of_fit_p=0.3, audit_model_p=0.4, lag_days_median=3.0))) == []


@pytest.mark.parametrize(
    ("field", "kind"), [("goodness_of_fit_p", "goodness_of_fit"), ("audit_model_p", "audit_model")]
)
def test_a_failed_test_raises_its_alarm(field, kind):
    assert kinds(row(checks=Checks(**{field: 0.009}))) == [kind]
    assert kinds(row(checks=Checks(**{field: 0.011}))) == []


def test_one_weak_p_value_among_many_rows_raises_none():
    others = [row(f"2024-{month:02d}", checks=Checks(goodness_of_fit_p=0.5)) for month in range(1, 13)]
    assert kinds(*others, row(checks=Checks(goodness_of_fit_p=0.005))) == []
    assert kinds(*others, row(checks=Checks(goodness_of_fit_p=1e-5))) == ["goodness_of_fit"]


def test_a_jump_of_diverting_comments_is_told_with_both_densities():
    def comments(period, diverting):
        return row(period, comment_diversion=CommentDensity(comments=10_000, diverting=diverting, density=None))

    rows = [comments("2025-06", 30), comments("2025-07", 32), comments("2025-08", 400), comments("2025-09", 420)]
    point = ChangePoint(
        feed="护肤", series="comment_diversion", period="2025-08", size=38, ci_low=30, ci_high=45, p_value=0, q_value=0
    )
    (alarm,) = find_alarms(rows, [point], [])
    assert alarm.kind == "comment_diversion"
    assert alarm.text_zh == "护肤：评论区导流密度自 2025-08 起由 3.1‰ 升至 41‰。"
    assert "rose from 3.1‰ to 41‰ since 2025-08" in alarm.text
    assert kinds(*rows, points=[msgspec.structs.replace(point, size=-38)]) == []


def test_a_lag_that_doubles_raises_an_alarm_once():
    lags = [3.0, 3.2, 2.9, 9.0]
    rows = [row(f"2025-0{i}", checks=Checks(lag_days_median=lag)) for i, lag in enumerate(lags, start=1)]
    assert [(alarm.kind, alarm.period) for alarm in find_alarms(rows, [], [])] == [("lag_shift", "2025-04")]


def test_people_who_disagree_raise_an_alarm():
    def audit(agreement, twice):
        return AuditFacts(design="stratified", drawn=200, labelled=200, labelled_twice=twice, agreement=agreement)

    assert kinds(row(audit=audit(0.7, 30))) == ["label_disagreement"]
    assert kinds(row(audit=audit(0.9, 30))) == []
    assert kinds(row(audit=audit(0.5, 6))) == []


def test_a_break_with_too_little_overlap_raises_an_alarm():
    short = SeriesBreak(feed="护肤", period="2025-03", kind="model", before="m1", after="m2", overlap=3)
    assert kinds(row(), breaks=[short]) == ["series_break"]
    assert kinds(row(), breaks=[msgspec.structs.replace(short, overlap=4)]) == []


def test_unfinished_periods_of_many_feeds_are_one_alarm():
    alarms = find_alarms([row(is_complete=False), row(feed="母婴", is_complete=False)], [], [])
    assert [(alarm.kind, alarm.feed, alarm.period) for alarm in alarms] == [("unfinished_period", None, "2025-03")]
    assert "2 feeds" in alarms[0].text


def test_a_feed_name_cannot_act_on_a_terminal():
    assert feed_name("\x1b]0;x\x07护肤") == "␛]0;x␇护肤"
