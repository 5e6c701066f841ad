import csv
import gzip
import io
import json
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from data.errors import DataError
from data.records import read_notes
from data.rejects import Rejects

ROOT = Path(__file__).parents[2]
NOTE = {
    "note_id": "67d000000000000000000001",
    "title": "水库边的一晚",
    "body": "风很大，\n帐篷差点飞了",
    "tags": ["露营", "徒步"],
    "author_id": "u1",
    "likes": 12,
    "published_at": "2025-03-12T11:26:40+08:00",
    "comments": [{"comment_id": "c1", "text": "在哪", "is_author": False, "author_id": "u2"}],
    "platform": {"is_ad": False, "links": [{"kind": "goods_card", "platform": "xhs"}]},
    "image_texts": ["到手价"],
}
CRAWLED = {"note_id": "n1", "title": "水库", "desc": "风很大", "time": 1741750000000, "user_id": "u1", "tag_list": ""}
COMMENT = {"note_id": "n1", "comment_id": "c1", "content": "在哪", "create_time": 1741750000000, "user_id": "u2"}


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_csv(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def as_cells(row):
    return {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for key, value in row.items()
    }


def read(paths):
    """Read notes and the errors of what was rejected."""
    rejects = Rejects()
    errors = []
    rejects.add = lambda file, row, error: errors.append((file, row, str(error)))
    return list(read_notes(paths, rejects=rejects)), errors


def test_a_note_is_the_same_from_every_format(tmp_path):
    plain = write_lines(tmp_path / "a.jsonl", [NOTE])
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "c.jsonl.zst").write_bytes(zstandard.compress(plain.read_bytes()))
    write_csv(tmp_path / "d.csv", [as_cells(NOTE)])
    (tmp_path / "e.csv.gz").write_bytes(gzip.compress((tmp_path / "d.csv").read_bytes()))
    write_parquet(tmp_path / "f.parquet", [NOTE])
    write_parquet(tmp_path / "g.parquet", [as_cells(NOTE)])
    (tmp_path / "h.json").write_text(json.dumps([NOTE], indent=4), encoding="utf-8")
    records, errors = read(tmp_path)
    assert errors == []
    assert len(records) == 8
    assert {record.note for record in records} == {records[0].note}
    assert records[0].note.comments[0].text == "在哪"


def test_a_record_names_its_file_and_line(tmp_path):
    path = write_csv(tmp_path / "notes.csv", [{"note_id": "a", "body": "两\n行"}, {"note_id": "b", "body": ""}])
    assert [(r.note.note_id, r.source_file, r.source_row) for r in read(path)[0]] == [
        ("a", str(path), 2),
        ("b", str(path), 4),
    ]


def test_table_cells_hold_tags_between_commas_and_counts_as_text(tmp_path):
    path = write_csv(
        tmp_path / "notes.csv", [{"note_id": "a", "tags": "露营,徒步", "likes": "1.2万", "impressions": "90"}]
    )
    (record,) = read(path)[0]
    assert (record.note.tags, record.note.likes, record.note.impressions) == (("露营", "徒步"), 12_000, 90)


def test_a_dash_reads_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"note_id": "a"}\n')))
    ((record,), errors) = read("-")
    assert (record.note.note_id, record.source_file, record.source_row, errors) == ("a", "-", 1, [])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"note_id": ""}, "'note_id' must be a non-empty string"),
        ({"note_id": 1.5e23}, "'note_id' must be"),
        ({"note_id": "1.5E+23"}, "'note_id' must be a string with all its digits"),
        ({"note_id": "a", "author_id": "1.5E+23"}, "'author_id' must be a string with all its digits"),
        ({"note_id": "a", "title": 7}, "Expected `str`, got `int`"),
        ({"note_id": "a", "comments": [{"text": 7}]}, "Expected `str`, got `int`"),
        ({"note_id": "a", "comments": "[{"}, "'comments': the text must be JSON"),
        ({"note_id": "a", "likes": "很多"}, "'likes' must be a count"),
        ({"note_id": "a", "published_at": 10**350}, "out of range|too large"),
        ({"note_id": "a", "published_at": "去年"}, "'published_at': a time must be"),
        ({**CRAWLED, "note_id": None}, "'note_id' must be a non-empty string"),
        ({**CRAWLED, "liked_count": "很多"}, "'liked_count' must be a count"),
        (COMMENT, "Got a comment"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_the_rest_goes_on(tmp_path, row, message):
    path = write_lines(tmp_path / "notes.jsonl", [{"note_id": "first"}, row, {"note_id": "last"}])
    records, ((file, number, error),) = read(path)
    assert [record.note.note_id for record in records] == ["first", "last"]
    assert (file, number) == (str(path), 2)
    with pytest.raises(DataError, match=message):
        raise DataError(error)
    assert error.startswith(f"{path}:2: ")


def test_without_a_collector_the_first_bad_row_stops(tmp_path):
    path = write_lines(tmp_path / "notes.jsonl", [{"note_id": "a"}, {"note_id": ""}])
    notes = read_notes(path)
    assert next(notes).note.note_id == "a"
    with pytest.raises(DataError, match=r"notes\.jsonl:2: 'note_id' must be"):
        next(notes)


def test_a_missing_path_is_refused_before_the_first_note(tmp_path):
    with pytest.raises(DataError, match="the file must exist"):
        read_notes(tmp_path / "absent.jsonl")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_notes_before_a_truncation_are_kept_and_one_reject_names_the_line(tmp_path, kind, suffix):
    rows = [{"note_id": f"n{n}", "body": f"第{n}天 {n * 7919 % 104729}"} for n in range(12_000)]
    plain = (write_lines if kind == "jsonl" else write_csv)(tmp_path / f"plain.{kind}", rows).read_bytes()
    packed = gzip.compress(plain) if suffix == ".gz" else zstandard.compress(plain)
    path = tmp_path / f"notes.{kind}{suffix}"
    path.write_bytes(packed[: len(packed) // 2])
    records, ((_, number, error),) = read(path)
    assert [record.note.note_id for record in records] == [f"n{n}" for n in range(len(records))]
    assert len(records) > 500
    assert number == records[-1].source_row + 1
    assert "truncated or damaged" in error


def test_odd_text_makes_a_note(tmp_path):
    (tmp_path / "notes.jsonl").write_text(
        r'{"note_id": "a", "title": "\ud83d", "body": "x\u0000y"}'
        + "\n"
        + json.dumps({"note_id": "b", "body": "长" * 200_000}),
        encoding="utf-8",
    )
    (first, second), errors = read(tmp_path / "notes.jsonl")
    assert errors == []
    assert (first.note.title, first.note.body, len(second.note.body)) == ("\ufffd", "x\0y", 200_000)


@pytest.mark.parametrize("write", [write_lines, write_csv, write_parquet])
def test_a_crawls_comments_file_is_joined_to_its_notes(tmp_path, write):
    suffix = {write_lines: "jsonl", write_csv: "csv", write_parquet: "parquet"}[write]
    thread = [COMMENT, {**COMMENT, "comment_id": "c2", "content": "水库东边", "user_id": "u1"}]
    write(tmp_path / f"search_comments_1.{suffix}", thread)
    write(tmp_path / f"search_contents_1.{suffix}", [CRAWLED, {**CRAWLED, "note_id": "n2"}])
    (first, second), errors = read(tmp_path)
    assert [(c.text, c.is_author) for c in first.note.comments] == [("在哪", False), ("水库东边", True)]
    assert (second.note.comments, errors) == ((), [])


def test_a_comments_file_is_known_by_its_columns_and_may_come_last(tmp_path):
    notes, comments = write_lines(tmp_path / "a.jsonl", [CRAWLED]), write_lines(tmp_path / "b.jsonl", [COMMENT])
    ((record,), _) = read([notes, comments])
    assert len(record.note.comments) == 1


def test_comments_of_unknown_notes_are_reported_with_their_count(tmp_path):
    write_lines(tmp_path / "contents.jsonl", [CRAWLED])
    path = write_lines(tmp_path / "comments.jsonl", [COMMENT, {**COMMENT, "note_id": "x"}, {**COMMENT, "note_id": "y"}])
    _, ((file, number, error),) = read(tmp_path)
    assert (file, number) == (str(path), 2)
    assert "2 comments, this the first, belong to notes" in error


@pytest.mark.parametrize(
    "bad", [{"note_id": None}, {"content": 7}, {"user_id": 6.4e23}, {"create_time": "去年"}, {"create_time": 10**350}]
)
def test_a_bad_comment_is_rejected_with_its_place_and_the_rest_joined(tmp_path, bad):
    write_lines(tmp_path / "contents.jsonl", [CRAWLED])
    path = write_lines(tmp_path / "x_comments_1.jsonl", [{**COMMENT, **bad}, COMMENT])
    # The first good row decides what the file holds, so a bad value never turns it into notes.
    ((record,), ((file, number, _),)) = read(tmp_path)
    assert (len(record.note.comments), file, number) == (1, str(path), 1)


MEASURE = """
import re, sys
from pathlib import Path
from data.records import read_notes

def peak():  # not ru_maxrss: a child inherits its parent's
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

before = peak()
notes = comments = 0
for record in read_notes(sys.argv[1], batch_size=256):
    notes += 1
    comments += len(record.note.comments)
print(notes, comments, peak() - before)
"""
on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")


def measured(path):
    """Read in a process of its own: SQLite's and Arrow's memory is seen as well as Python's."""
    command = [sys.executable, "-W", "error", "-c", MEASURE, str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    return [int(number) for number in answer.stdout.split()]


@on_linux
@pytest.mark.parametrize("kind", ["own", "crawl"])
def test_100000_notes_are_read_in_flat_memory(tmp_path, kind):
    text = "风很大，帐篷差点飞了。" * 20
    line = json.dumps({**CRAWLED, "note_id": "@", "desc": text} if kind == "crawl" else {"note_id": "@", "body": text})
    with (tmp_path / "contents.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(line.replace("@", f"n{n}") + "\n" for n in range(100_000))
    if kind == "crawl":
        line = json.dumps({**COMMENT, "note_id": "@", "content": text})
        with (tmp_path / "comments.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(line.replace("@", f"n{n * 7919 % 100_000}") + "\n" for n in range(100_000))
    notes, comments, grown = measured(tmp_path)
    assert (notes, comments) == (100_000, 100_000 if kind == "crawl" else 0)
    assert grown < 40 * 2**20, grown  # comments in memory would be 90 MB; measured 9 MB on 2026-11-22


@on_linux
def test_a_parquet_file_of_one_row_group_is_read_in_flat_memory(tmp_path):
    noise = random.Random(7)
    texts = [noise.randbytes(600).hex() for _ in range(50_000)]  # packs badly: the column is 60 MB in the file
    pq.write_table(pa.table({"note_id": [f"n{n}" for n in range(50_000)], "body": texts}), tmp_path / "notes.parquet")
    notes, _, grown = measured(tmp_path / "notes.parquet")
    assert notes == 50_000
    assert grown < 60 * 2**20, (
        grown
    )  # whole column chunks take 89 MB; measured 36 MB on 2026-11-22 (allocator included)
