"""Analysts' labelled notes: every reader's format gives the same notes, answers and errors with file and line."""

import csv
import gzip
import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from data.errors import DataError
from data.labels import Label
from training.labelled_data import LabelledData, read_labelled_data

ROWS = [
    {"note_id": "n1", "title": "周末", "body": "去爬山", "commercial": "no", "diversion": "no", "source": "hikes"},
    {"note_id": "n2", "title": "好物", "body": "今天下单", "commercial": "yes", "disclosed": "no", "diversion": "no"},
    {"note_id": "n3", "body": "加薇", "commercial": "unsure", "diversion": "yes", "by": "author", "chosen_by": "model"},
]
KEYS = ["note_id", "title", "body", "commercial", "disclosed", "diversion", "by", "chosen_by", "source"]


def write_jsonl(path, rows=ROWS):
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    packed = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}.get(path.suffix, bytes)(content)
    path.write_bytes(packed)


def write_csv(path):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, KEYS)
        writer.writeheader()
        writer.writerows(ROWS)


def write_parquet(path):
    pq.write_table(pa.Table.from_pylist([{key: row.get(key) for key in KEYS} for row in ROWS]), path)


@pytest.mark.parametrize("name", ["my.jsonl", "my.jsonl.gz", "my.jsonl.zst", "my.csv", "my.parquet"])
def test_every_format_gives_the_same_notes_and_answers(tmp_path, name):
    write = {"csv": write_csv, "parquet": write_parquet}.get(name.rpartition(".")[2], write_jsonl)
    write(tmp_path / name)
    data = read_labelled_data([tmp_path / name])
    assert [item.note.note_id for item in data.notes] == ["n1", "n2", "n3"]
    assert [item.note.body for item in data.notes] == ["去爬山", "今天下单", "加薇"]
    assert [item.label for item in data.notes] == [Label.ORGANIC, Label.UNDISCLOSED_AD, Label.DIVERSION]
    assert [item.source for item in data.notes] == ["hikes", "my", "my"]
    assert [item.chosen_by for item in data.notes] == ["", "", "model"]
    (file,) = data.files
    sha256 = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert (file.name, file.rows, file.sha256, file.licence) == (name, 3, sha256, "own")


@pytest.mark.parametrize("label", [*Label, 0, 1, "0", "1"])
def test_a_label_stands_for_its_answers(tmp_path, label):
    write_jsonl(tmp_path / "my.jsonl", [{"note_id": "a", "body": "好", "label": label}])
    (item,) = read_labelled_data([tmp_path / "my.jsonl"]).notes
    if isinstance(label, Label):
        assert item.label is label
    else:
        assert (item.commercial, item.diversion) == ("yes" if int(label) else "no", "")


def test_a_diverting_note_is_not_taken_for_one_that_sells_nothing(tmp_path):
    write_jsonl(tmp_path / "my.jsonl", [{"note_id": "a", "body": "好", "label": "diversion"}])
    (item,) = read_labelled_data([tmp_path / "my.jsonl"]).notes
    assert item.commercial == "unsure"


def test_a_crawl_is_read_with_the_comments_beside_it(tmp_path):
    note = {"note_id": "a", "desc": "今天吃面", "type": "normal", "time": 1700000000000, "commercial": "no"}
    write_jsonl(tmp_path / "search_contents_1.jsonl", [note | {"diversion": "yes"}])
    comment = {"note_id": "a", "comment_id": "c", "content": "加我", "create_time": 1700000000000}
    write_jsonl(tmp_path / "search_comments_1.jsonl", [comment])
    data = read_labelled_data([tmp_path])
    (item,) = data.notes
    assert (item.note.body, [each.text for each in item.note.comments]) == ("今天吃面", ["加我"])
    assert {file.name: file.rows for file in data.files} == {"search_comments_1.jsonl": 0, "search_contents_1.jsonl": 1}


def test_names_of_corpora_files_are_understood(tmp_path):
    row = {"note_id": "a", "text": "今天吃面", "author": "w1", "published_on": "2025-01-02", "label": 0}
    write_jsonl(tmp_path / "my.jsonl", [row])
    (item,) = read_labelled_data([tmp_path / "my.jsonl"]).notes
    assert (item.note.body, item.note.author_id, item.note.date_source) == ("今天吃面", "w1", "given")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"body": "好"}, r"my\.jsonl:2: 'note_id' must be a non-empty string"),
        ({"note_id": "b", "body": "好"}, r"my\.jsonl:2: a labelled row must hold 'commercial' .* Got neither"),
        ({"note_id": "b", "label": "spam"}, r"my\.jsonl:2: a labelled row must hold"),
        ({"note_id": "b", "commercial": "maybe"}, r"my\.jsonl:2: 'commercial' must be yes, no, unsure"),
        ({"note_id": "b", "commercial": True}, r"my\.jsonl:2: 'commercial' must be a string\. Got bool"),
        ({"note_id": "b", "label": 0, "source": 3}, r"my\.jsonl:2: 'source' must be a string\. Got int"),
        ({"note_id": "b", "label": 0, "chosen_by": "me"}, r"my\.jsonl:2: 'chosen_by' must be model, random"),
        ({"note_id": "a", "label": 0}, r"my\.jsonl:2: each note must be labelled once"),
        ({"note_id": "b", "label": 0, "text": 3}, r"my\.jsonl:2: 'text' must be a string\. Got int"),
    ],
)
def test_a_bad_row_is_told_with_file_and_line(tmp_path, row, message):
    write_jsonl(tmp_path / "my.jsonl", [{"note_id": "a", "body": "好", "label": 0}, row])
    with pytest.raises(DataError, match=message):
        read_labelled_data([tmp_path / "my.jsonl"])


def test_a_broken_line_is_told(tmp_path):
    (tmp_path / "my.jsonl").write_text('{"note_id": "a", "label": 0}\n{"note', encoding="utf-8")
    with pytest.raises(DataError, match=r"my\.jsonl:2: .*JSON"):
        read_labelled_data([tmp_path / "my.jsonl"])


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "my.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="labelled data must hold at least one note"):
        read_labelled_data([tmp_path / "my.jsonl"])


def test_standard_input_is_refused(tmp_path):
    with pytest.raises(DataError, match="must stand in files"):
        read_labelled_data([tmp_path.__class__("-")])


def test_no_files_are_no_data():
    assert read_labelled_data([]) == LabelledData()
