"""`huoren select`: reads any archive, writes a list that bears no text, and overwrites nobody's work."""

import csv
import gzip
import json
from importlib import resources

import pytest

from serving.cli import main

KEYS = ["note_id", "feed_id", "reason", "question", "detail", "chosen_by", "inclusion_probability", "model_version"]
KEYS += ["scores"]


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "notes.jsonl"
    lines = (
        resources.files("data").joinpath("archive/notes.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    )
    path.write_text("".join(lines[:330]), encoding="utf-8")
    return path


def select(*arguments):
    return main(["select", *map(str, arguments)])


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_list_of_the_demo_archive(archive, tmp_path, capsys):
    out = tmp_path / "list.jsonl"
    assert select(archive, "-o", out, "--n", 60) == 0
    rows, notes = rows_of(out), {row["note_id"]: row for row in rows_of(archive)}
    assert (len(rows), [list(row) for row in rows]) == (60, [KEYS] * 60)
    assert all(row["feed_id"] == notes[row["note_id"]]["feed_id"] for row in rows)
    assert {row["inclusion_probability"] for row in rows if row["chosen_by"] == "random"} == {15 / len(notes)}
    text = out.read_text(encoding="utf-8")
    assert not any(note["body"] in text for note in notes.values() if note["body"])
    assert "uncertain" in capsys.readouterr().out


def test_json_prints_the_list_itself(archive, capsys):
    assert select(archive, "--json", "--n", 8, "--quiet") == 0
    assert [json.loads(line)["model_version"] for line in capsys.readouterr().out.splitlines()] == [
        json.loads(resources.files("models").joinpath("released/manifest.json").read_text())["model_version"]
    ] * 8


def test_a_packed_table_is_read_as_a_scored_archive_is(archive, tmp_path, capsys):
    table = tmp_path / "notes.csv.gz"
    with gzip.open(table, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note_id", "body"])
        writer.writerows([note["note_id"], note["body"]] for note in rows_of(archive)[:20])
    assert select(table, "--json", "--n", 4, "--random-share", 1) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_what_is_labelled_already_is_left_out(archive, tmp_path, capsys):
    ids = [row["note_id"] for row in rows_of(archive)]
    labelled = tmp_path / "labels.jsonl"
    labelled.write_text("".join(json.dumps({"note_id": note_id}) + "\n" for note_id in ids[5:]))
    assert select(archive, "--json", "--random-share", 1, "--exclude", labelled) == 0
    assert {json.loads(line)["note_id"] for line in capsys.readouterr().out.splitlines()} == set(ids[:5])


def test_unreadable_rows_are_told_and_named(archive, tmp_path, capsys):
    archive.write_text(archive.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    out = tmp_path / "list.jsonl"
    assert select(archive, "-o", out, "--n", 4, "--quiet") == 0
    captured = capsys.readouterr()
    assert (captured.out, "1 row rejected" in captured.err) == ("", True)
    (reject,) = rows_of(tmp_path / "list.jsonl.rejects.jsonl")
    assert reject["source_row"] == 331


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "pass -o FILE or --json. Got neither."),
        (("-o", "list.csv"), "FILE must end in .jsonl. Got '.csv'."),
        (("-o", "notes.jsonl"), "FILE must lie apart from what is read."),
        (("--json", "--n", "0"), "--n must be 1 or more. Got 0."),
        (("--json", "--per-author", "0"), "--per-author must be 1 or more. Got 0."),
        (("--json", "--random-share", "1.5"), "--random-share must be from 0 to 1. Got 1.5."),
    ],
)
def test_options_that_cannot_be_honoured_are_refused(archive, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(archive.parent)
    assert select(archive, *arguments) == 1
    assert message in capsys.readouterr().err


def test_a_list_is_not_overwritten_unasked(archive, tmp_path, capsys):
    out = tmp_path / "list.jsonl"
    out.write_text("begun\n")
    assert select(archive, "-o", out, "--n", 4) == 1
    assert "FILE must not exist yet" in capsys.readouterr().err
    assert out.read_text() == "begun\n"
    assert select(archive, "-o", out, "--n", 4, "--force") == 0
    assert len(rows_of(out)) == 4
