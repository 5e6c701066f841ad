import hashlib
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from data.errors import DataError
from serving.audits.file import read_audit, write_audit

HEADER = "note_id,feed_id,period,stratum,inclusion_probability,label,second_label,annotator,labelled_at,model_version\n"
LINE = "n1,护肤,2025-03,f0,0.25,organic,,a,2025-04-01,m1\n"


def written(tmp_path, text, name="audit.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_and_jsonl_say_the_same(tmp_path):
    json_line = (
        '{"note_id":"n1","feed_id":"护肤","period":"2025-03","stratum":"f0","inclusion_probability":0.25,'
        '"label":"organic","second_label":null,"annotator":"a","labelled_at":"2025-04-01","model_version":"m1"}\n'
    )
    from_csv = read_audit(written(tmp_path, "\ufeff" + HEADER + LINE))
    assert from_csv.rows == read_audit(written(tmp_path, json_line, "audit.jsonl")).rows
    assert from_csv.rows[0].inclusion_probability == 0.25


def test_hash_is_that_of_the_file(tmp_path):
    path = written(tmp_path, HEADER + LINE)
    assert read_audit(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_empty_label_is_non_response_and_empty_feed_the_default_one(tmp_path):
    row = read_audit(written(tmp_path, HEADER + "n1,,2025-03,f0,0.25,,,,,\n")).rows[0]
    assert row.label is None
    assert row.feed_id == "default"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("n1,a,2025-03,f0,0,organic,,,,\n", r"audit.csv:3: 'inclusion_probability' must lie in \(0, 1\]"),
        ("n1,a,2025-03,f0,1.2,organic,,,,\n", r"audit.csv:3: 'inclusion_probability' must lie in \(0, 1\]"),
        ("n1,a,2025-03,f0,0.5,spam,,,,\n", r"audit.csv:3: 'label' must be one of disclosed_ad"),
        ("n1,a,2025-03,f0,0.5,organic,spam,,,\n", r"audit.csv:3: 'second_label' must be one of"),
        (",a,2025-03,f0,0.5,organic,,,,\n", r"audit.csv:3: an audited note must have 'note_id'"),
        ("n1,a,2025-03\n", r"audit.csv:3: a row must have the 10 cells"),
        (
            "n1,a,Mar-25,f0,0.5,organic,,,,\n",
            r"audit.csv:3: a period must be named like .* Spreadsheets rewrite",
        ),
        ("6.7E+23,a,2025-03,f0,0.5,organic,,,,\n", r"audit.csv:3: 'note_id' must be a string with all its digits"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, line, message):
    with pytest.raises(DataError, match=message):
        read_audit(written(tmp_path, HEADER + LINE + line))


def test_unknown_column_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"audit.jsonl:1: unknown column 'labl'"):
        read_audit(written(tmp_path, '{"note_id":"n1","labl":"organic"}\n', "audit.jsonl"))


def test_broken_json_is_named_by_its_line(tmp_path):
    with pytest.raises(DataError, match=r"audit.jsonl:2: a row must be one JSON object"):
        read_audit(written(tmp_path, "\n{", "audit.jsonl"))


@pytest.mark.parametrize("name", ["again.csv", "again.jsonl"])
def test_what_is_written_reads_the_same(tmp_path, name):
    lines = LINE + "n2,,2025-03,f0,0.333333333,diversion,organic,甲|乙,2025-04-02,m1\n" + "n3,a,2025-03,f1,1,,,,,\n"
    rows = read_audit(written(tmp_path, HEADER + lines)).rows
    write_audit(tmp_path / name, rows)
    assert read_audit(tmp_path / name).rows == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "audit.csv"]


def test_a_feed_with_line_ends_in_its_name_reads_the_same(tmp_path):
    row = msgspec.structs.replace(read_audit(written(tmp_path, HEADER + LINE)).rows[0], feed_id='护肤\r,"\n;')
    write_audit(tmp_path / "again.csv", [row])
    assert read_audit(tmp_path / "again.csv").rows == (row,)


def test_an_audit_saved_with_semicolons_and_decimal_commas_reads_the_same(tmp_path):
    saved = (HEADER + LINE).replace(",", ";").replace("0.25", "0,25")
    assert read_audit(written(tmp_path, saved, "saved.csv")).rows == read_audit(written(tmp_path, HEADER + LINE)).rows


def test_a_file_without_drawn_notes_is_no_audit(tmp_path):
    with pytest.raises(DataError, match="must hold at least one drawn note. Got none"):
        read_audit(written(tmp_path, HEADER))


def test_annotators_are_told_apart(tmp_path):
    lines = "".join(f"n{i},a,2025-03,f0,0.5,,,{names},,\n" for i, names in enumerate(["", "甲", "甲|乙", "|乙"]))
    rows = read_audit(written(tmp_path, HEADER + lines)).rows
    assert [row.annotators for row in rows] == [(None, None), ("甲", None), ("甲", "乙"), (None, "乙")]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(DataError, match="audit.csv: this file must be in a writable place"):
        write_audit(tmp_path / "none" / "audit.csv", [])


def test_blank_lines_of_a_spreadsheet_are_skipped(tmp_path):
    assert len(read_audit(written(tmp_path, HEADER + LINE + ",,,,,,,,,\n\n")).rows) == 1


def test_unknown_ending_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must end in .jsonl or .csv. Got '.txt' instead"):
        read_audit(written(tmp_path, HEADER, "audit.txt"))


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="must be a readable UTF-8 file"):
        read_audit(tmp_path / "none.csv")


def test_the_bundled_audit_is_a_sample_of_each_feed_and_month_of_the_bundled_archive():
    archive = files("data").joinpath("archive")
    group_of = {}
    for line in archive.joinpath("notes.jsonl").read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        group_of[note["note_id"]] = note["feed_id"], note["published_at"][:7]
    rows = read_audit(Path(str(archive.joinpath("audit.jsonl")))).rows
    assert len({row.note_id for row in rows}) == len(rows)
    assert all(group_of[row.note_id] == (row.feed_id, row.period) for row in rows)
    sizes = dict.fromkeys(group_of.values(), 0.0)
    for row in rows:
        sizes[row.feed_id, row.period] += 1 / row.inclusion_probability
    assert sizes == pytest.approx(Counter(group_of.values()), abs=0.01)
    twice = [row for row in rows if row.second_label is not None]
    assert len(twice) >= 0.15 * len(rows)
