from models.prevalence import Status
from serving.feeds.rows import FeedRow
from serving.feeds.series_breaks import series_breaks


def row(feed, period, models, policies=("p1",), status=Status.INSUFFICIENT, **known):
    status = dict.fromkeys(("status", "other_status", "commercial_status", "disclosure_status"), status)
    return FeedRow(feed=feed, period=period, n=1, model_versions=models, policy_versions=policies, **status, **known)


def told(breaks):
    return [(each.feed, each.period, each.kind, each.before, each.after, each.overlap) for each in breaks]


def test_a_change_of_model_is_a_break_and_periods_of_both_are_overlap():
    rows = [row("a", f"2025-0{i}", models) for i, models in enumerate([("m1",), ("m1", "m2"), ("m2",)], start=1)]
    assert told(series_breaks(rows)) == [("a", "2025-02", "model", "m1", "m2", 1)]


def test_a_change_of_policy_is_a_break():
    rows = [row("a", "2025-01", ("m1",)), row("a", "2025-02", ("m1",), ("p2",))]
    assert told(series_breaks(rows)) == [("a", "2025-02", "policy", "p1", "p2", 0)]


def test_a_break_of_every_feed_is_told_once():
    rows = [row(feed, f"2025-0{i}", (f"m{i}",)) for feed in ("a", "b") for i in (1, 2)]
    assert told(series_breaks(rows)) == [(None, "2025-02", "model", "m1", "m2", 0)]


def test_a_break_of_one_feed_among_several_names_it():
    rows = [row("a", "2025-01", ("m1",)), row("a", "2025-02", ("m2",)), row("b", "2025-02", ("m1",))]
    assert [each.feed for each in series_breaks(rows)] == ["a"]


def test_an_empty_period_hides_no_break():
    rows = [
        row("a", "2025-01", ("m1",)),
        row("a", "2025-02", (), (), Status.EMPTY),
        row("a", "2025-03", ("m2",)),
    ]
    assert told(series_breaks(rows)) == [("a", "2025-03", "model", "m1", "m2", 0)]


def test_periods_that_were_scored_again_are_overlap():
    rows = [row("a", "2025-01", ("m1",))]
    rows += [row("a", f"2025-0{i}", ("m2",), earlier_model_versions=("m1",)) for i in range(2, 6)]
    assert told(series_breaks([*rows, row("a", "2025-06", ("m2",))])) == [("a", "2025-02", "model", "m1", "m2", 4)]


def test_periods_that_a_third_model_judged_before_are_no_overlap():
    rows = [row("a", "2025-01", ("m1",)), row("a", "2025-02", ("m2",), earlier_model_versions=("m0",))]
    assert [each.overlap for each in series_breaks(rows)] == [0]


def test_periods_that_another_policy_decided_before_are_overlap():
    rows = [row("a", "2025-01", ("m1",)), row("a", "2025-02", ("m1",), ("p2",), earlier_policy_versions=("p1",))]
    assert told(series_breaks(rows)) == [("a", "2025-02", "policy", "p1", "p2", 1)]
