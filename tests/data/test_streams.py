import gzip
import io
import sys
from types import SimpleNamespace

import pytest
import zstandard

from data import streams
from data.errors import DataError
from data.streams import STDIN, read_lines

LINES = b"".join(b"line %d of a file that does not pack well %d\n" % (n, n * 7919 % 104729) for n in range(5000))
PACK = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("suffix", PACK)
def test_packed_lines_are_the_plain_lines(tmp_path, suffix):
    path = tmp_path / f"notes.jsonl{suffix}"
    path.write_bytes(PACK[suffix](LINES))
    assert b"".join(line for _, line in read_lines(path)) == LINES


@pytest.mark.parametrize("suffix", PACK)
def test_two_packed_files_joined_are_read_to_the_end(tmp_path, suffix):
    path = tmp_path / f"notes.jsonl{suffix}"
    path.write_bytes(PACK[suffix](LINES) + PACK[suffix](b"last\n"))
    assert [line for _, line in read_lines(path)][-1] == b"last\n"


@pytest.mark.parametrize("suffix", PACK)
def test_a_truncated_file_gives_its_whole_lines_then_one_error(tmp_path, suffix):
    path = tmp_path / f"notes.jsonl{suffix}"
    packed = PACK[suffix](LINES)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    *whole, (number, error) = read_lines(path)
    assert len(whole) > 1000
    assert b"".join(line for _, line in whole) == LINES[: sum(len(line) for _, line in whole)]
    assert number == len(whole) + 1
    assert isinstance(error, DataError)
    assert "truncated or damaged" in str(error)


@pytest.mark.parametrize("suffix", PACK)
def test_a_file_that_is_not_packed_is_one_error(tmp_path, suffix):
    path = tmp_path / f"notes.jsonl{suffix}"
    path.write_bytes(b"plain text, not packed\n")
    ((number, error),) = read_lines(path)
    assert (number, type(error)) == (1, DataError)


def test_a_byte_order_mark_is_dropped(tmp_path):
    (tmp_path / "notes.csv").write_bytes(b"\xef\xbb\xbfnote_id\n")
    assert list(read_lines(tmp_path / "notes.csv")) == [(1, b"note_id\n")]


def test_a_line_over_the_limit_is_an_error_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 10)
    (tmp_path / "notes.jsonl").write_bytes(b"short\n" + b"x" * 35 + b"\nshort\n")
    (_, first), (number, error), (last, third) = read_lines(tmp_path / "notes.jsonl")
    assert (first, number, type(error), last, third) == (b"short\n", 2, DataError, 3, b"short\n")


def test_a_dash_is_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a\nb\n")))
    assert list(read_lines(STDIN)) == [(1, b"a\n"), (2, b"b\n")]


def test_a_file_that_the_system_refuses_is_not_called_damaged(tmp_path):
    (number, error) = next(read_lines(tmp_path))
    assert (number, str(error)) == (
        1,
        "the file must be readable. Got Is a directory; nothing from this line on was read.",
    )
