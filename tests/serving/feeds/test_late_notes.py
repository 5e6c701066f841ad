"""An archive to which a later run adds notes of a month long reported."""

import json
from datetime import UTC, datetime, timedelta

from data.labels import LABELS
from serving.feeds.report_model import ReportModel
from serving.feeds.scored_columns import read_scored
from serving.feeds.whole_report import build_report

MARCH = datetime(2025, 3, 10, tzinfo=UTC)
MODEL = ReportModel("m1", frozenset(), None)


def line(note_id, *, lag_days, scored, label="organic", published=MARCH):
    scores = {name.value: 0.7 if name.value == label else 0.1 for name in LABELS}
    return {
        "schema_version": 1,
        "note_id": note_id,
        "feed_id": "f",
        "keyword": None,
        "author_id": note_id,
        "published_at": f"{published:%Y-%m-%dT%H:%M:%SZ}",
        "collected_at": f"{published + timedelta(days=lag_days):%Y-%m-%dT%H:%M:%SZ}",
        "scored_at": f"2025-{scored}T00:00:00Z",
        "date_source": "given",
        "label": label,
        "author_label": label,
        "decision": "pass",
        "scores": scores,
        "questions": {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5},
        "pa_organic": scores["organic"],
        "model_version": "m1",
    }


def march(path, lines):
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    (row,) = build_report(read_scored(path), MODEL).rows
    return row


FIRST = [line(f"n{i}", lag_days=2, scored="04-01") for i in range(100)]


def test_notes_collected_later_join_the_period_they_were_published_in(tmp_path):
    late = [line(f"late{i}", lag_days=80, scored="06-01", label="undisclosed_ad") for i in range(150)]
    before, after = march(tmp_path / "before.jsonl", FIRST), march(tmp_path / "after.jsonl", [*FIRST, *late])
    assert (before.n, before.checks.late_notes, before.checks.lag_days_median) == (100, 0, 2.0)
    assert (after.n, after.checks.late_notes, after.checks.lag_days_median) == (250, 150, 80.0)
    assert (before.checks.naive.share, after.checks.naive.share) == (1.0, 0.4)


def test_notes_scored_again_count_once_with_their_newest_scores(tmp_path):
    again = [line(f"n{i}", lag_days=2, scored="06-01", label="diversion") for i in range(30)]
    row = march(tmp_path / "scored.jsonl", [*again, *FIRST])
    assert (row.n, row.checks.naive.share) == (100, 0.7)


def test_notes_collected_anew_are_not_late(tmp_path):
    anew = [line(f"n{i}", lag_days=80, scored="06-01") for i in range(100)]
    row = march(tmp_path / "scored.jsonl", [*FIRST, *anew])
    assert (row.n, row.checks.late_notes, row.checks.lag_days_median) == (100, 0, 2.0)
    assert row.is_complete
