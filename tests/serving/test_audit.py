"""The verb from files to files: plan, label, add, status; and the report that the labels make."""

import csv
import json

import msgspec
import numpy as np
import pytest

import serving.audits.add
from data.errors import DataError
from data.labels import LABELS
from serving import cli
from serving.audits.file import write_audit

N = 500


@pytest.fixture(scope="module")
def gold():
    return np.random.default_rng(1).choice(4, N, p=[0.15, 0.15, 0.5, 0.2])


@pytest.fixture
def folder(tmp_path, gold, monkeypatch):
    posteriors = 0.75 * np.eye(4)[gold] + 0.25 * np.random.default_rng(2).dirichlet(np.ones(4), N)
    lines = [archive_line(f"n{i}", proba, "护肤" if i % 2 else "<户外>") for i, proba in enumerate(posteriors)]
    (tmp_path / "scored.jsonl").write_text("".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def archive_line(note_id, proba, feed):
    label = str(LABELS[int(proba.argmax())])
    row = {
        "schema_version": 1,
        "note_id": note_id,
        "feed_id": feed,
        "keyword": None,
        "author_id": f"a{note_id}",
        "published_at": "2025-03-11T16:00:00Z",
        "scored_at": "2025-06-01T00:00:00Z",
        "date_source": "given",
        "label": label,
        "author_label": label,
        "decision": "pass",
        "scores": dict(zip(LABELS, map(float, proba), strict=True)),
        "questions": {"commercial": 0.5, "disclosed": 0.5, "diversion": 0.5},
        "pa_organic": float(proba[2]),
        "model_version": "m1",
    }
    return json.dumps(row) + "\n"


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(path, label_of, annotator):
    rows = [row | {"label": label_of(row["note_id"]), "annotator": annotator} for row in read(path)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def plan(*arguments):
    return cli.main(["audit", "plan", "scored.jsonl", "-o", "audit.csv", "--labels", "60", *arguments])


def test_from_the_plan_to_labels_and_their_status(folder, gold, capsys):
    assert plan() == 0
    assert len(read(folder / "audit.first.csv")) == 120
    assert len(read(folder / "audit.second.csv")) == 18
    fill(folder / "audit.first.csv", lambda note: str(LABELS[gold[int(note[1:])]]), "ann")
    fill(folder / "audit.second.csv", lambda note: str(LABELS[gold[int(note[1:])]]), "ben")
    assert cli.main(["audit", "add", "audit.csv", "audit.first.csv"]) == 0
    assert cli.main(["audit", "add", "audit.csv", "audit.second.csv", "--second"]) == 0
    rows = read(folder / "audit.csv")
    assert {(row["label"], row["model_version"]) for row in rows} == {(str(label), "m1") for label in LABELS}
    assert sum(row["annotator"] == "ann|ben" for row in rows) == 18
    capsys.readouterr()
    assert cli.main(["audit", "status", "audit.csv", "scored.jsonl", "--json"]) == 0
    places = json.loads(capsys.readouterr().out)["places"]
    assert cli.main(["audit", "status", "audit.csv", "scored.jsonl"]) == 0
    table = capsys.readouterr().out
    assert "60 of 60" in table
    assert "…" not in table
    assert max(map(len, table.splitlines())) <= 80
    assert f"{places[1]['organic']:.1%}" in table
    assert [(place["feed"], place["ready"], place["agreement"]) for place in places] == [
        ("<户外>", True, 1.0),
        ("护肤", True, 1.0),
    ]
    assert places[1]["ci_low"] < np.mean(gold[1::2] == 2) < places[1]["ci_high"]


def test_a_sheet_says_nothing_of_the_model_or_the_feed(folder):
    plan()
    (first, *_) = read(folder / "audit.first.csv")
    assert list(first) == ["note_id", "label", "annotator", "labelled_at"]
    assert not any(value for name, value in first.items() if name != "note_id")
    ids = [row["note_id"] for row in read(folder / "audit.first.csv")]
    assert ids != [row["note_id"] for row in read(folder / "audit.csv")]


def test_the_table_tells_how_many_labels_which_width_needs(folder, capsys):
    plan()
    captured = capsys.readouterr()
    assert "for ±2 pt" in captured.out
    assert "<户外>" in captured.out
    assert "no model may be trained on these notes" in captured.err


def test_an_audit_with_its_labels_is_never_overwritten(folder, capsys):
    plan()
    before = (folder / "audit.csv").read_bytes()
    (folder / "audit.first.csv").unlink()
    assert plan("--seed", "1") == 1
    assert "must not overwrite one" in capsys.readouterr().err
    assert (folder / "audit.csv").read_bytes() == before
    assert not (folder / "audit.first.csv").exists()


def test_a_sheet_with_one_bad_line_changes_nothing(folder, capsys):
    plan()
    before = (folder / "audit.csv").read_bytes()
    ids = [row["note_id"] for row in read(folder / "audit.first.csv")]
    (folder / "labels.csv").write_text(f"note_id,label,annotator\n{ids[0]},organic,ann\nn9999,organic,ann\n")
    assert cli.main(["audit", "add", "audit.csv", "labels.csv"]) == 1
    assert "labels.csv:3: a labelled note must have been drawn" in capsys.readouterr().err
    assert (folder / "audit.csv").read_bytes() == before
    assert not list(folder.glob(".*"))


def test_status_shows_a_table_without_the_archive(folder, capsys):
    plan()
    capsys.readouterr()
    assert cli.main(["audit", "status", "audit.csv"]) == 0
    shown = capsys.readouterr().out
    assert "0 of 60" in shown
    assert "organic" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("--labels", "9", "--half-width", "0.02"),
        ("--labels", "1"),
        ("--half-width", "0"),
        ("--twice", "1.5"),
        ("--design", "simple"),
    ],
)
def test_wrong_options_are_usage_errors(folder, arguments):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["audit", "plan", "scored.jsonl", "-o", "audit.csv", *arguments])


@pytest.mark.parametrize("output", ["", ".", "/"])
def test_a_place_without_a_name_is_no_audit_file(folder, output, capsys):
    assert cli.main(["audit", "plan", "scored.jsonl", "-o", output]) == 1
    assert "an audit file must end in .jsonl or .csv" in capsys.readouterr().err


def test_channels_make_no_strata_of_a_draw_by_size(folder, capsys):
    assert plan("--design", "pps", "--channel", "keyword") == 1
    assert "--channel makes strata" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_told_before_work(folder, capsys):
    assert cli.main(["audit", "plan", "none", "-o", "later/audit.csv"]) == 1
    assert "must be written to a folder that exists" in capsys.readouterr().err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, DataError])
def test_a_plan_that_is_stopped_leaves_no_sheet_behind(folder, stop, monkeypatch):
    before = sorted(folder.iterdir())

    def stopped(*_):
        raise stop

    monkeypatch.setattr("serving.audits.plan.write_audit", stopped)
    assert plan() in (1, 130)
    assert sorted(folder.iterdir()) == before


def test_labels_added_by_somebody_else_meanwhile_are_not_lost(folder, gold, monkeypatch, capsys):
    plan()
    fill(folder / "audit.first.csv", lambda note: str(LABELS[gold[int(note[1:])]]), "ann")
    add_labels = serving.audits.add.add_labels

    def slowly(rows, given, *, second):
        write_audit(folder / "audit.csv", [msgspec.structs.replace(rows[0], annotator="|ben"), *rows[1:]])
        return add_labels(rows, given, second=second)

    monkeypatch.setattr("serving.audits.add.add_labels", slowly)
    assert cli.main(["audit", "add", "audit.csv", "audit.first.csv"]) == 1
    assert "run this again" in capsys.readouterr().err
    assert read(folder / "audit.csv")[0]["annotator"] == "|ben"


def test_labels_go_into_the_file_that_a_link_leads_to(folder):
    plan()
    (folder / "link.csv").symlink_to("audit.csv")
    (folder / "audit.csv").chmod(0o600)
    ids = [row["note_id"] for row in read(folder / "audit.first.csv")]
    (folder / "labels.csv").write_text(f"note_id,label,annotator\n{ids[0]},organic,ann\n")
    assert cli.main(["audit", "add", "link.csv", "labels.csv"]) == 0
    assert (folder / "link.csv").is_symlink()
    assert (folder / "audit.csv").stat().st_mode & 0o777 == 0o600
    assert {row["label"] for row in read(folder / "audit.csv")} == {"", "organic"}


def test_another_ending_is_refused_before_work(folder, capsys):
    assert cli.main(["audit", "plan", "none", "-o", "audit.xlsx"]) == 1
    assert "must end in .jsonl or .csv. Got '.xlsx'" in capsys.readouterr().err
