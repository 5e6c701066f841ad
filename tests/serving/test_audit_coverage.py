"""Forty feeds whose truth is known: drawn, labelled on sheets, added, and reported with an interval that holds it."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.labels import LABELS
from models.prevalence import Status
from serving.audits.draw import plan_audit
from serving.audits.file import read_audit, write_audit, write_table
from serving.audits.labels import SHEET_COLUMNS, add_labels, read_labels
from serving.audits.progress import audit_progress
from serving.audits.sample import AuditOptions
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import ScoredColumns
from serving.feeds.whole_report import build_report

N, LABELLED, ROUNDS = 600, 80, 40
ORGANIC = LABELS.index("organic")
MARCH = int(datetime(2025, 3, 10, tzinfo=UTC).timestamp() * 1_000_000)
MODEL = ReportModel("m1", frozenset(), None)
DESIGNS = {
    "count": AuditOptions(labels=LABELLED),
    "exposure": AuditOptions(labels=LABELLED, design="pps", weight="exposure"),
}


def scored(seed):
    """A feed that turned commercial under a model that learned otherwise: it calls too many notes organic."""
    rng = np.random.default_rng(seed)
    organic = rng.uniform(0.35, 0.8)
    gold = rng.choice(4, N, p=[(1 - organic) * 0.2, (1 - organic) * 0.3, organic, (1 - organic) * 0.5])
    logits = 1.5 * (2 * np.eye(4)[gold] + rng.normal(size=(N, 4))) + np.log([0.05, 0.05, 0.8, 0.1])
    posteriors = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = ScoredColumns.from_arrays(
        [f"n{i}" for i in range(N)],
        posteriors,
        feeds=("护肤",),
        published_us=np.full(N, MARCH),
        dated=np.ones(N, dtype=bool),
        impressions=np.round(rng.lognormal(5, 1.2, N) * np.where(gold == ORGANIC, 1.0, 1.6)) + 1,
    )
    return columns, gold


def labelled(folder, columns, gold, options):
    """Plan, hand out sheets, fill them with the truth but for one note that nobody could judge, and take them back."""
    plan = plan_audit(columns, options)
    write_audit(folder / "audit.csv", plan.places[0].rows)
    answer = {f"n{i}": LABELS[code].value for i, code in enumerate(gold)}
    for name, who, ids, second in (
        ("first.csv", "安", [row.note_id for row in plan.places[0].rows], False),
        ("second.csv", "贝", plan.places[0].twice, True),
    ):
        answers = [{"note_id": note, "label": answer[note], "annotator": who} for note in ids]
        answers[0]["label"] = "unsure"
        write_table(folder / name, SHEET_COLUMNS, answers)
        sheet = read_labels(folder / name, today=date(2025, 4, 9))
        write_audit(
            folder / "audit.csv", add_labels(read_audit(folder / "audit.csv").rows, sheet.given, second=second).rows
        )
    return read_audit(folder / "audit.csv")


@pytest.mark.parametrize("weight", DESIGNS)
def test_the_audited_share_holds_the_truth_in_nine_rounds_of_ten(tmp_path, weight):
    held = 0
    for seed in range(ROUNDS):
        columns, gold = scored(seed)
        audit = labelled(tmp_path, columns, gold, DESIGNS[weight])
        (progress,) = audit_progress(audit.rows, columns)
        (row,) = build_report(columns, MODEL, weight=weight, audit=audit).rows
        assert row.status is Status.AUDITED
        assert progress.ready
        assert (progress.labelled, progress.unsure, progress.labelled_twice, progress.agreement) == (
            *(row.audit.labelled, row.audit.drawn - row.audit.labelled),
            *(row.audit.labelled_twice, row.audit.agreement),
        )
        assert row.organic.share == pytest.approx(progress.organic)
        assert (row.organic.ci_low, row.organic.ci_high) == pytest.approx((progress.ci_low, progress.ci_high))
        weights = columns.impressions if weight == "exposure" else np.ones(N)
        held += row.organic.ci_low <= np.average(gold == ORGANIC, weights=weights) <= row.organic.ci_high
    assert held >= 0.9 * ROUNDS
