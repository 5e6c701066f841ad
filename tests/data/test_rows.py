import csv
import datetime
import io
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import rows
from data.errors import DataError
from data.rows import read_rows


def csv_rows(tmp_path, content):
    (tmp_path / "notes.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_rows(tmp_path / "notes.csv"))


def parquet_rows(tmp_path, table, **options):
    pq.write_table(table, tmp_path / "notes.parquet")
    return list(read_rows(tmp_path / "notes.parquet", **options))


def one_error(found):
    ((number, error),) = found
    assert isinstance(error, DataError)
    return number, str(error)


def test_a_csv_row_bears_the_line_it_starts_on(tmp_path):
    found = csv_rows(tmp_path, 'note_id,body\na,"两\n行"\n\nb,一行\n')
    assert found == [(2, {"note_id": "a", "body": "两\n行"}), (5, {"note_id": "b", "body": "一行"})]


def test_a_csv_with_a_byte_order_mark_has_its_first_column(tmp_path):
    assert csv_rows(tmp_path, b"\xef\xbb\xbfnote_id,body\r\na,\r\n") == [(2, {"note_id": "a", "body": None})]


def test_a_repeated_header_of_joined_csv_files_is_no_note(tmp_path):
    assert [row["note_id"] for _, row in csv_rows(tmp_path, "note_id\na\nnote_id\nb\n")] == ["a", "b"]


def test_a_csv_without_note_id_is_one_error_that_quotes_nothing(tmp_path):
    number, error = one_error(csv_rows(tmp_path, "今天去了水库,好玩\n第二天,也好玩\n"))
    assert number == 1
    assert "'note_id' among them. Got 2 cells" in error


def test_a_csv_with_two_columns_of_one_name_is_one_error(tmp_path):
    assert "each column once" in one_error(csv_rows(tmp_path, "note_id,body,body\na,b,c\n"))[1]


def test_a_csv_row_with_too_few_cells_is_an_error_and_the_next_is_read(tmp_path):
    (number, error), (_, last) = csv_rows(tmp_path, "note_id,body\na\nb,好\n")
    assert (number, last["note_id"]) == (2, "b")
    assert "must have 2 cells, as the header. Got 1" in str(error)


def test_a_csv_row_in_another_encoding_is_an_error_and_the_next_is_read(tmp_path):
    (number, error), (_, last) = csv_rows(tmp_path, b"note_id,body\na," + "水库".encode("gb18030") + b"\nb,ok\n")
    assert (number, last["note_id"]) == (2, "b")
    assert "must be UTF-8" in str(error)


def test_a_stray_quote_in_a_csv_names_the_lines_it_took(tmp_path):
    found = csv_rows(tmp_path, 'note_id,body\na,"好\nb,好\nc,"好"\nd,好\n')
    errors = [(number, str(error)) for number, error in found if isinstance(error, DataError)]
    assert errors[0][0] == 2
    assert "lines 2 to 4 were not read" in errors[0][1]
    assert found[-1] == (5, {"note_id": "d", "body": "好"})


def test_an_open_quote_at_the_end_of_a_csv_is_an_error(tmp_path):
    number, error = one_error(csv_rows(tmp_path, 'note_id,body\na,"没有写完\n还有\n'))
    assert number == 2
    assert "lines 2 to 3 were not read" in error


def test_a_csv_cell_of_200000_characters_is_whole(tmp_path):
    ((_, row),) = csv_rows(tmp_path, f"note_id,body\na,{'长' * 200_000}\n")
    assert len(row["body"]) == 200_000


def test_a_csv_cell_over_the_limit_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "_MAX_FIELD_CHARS", 150_000)
    found = csv_rows(tmp_path, f"note_id,body\na,{'长' * 200_000}\n")
    assert "field limit" in one_error(found)[1]


def test_a_csv_with_nul_characters_is_read(tmp_path):
    assert csv_rows(tmp_path, "note_id,body\na,x\0y\n")[0][1]["body"] == "x\0y"


def test_what_csv_writes_is_what_is_read(tmp_path):
    cells = ['引号"里', "逗号,", "行\r\n末", "'", " 空格 "]
    target = io.StringIO(newline="")
    csv.writer(target).writerows([["note_id", "body"], *([str(n), cell] for n, cell in enumerate(cells))])
    assert [row["body"] for _, row in csv_rows(tmp_path, target.getvalue())] == cells


def test_an_empty_file_holds_no_rows(tmp_path):
    assert csv_rows(tmp_path, b"") == []


def test_parquet_rows_are_counted_across_batches_and_only_known_columns_read(tmp_path):
    table = pa.table({"note_id": ["a", "b", "c"], "embedding": [[1.0]] * 3})
    assert parquet_rows(tmp_path, table, batch_size=2) == [(n, {"note_id": i}) for n, i in enumerate("abc", 1)]


def test_a_reader_of_labels_names_the_columns_that_it_reads_besides(tmp_path):
    table = pa.table({"note_id": ["a"], "commercial": ["yes"], "other": [1]})
    ((_, row),) = parquet_rows(tmp_path, table, more_columns=frozenset({"commercial"}))
    assert row == {"note_id": "a", "commercial": "yes"}


def test_a_parquet_file_without_note_id_is_one_error(tmp_path):
    number, error = one_error(parquet_rows(tmp_path, pa.table({"body": ["好"] * 3})))
    assert number == 1
    assert "must have one 'note_id' column" in error


def test_nanoseconds_in_parquet_are_read(tmp_path):
    times = pa.array([1741750000000000001], pa.timestamp("ns", tz="UTC"))
    ((_, row),) = parquet_rows(tmp_path, pa.table({"note_id": ["a"], "published_at": times}))
    assert row["published_at"] == datetime.datetime(2025, 3, 12, 3, 26, 40, tzinfo=datetime.UTC)


def test_nan_in_parquet_is_missing(tmp_path):
    assert parquet_rows(tmp_path, pa.table({"note_id": ["a"], "likes": [math.nan]}))[0][1]["likes"] is None


def test_an_invalid_parquet_cell_is_one_error_and_the_other_rows_are_read(tmp_path):
    bad = pa.array([b"ok", b"\xff\xfe", b"ok"]).view(pa.string())
    found = parquet_rows(tmp_path, pa.table({"note_id": ["a", "b", "c"], "body": bad}))
    assert [type(row) for _, row in found] == [dict, DataError, dict]


def test_a_truncated_parquet_file_is_one_error(tmp_path):
    pq.write_table(pa.table({"note_id": ["a"] * 100}), tmp_path / "notes.parquet")
    whole = (tmp_path / "notes.parquet").read_bytes()
    (tmp_path / "notes.parquet").write_bytes(whole[:-20])
    assert "truncated or damaged" in one_error(list(read_rows(tmp_path / "notes.parquet")))[1]


def test_damage_inside_a_parquet_file_keeps_the_rows_before_it(tmp_path):
    table = pa.table({"note_id": [f"{n:024x}" for n in range(4000)]})
    pq.write_table(table, tmp_path / "notes.parquet", row_group_size=1000, compression="zstd", use_dictionary=False)
    whole = bytearray((tmp_path / "notes.parquet").read_bytes())
    start = pq.ParquetFile(tmp_path / "notes.parquet").metadata.row_group(2).column(0).data_page_offset
    whole[start : start + 200] = b"\xff" * 200
    (tmp_path / "notes.parquet").write_bytes(whole)
    *read, (number, error) = read_rows(tmp_path / "notes.parquet", batch_size=500)
    assert (len(read), number, type(error)) == (2000, 2001, DataError)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"note_id": "a\xff"}', "must be UTF-8. Byte 15"),
        (b"[1]", "must hold one JSON object. Got list"),
        (b'{"note_id": "a', "must be JSON"),
        (b"\0\0\0", "must be JSON"),
    ],
)
def test_a_bad_line_is_an_error_and_the_next_is_read(tmp_path, line, message):
    (tmp_path / "notes.jsonl").write_bytes(line + b'\n\n{"note_id": "b"}\n')
    (number, error), last = read_rows(tmp_path / "notes.jsonl")
    assert number == 1
    assert message in str(error)
    assert last == (3, {"note_id": "b"})
