"""Archives whose truth is known, drawn for labels and estimated from them."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import numpy as np
import pytest

from data.errors import ConfigError, DataError
from data.labels import LABELS
from models.prevalence import Status, estimate_audited
from models.prevalence.audit_pps import estimate_audited_pps
from serving.audits.draw import plan_audit
from serving.audits.sample import AuditOptions
from serving.feeds.scored_columns import ScoredColumns

N = 900
MIX = np.array([0.1, 0.1, 0.6, 0.2])


def scored(n=N, *, feeds=("护肤", "户外"), seed=1, **known):
    """Feeds in turn; the first two thirds of the notes are of March 2025, the others of April."""
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, n, p=MIX)
    logits = 2.2 * (2.2 * np.eye(4)[gold] + rng.normal(size=(n, 4))) + np.log(MIX)
    posteriors = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    moments = [int(datetime(2025, month, 10, tzinfo=UTC).timestamp() * 1_000_000) for month in (3, 4)]
    given = {
        "feed": np.arange(n) % len(feeds),
        "published_us": np.array(moments)[(np.arange(n) >= 2 * n // 3).astype(int)],
        "dated": np.ones(n, dtype=bool),
    }
    return ScoredColumns.from_arrays([f"n{i}" for i in range(n)], posteriors, feeds=feeds, **(given | known)), gold


def options(**changes):
    return AuditOptions(**({"labels": 60} | changes))


def all_rows(plan):
    return [row for place in plan.places for row in place.rows]


def test_each_feed_and_period_is_drawn_in_itself():
    columns, _ = scored()
    plan = plan_audit(columns, options())
    places = [(place.feed, place.period, place.n_notes, len(place.rows)) for place in plan.places]
    assert places == [("户外", "2025-03", 300, 60), ("户外", "2025-04", 150, 60)] + [
        ("护肤", "2025-03", 300, 60),
        ("护肤", "2025-04", 150, 60),
    ]
    for row in all_rows(plan):
        at = int(row.note_id[1:])
        assert (row.feed_id, row.period) == (("护肤", "户外")[at % 2], "2025-03" if at < 600 else "2025-04")
        assert row.label is None
        assert row.model_version == "m1"


def test_strata_add_up_to_the_notes_of_the_place():
    for place in plan_audit(scored()[0], options()).places:
        size = sum(1 / row.inclusion_probability for row in place.rows)
        assert size == pytest.approx(place.n_notes, abs=0.01)


def test_an_estimate_from_the_draw_recovers_the_share():
    columns, gold = scored(4000, feeds=("护肤",))
    (place,) = plan_audit(columns, options(period="all", labels=400)).places
    rows = np.array([int(row.note_id[1:]) for row in place.rows])
    estimate = estimate_audited(
        columns.posteriors,
        rows,
        [LABELS[code].value for code in gold[rows]],
        [row.stratum for row in place.rows],
        np.array([row.inclusion_probability for row in place.rows]),
    )
    assert estimate.status is Status.AUDITED
    assert estimate.share("organic") == pytest.approx(np.mean(gold == 2), abs=0.04)


def test_a_draw_by_impressions_recovers_their_share_and_names_its_strata():
    impressions = np.round(np.random.default_rng(2).lognormal(5, 1.3, 3000))
    columns, gold = scored(3000, feeds=("护肤",), impressions=impressions)
    (place,) = plan_audit(columns, options(period="all", labels=300, design="pps", weight="exposure")).places
    assert {row.stratum for row in place.rows} <= {"pps:exposure", "pps:exposure:certain"}
    assert all((row.stratum == "pps:exposure:certain") == (row.inclusion_probability == 1) for row in place.rows)
    rows = np.array([int(row.note_id[1:]) for row in place.rows])
    estimate = estimate_audited_pps(
        columns.posteriors,
        rows,
        [LABELS[code].value for code in gold[rows]],
        np.array([row.inclusion_probability for row in place.rows]),
        weights=impressions,
    )
    assert estimate.share("organic") == pytest.approx(np.average(gold == 2, weights=impressions), abs=0.05)


def test_strata_and_order_do_not_tell_what_the_model_thinks():
    columns, _ = scored(4000, feeds=("护肤",))
    means = []
    for seed in range(8):
        (place,) = plan_audit(columns, options(period="all", labels=200, seed=seed)).places
        opinion = columns.posteriors[[int(row.note_id[1:]) for row in place.rows], 2]
        assert abs(np.corrcoef(opinion, np.arange(len(opinion)))[0, 1]) < 0.25
        by_name = defaultdict(list)
        for row, p in zip(place.rows, opinion, strict=True):
            by_name[row.stratum].append(p)
        means.append(np.mean(by_name["s1"]))
    assert np.ptp(means) > 0.5


def test_a_part_of_the_drawn_notes_is_to_be_labelled_twice():
    plan = plan_audit(scored()[0], options(twice=0.2))
    for place in plan.places:
        assert len(place.twice) == len(set(place.twice)) == 12
        assert set(place.twice) <= {row.note_id for row in place.rows}


def test_equal_seeds_draw_equally_and_a_place_does_not_depend_on_the_others():
    columns, _ = scored()
    whole, again, other = (plan_audit(columns, options(seed=seed)) for seed in (1, 1, 2))
    assert whole == again
    assert all_rows(whole) != all_rows(other)
    alone = plan_audit(columns, options(seed=1, feeds=("护肤",), periods=("2025-04",)))
    assert alone.places == whole.places[-1:]


def test_a_narrower_interval_draws_more():
    columns, _ = scored(4000)
    wide, narrow = (plan_audit(columns, options(half_width=width)).places for width in (0.05, 0.02))
    assert all(len(a.rows) < len(b.rows) for a, b in zip(wide, narrow, strict=True))
    assert all(len(place.rows) == place.needed[2] and place.needed[0] > place.needed[2] for place in wide)


def test_keywords_make_strata_of_their_own():
    channel = np.arange(4000) // 2 % 2
    columns, _ = scored(4000, feeds=("护肤",), channels=("防晒", "面霜"), channel=channel)
    apart, together = (plan_audit(columns, options(labels=300, by_channel=by)).places[0] for by in (True, False))
    of_stratum = defaultdict(set)
    for row in apart.rows:
        of_stratum[row.stratum].add(int(channel[int(row.note_id[1:])]))
    assert any(len(channels) == 1 for channels in of_stratum.values())
    assert len(of_stratum) > len({row.stratum for row in together.rows})


def test_small_places_are_left_out_and_told():
    columns, _ = scored(80, feeds=("护肤",))
    plan = plan_audit(columns, options(labels=30))
    assert [place.period for place in plan.places] == ["2025-03"]
    assert plan.left_out == (("护肤", "2025-04", "fewer than 30 notes"),)


def test_a_place_where_a_note_has_no_impressions_is_left_out():
    impressions = np.ones(N)
    impressions[0] = np.nan
    plan = plan_audit(scored(impressions=impressions)[0], options(weight="exposure"))
    assert [(feed, period) for feed, period, _ in plan.left_out] == [("护肤", "2025-03")]
    assert "1 of 300 have none" in plan.left_out[0][2]


def test_all_notes_are_drawn_where_more_labels_are_asked_for():
    (place, *_) = plan_audit(scored(100, feeds=("护肤",))[0], options(period="all", labels=500)).places
    assert Counter(row.note_id for row in place.rows) == Counter(f"n{i}" for i in range(100))
    assert {row.inclusion_probability for row in place.rows} == {1.0}


@pytest.mark.parametrize(
    ("known", "changes", "message"),
    [
        ({}, {"feeds": ("护夫",)}, "a feed must be one of the archive's 2. Got '护夫' instead"),
        ({}, {"periods": ("2025-05",)}, "a period must be one of the archive's 2. Got '2025-05' instead"),
        ({"dated": np.zeros(N, dtype=bool)}, {}, "Got none; no note has a date; --period all needs none"),
        ({}, {"weight": "exposure"}, "needs impressions of every note"),
        (
            {"versions": ("m1", "m2"), "version": np.arange(N) % 3 // 2},
            {},
            r"the first, '户外' 2025-03: scored by m1 and m2: score it again with one model",
        ),
    ],
)
def test_an_audit_that_cannot_be_drawn_is_refused(known, changes, message):
    columns, _ = scored(**known)
    with pytest.raises(DataError, match=message):
        plan_audit(columns, options(**changes))


def test_a_place_scored_by_two_models_does_not_stop_the_others():
    columns, _ = scored(versions=("m1", "m2"), version=(np.arange(N) == 1).astype(int))
    plan = plan_audit(columns, options())
    assert plan.left_out == (("户外", "2025-03", "scored by m1 and m2: score it again with one model"),)
    assert len(plan.places) == 3


def test_a_feed_without_notes_in_the_period_is_told_apart_from_one_without_dates():
    columns, _ = scored(feed=(np.arange(N) >= 2 * N // 3).astype(int))
    with pytest.raises(DataError, match="none of these feeds has a note in these periods"):
        plan_audit(columns, options(feeds=("护肤",), periods=("2025-04",)))


def test_an_unknown_weight_is_refused():
    with pytest.raises(ConfigError, match="a weight must be one of count, exposure, likes"):
        plan_audit(scored()[0], options(weight="comments"))
