import json

import pytest

from data.errors import ModelError
from data.labels import Label
from models.trained_notes import TrainedNotes
from serving.audits.file import AuditFile, AuditRow
from serving.feeds.report_model import read_report_model


def audit(*days, label=Label.ORGANIC):
    rows = tuple(
        AuditRow(
            note_id=f"n{i}",
            feed_id="护肤",
            period="2025-03",
            stratum="s1",
            inclusion_probability=0.5,
            label=label,
            second_label=None,
            labelled_at=day,
        )
        for i, day in enumerate(days)
    )
    return AuditFile(sha256="a" * 64, rows=rows)


@pytest.fixture
def folder(tmp_path):
    manifest = {"model_version": "m1", "created_at": "2025-04-30T17:00:00Z", "training_data": []}  # 1 May in Shanghai
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "trained_notes.npy").write_bytes(TrainedNotes.of(["n1", "other"]).to_bytes())
    return tmp_path


def test_an_audit_is_recognised_by_its_notes_whatever_its_file(folder):
    model = read_report_model(folder)
    assert model.learned_from(audit("2025-04-01", "2025-04-01"))
    assert not model.learned_from(audit("2025-04-01"))


@pytest.mark.parametrize(("day", "learned"), [("2025-05-01", True), ("2025-05-02", False), (None, True)])
def test_a_label_younger_than_the_model_has_not_taught_it(folder, day, learned):
    assert read_report_model(folder).learned_from(audit("2025-04-01", day)) is learned


def test_a_note_without_a_label_taught_nothing_of_the_audit(folder):
    assert not read_report_model(folder).learned_from(audit("2025-04-01", "2025-04-01", label=None))


def test_the_file_itself_is_recognised_by_its_hash(folder):
    (folder / "trained_notes.npy").unlink()
    assert not read_report_model(folder).learned_from(audit("2025-04-01", "2025-04-01"))
    manifest = {"model_version": "m1", "training_data": [{"sha256": "a" * 64}]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert read_report_model(folder).learned_from(audit("2025-06-01"))


def test_a_model_made_at_no_time_is_refused(folder):
    (folder / "manifest.json").write_text(json.dumps({"model_version": "m1", "created_at": "once"}))
    with pytest.raises(ModelError, match="'created_at' must be a time"):
        read_report_model(folder)
