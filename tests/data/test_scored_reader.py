import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import DataError
from data.scored import ADDED, SCHEMA, VERSION_KEY
from data.scored_reader import iter_scored, stored_columns
from data.scored_writer import ScoredWriter

SCORED_AT = datetime.datetime(2026, 11, 1, 8, tzinfo=datetime.UTC)
EVIDENCE = {
    "field": "body",
    "start": 3,
    "end": 9,
    "text": "加薇",
    "kind": "wechat",
    "detector": "contacts",
    "hit_source": "rule",
}
EVERY_FORM = pytest.mark.parametrize("name", ["scored.jsonl", "scored.parquet", "scored"])


def write(out, count=5, **changes):
    with ScoredWriter(out, part_rows=2) as writer:
        for n in range(count):
            writer.write(
                {
                    "note_id": f"n{n}",
                    "label": "diversion",
                    "scores": {"disclosed_ad": 0.125, "diversion": 0.5, "organic": 0.25, "undisclosed_ad": 0.125},
                    "questions": {"commercial": 0.25, "disclosed": 0.5, "diversion": 0.5},
                    "rule": {"id": "R1", "since": "2021-04-15", "status": "violation"},
                    "evidence": [EVIDENCE] * n,
                    "scored_at": SCORED_AT,
                    "model_version": "m1",
                    "likes": n,
                    **changes,
                }
            )
    return out


def read(path, **options):
    return pa.Table.from_batches(list(iter_scored(path, **options)))


@EVERY_FORM
def test_what_was_written_is_read_back(tmp_path, name):
    table = read(write(tmp_path / name))
    assert table.schema.equals(SCHEMA, check_metadata=False)
    last = table.to_pylist()[-1]
    assert (last["note_id"], last["likes"], last["p_diversion"], last["rule_status"]) == ("n4", 4, 0.5, "violation")
    assert last["scored_at"] == SCORED_AT
    assert last["evidence"] == [{"comment_id": None, "value": None, "rule_id": None, **EVIDENCE}] * 4


@EVERY_FORM
def test_only_the_columns_asked_for_are_read_in_that_order(tmp_path, name):
    table = read(write(tmp_path / name), columns=["likes", "note_id"])
    assert table.column_names == ["likes", "note_id"]
    assert table["likes"].to_pylist() == [0, 1, 2, 3, 4]


@EVERY_FORM
def test_batches_hold_no_more_rows_than_asked(tmp_path, name):
    assert max(batch.num_rows for batch in iter_scored(write(tmp_path / name), batch_rows=2)) == 2


@EVERY_FORM
def test_an_empty_archive_has_no_rows(tmp_path, name):
    assert sum(batch.num_rows for batch in iter_scored(write(tmp_path / name, count=0))) == 0


def test_an_unknown_column_is_refused_at_once(tmp_path):
    with pytest.raises(DataError, match="unknown column 'p_spam'. A scored archive has note_id"):
        iter_scored(write(tmp_path / "scored.jsonl"), columns=["p_spam"])


def rewrite(table, path, version):
    pq.write_table(table.replace_schema_metadata({VERSION_KEY: version}), path)
    return path


def test_a_file_of_version_1_has_no_counts_of_comments(tmp_path):
    table = read(write(tmp_path / "scored.parquet", n_comments=4))
    path = rewrite(table.drop_columns(list(ADDED)), tmp_path / "old.parquet", b"1")
    assert read(path)["n_comments"].null_count == 5
    assert read(path, columns=["n_comments", "likes"])["likes"].to_pylist() == [0, 1, 2, 3, 4]
    assert stored_columns(path) == set(SCHEMA.names) - set(ADDED)


def test_a_file_without_a_column_of_its_version_is_refused(tmp_path):
    table = read(write(tmp_path / "scored.parquet")).drop_columns(["n_comments"])
    path = rewrite(table, tmp_path / "short.parquet", b"2")
    with pytest.raises(DataError, match="must have the column 'n_comments'"):
        read(path)


def test_a_file_of_another_schema_version_is_refused(tmp_path):
    rewrite(read(write(tmp_path / "scored.parquet")), tmp_path / "newer.parquet", b"9")
    with pytest.raises(DataError, match="must have version 1 to 2. Got 9"):
        read(tmp_path / "newer.parquet")


def test_a_parquet_file_that_is_no_scored_archive_is_refused(tmp_path):
    pq.write_table(pa.table({"note_id": ["a"]}), tmp_path / "notes.parquet")
    with pytest.raises(DataError, match="must have version 1 to 2. Got none"):
        read(tmp_path / "notes.parquet")


def test_a_bad_line_is_refused_with_its_place(tmp_path):
    path = write(tmp_path / "scored.jsonl")
    path.write_text(path.read_text(encoding="utf-8") + '{"note_id": "a"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"scored\.jsonl:6: a scored row must have"):
        read(path)


def test_a_truncated_file_is_refused(tmp_path):
    path = write(tmp_path / "scored.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match="truncated or damaged"):
        read(path)


def test_a_missing_archive_is_refused(tmp_path):
    with pytest.raises(DataError, match="the scored archive must exist"):
        iter_scored(tmp_path / "absent")


def test_a_folder_without_parts_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"must hold \.parquet parts"):
        iter_scored(tmp_path)
