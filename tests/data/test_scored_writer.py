import json

import pyarrow.parquet as pq
import pytest

from data.errors import DataError
from data.scored import SCHEMA
from data.scored_writer import ScoredWriter


def row(n, **changes):
    return {
        "note_id": f"n{n}",
        "label": "organic",
        "scores": {"disclosed_ad": 0.1, "diversion": 0.2, "organic": 0.6, "undisclosed_ad": 0.1},
        "questions": {"commercial": 0.3, "disclosed": 0.4, "diversion": 0.2},
        "scored_at": "2026-11-01T00:00:00Z",
        "model_version": "m1",
        **changes,
    }


def write(out, count, **options):
    with ScoredWriter(out, **options) as writer:
        for n in range(count):
            writer.write(row(n))
    return writer


def test_a_jsonl_line_is_the_answer_in_input_order(tmp_path):
    write(tmp_path / "scored.jsonl", 3)
    lines = [json.loads(line) for line in (tmp_path / "scored.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [{"schema_version": 1, **row(n)} for n in range(3)]


def test_a_parquet_file_has_the_schema_and_its_version(tmp_path):
    write(tmp_path / "scored.parquet", 3)
    stored = pq.read_table(tmp_path / "scored.parquet")
    assert stored.schema.equals(SCHEMA, check_metadata=False)
    assert stored.schema.metadata[b"huoren.scored_schema_version"] == b"2"
    assert stored["note_id"].to_pylist() == ["n0", "n1", "n2"]


def test_a_folder_gets_a_new_part_after_so_many_rows(tmp_path):
    write(tmp_path / "scored", 7, part_rows=3)
    parts = sorted((tmp_path / "scored").iterdir())
    assert [part.name for part in parts] == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert [pq.read_metadata(part).num_rows for part in parts] == [3, 3, 1]


def test_a_full_last_part_is_followed_by_no_empty_one(tmp_path):
    write(tmp_path / "scored", 6, part_rows=3)
    assert len(list((tmp_path / "scored").iterdir())) == 2


@pytest.mark.parametrize("name", ["scored.jsonl", "scored.parquet", "scored"])
def test_an_archive_without_notes_is_written_too(tmp_path, name):
    assert write(tmp_path / name, 0).rows == 0
    assert (tmp_path / name).exists()


def interrupt(out, count, **options):
    with ScoredWriter(out, **options) as writer:
        for n in range(count):
            writer.write(row(n))
        raise KeyboardInterrupt("stop")


@pytest.mark.parametrize("name", ["scored.jsonl", "scored.parquet"])
def test_an_interrupted_file_leaves_the_old_one_and_no_trace(tmp_path, name):
    write(tmp_path / name, 2)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(KeyboardInterrupt, match="stop"):
        interrupt(tmp_path / name, 1)
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_interrupted_folder_keeps_its_finished_parts_only(tmp_path):
    with pytest.raises(KeyboardInterrupt, match="stop"):
        interrupt(tmp_path / "scored", 3, part_rows=2)
    assert [path.name for path in (tmp_path / "scored").iterdir()] == ["part-00000.parquet"]


@pytest.mark.parametrize("name", ["scored.jsonl", "scored.parquet"])
def test_a_bad_value_leaves_no_file(tmp_path, name):
    with pytest.raises(DataError, match="'likes' must be int64"), ScoredWriter(tmp_path / name) as writer:
        writer.write(row(0, likes="many"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_parts_is_refused(tmp_path):
    write(tmp_path / "scored", 1)
    with pytest.raises(DataError, match="must hold no Parquet parts yet"):
        ScoredWriter(tmp_path / "scored")


def test_a_file_where_a_folder_is_needed_is_refused(tmp_path):
    (tmp_path / "scored").touch()
    with pytest.raises(DataError, match="must be a folder"):
        ScoredWriter(tmp_path / "scored")


@pytest.mark.parametrize("value", [object(), "\ud83d"])
def test_what_json_cannot_hold_is_refused(tmp_path, value):
    with pytest.raises(DataError, match="must hold JSON values"), ScoredWriter(tmp_path / "scored.jsonl") as writer:
        writer.write(row(0, keyword=value))
