from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from data.errors import DataError
from data.labels import LABELS, Label
from serving.audits.draw import plan_audit
from serving.audits.file import AuditRow
from serving.audits.progress import audit_progress
from serving.audits.sample import AuditOptions
from serving.feeds.scored_columns import ScoredColumns

N = 3000


def drawn(note_id, label=None, second=None, annotator=None, **known):
    fixed = {"feed_id": "护肤", "period": "2025-03", "stratum": "s1", "inclusion_probability": 0.5}
    return AuditRow(note_id=note_id, label=label, second_label=second, annotator=annotator, **(fixed | known))


@pytest.fixture(scope="module")
def archive():
    rng = np.random.default_rng(1)
    gold = rng.choice(4, N, p=[0.1, 0.1, 0.6, 0.2])
    logits = 2.2 * (2.2 * np.eye(4)[gold] + rng.normal(size=(N, 4))) + np.log([0.1, 0.1, 0.6, 0.2])
    posteriors = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = ScoredColumns.from_arrays(
        [f"n{i}" for i in range(N)],
        posteriors,
        feeds=("护肤",),
        published_us=np.full(N, int(datetime(2025, 3, 10, tzinfo=UTC).timestamp() * 1_000_000)),
        dated=np.ones(N, dtype=bool),
        impressions=np.round(rng.lognormal(5, 1.2, N)),
    )
    return columns, gold


def labelled(archive, part, **options):
    """Label the first part of the drawn notes with the truth."""
    columns, gold = archive
    (place,) = plan_audit(columns, AuditOptions(**options)).places
    until = round(part * len(place.rows))
    done = [
        msgspec.structs.replace(row, label=LABELS[gold[int(row.note_id[1:])]], annotator="ann")
        for row in place.rows[:until]
    ]
    return (*done, *place.rows[until:])


def test_answers_are_counted_by_feed_and_period():
    rows = (
        drawn("n1", Label.ORGANIC, Label.ORGANIC, "ann|ben"),
        drawn("n2", Label.ORGANIC, Label.DIVERSION, "ann|ben"),
        drawn("n3", Label.DIVERSION, None, "ann"),
        drawn("n4", None, None, "ann"),
        drawn("n5"),
        drawn("n6", None, Label.ORGANIC, "|ben"),
        drawn("n1", period="2025-04"),
    )
    march, april = audit_progress(rows)
    assert (march.drawn, march.labelled, march.unsure, march.waiting, march.labelled_twice) == (6, 3, 1, 2, 2)
    assert march.agreement == 0.5
    assert march.nonresponse == 0.25
    assert not march.ready
    assert (april.period, april.waiting, april.agreement, april.nonresponse) == ("2025-04", 1, None, 0.0)


@pytest.mark.parametrize(("labels", "unsure", "ready"), [(30, 3, True), (29, 0, False), (40, 5, False)])
def test_an_audit_is_ready_at_30_labels_with_a_tenth_unsure_at_most(labels, unsure, ready):
    rows = [drawn(f"a{i}", Label.ORGANIC, None, "ann") for i in range(labels)]
    rows += [drawn(f"b{i}", None, None, "ann") for i in range(unsure)]
    assert audit_progress(rows)[0].ready is ready


def test_an_audit_with_a_note_that_waits_is_not_ready_as_a_report_would_not_publish_it(archive):
    rows = labelled(archive, 1.0, labels=60)
    assert audit_progress(rows, archive[0])[0].ready
    rows = (*rows[:-1], msgspec.structs.replace(rows[-1], label=None, annotator=None))
    assert (audit_progress(rows)[0].waiting, audit_progress(rows)[0].ready) == (1, False)


def test_an_audit_that_lost_rows_is_not_ready(archive):
    (place,) = audit_progress(labelled(archive, 1.0, labels=60)[8:], archive[0])
    assert not place.ready
    assert "strata must add up" in place.reasons[0]


def test_without_annotators_a_note_without_a_label_was_asked_about():
    rows = [drawn(f"n{i}", Label.ORGANIC if i else None) for i in range(40)]
    (place,) = audit_progress(rows)
    assert (place.unsure, place.waiting, place.ready) == (1, 0, True)


@pytest.mark.parametrize("options", [{}, {"design": "pps", "weight": "exposure"}])
def test_the_share_so_far_is_near_the_truth_and_narrows(archive, options):
    columns, gold = archive
    weights = columns.impressions if options else np.ones(N)
    half, whole = (
        audit_progress(labelled(archive, part, labels=300, seed=3, **options), columns)[0] for part in (0.4, 1.0)
    )
    for place in (half, whole):
        standard_error = (place.ci_high - place.ci_low) / 3.92
        assert place.organic == pytest.approx(np.average(gold == 2, weights=weights), abs=3 * standard_error)
    assert whole.ci_high - whole.ci_low < half.ci_high - half.ci_low
    assert (half.ready, whole.ready) == (False, True)


def test_without_an_answer_there_is_no_share(archive):
    (place,) = audit_progress(labelled(archive, 0.0, labels=60), archive[0])
    assert (place.waiting, place.organic) == (60, None)


def test_too_few_labels_say_why(archive):
    (place,) = audit_progress(labelled(archive, 0.04, labels=60), archive[0])
    assert place.organic is None
    assert place.reasons


def test_a_stratum_without_an_answer_is_named_as_what_is_lacking(archive):
    rows = labelled(archive, 1.0, labels=300)
    rows = [row if row.stratum != "s1" else msgspec.structs.replace(row, label=None, annotator=None) for row in rows]
    (place,) = audit_progress(rows, archive[0])
    assert place.reasons == ("no share yet: a stratum has no answer",)


def test_an_archive_without_the_feed_is_refused(archive):
    with pytest.raises(DataError, match="must be of the archive's notes. Got feed '户外', period '2025-03'"):
        audit_progress([drawn("n1", Label.ORGANIC, feed_id="户外")], archive[0])
