"""Rows of one archive file, as mappings or as the error that stands in a row's place: JSONL, CSV and Parquet."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import DataError
from data.json_array import read_array
from data.json_text import decode_json
from data.mediacrawler import COMMENT_COLUMNS, NOTE_COLUMNS
from data.notes import NOTE_KEYS
from data.streams import read_lines

LINE_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")
_MAX_FIELD_CHARS = 16 * 2**20  # Python's own limit, 131,072, is less than one long note
_COLUMNS = NOTE_KEYS | NOTE_COLUMNS | COMMENT_COLUMNS
_BUFFER_BYTES = 2**20  # without it, or with pre_buffer, pyarrow holds whole column chunks


def read_rows(
    path: Path, *, batch_size: int = 1024, more_columns: frozenset[str] = frozenset()
) -> Iterator[tuple[int, dict[str, Any] | DataError]]:
    """Stream the rows of a file whose name `data.inputs.find_files` accepts.

    Parameters
    ----------
    path
        The file, or `-` for JSONL on standard input.
    batch_size
        Parquet rows held at a time.
    more_columns
        Columns of a Parquet file to read besides those of notes and comments; of other files every column is read.

    Yields
    ------
    tuple
        1-based line (CSV: the row's first line; Parquet: the row), then a mapping or the error of that row. An error
        that ends the file says so.
    """
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    if name.endswith(".parquet"):
        return _parquet_rows(path, batch_size, _COLUMNS | more_columns)
    if name.endswith(".csv"):
        return _csv_rows(path)
    return read_array(path) if name.endswith(".json") else _json_rows(path)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | DataError]]:
    for number, line in read_lines(path):
        if isinstance(line, DataError):
            yield number, line
        elif not line.isspace():
            yield number, _json_row(line)


def _json_row(line: bytes) -> dict[str, Any] | DataError:
    try:
        row = decode_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return DataError(f"the line must be UTF-8. Byte {error.start + 1} of it is not; convert the file.")
    except DataError as error:
        return error
    if not isinstance(row, dict):
        return DataError(f"a line must hold one JSON object. Got {type(row).__name__} instead.")
    return row


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | DataError]]:
    header: list[str] = []
    for start, cells in _csv_cells(path):
        if isinstance(cells, DataError):
            yield start, cells
            if not header:
                return  # without its header no row can be read
        elif not header:
            header = [cell.strip() for cell in cells]
            if "note_id" not in header or len(set(header)) != len(header):
                # The names are not told: where the header is missing they are the text of a note.
                yield (
                    start,
                    DataError(
                        "the first line must name each column once, 'note_id' among them. "
                        f"Got {len(header)} cells; nothing of the file was read."
                    ),
                )
                return
        elif cells and len(cells) != len(header):  # no cells: a blank line is no row
            yield start, DataError(f"a row must have {len(header)} cells, as the header. Got {len(cells)} instead.")
        elif cells and cells != header:  # joined files repeat their header
            yield start, {key: cell or None for key, cell in zip(header, cells, strict=True)}


def _csv_cells(path: Path) -> Iterator[tuple[int, list[str] | DataError]]:
    csv.field_size_limit(_MAX_FIELD_CHARS)
    is_utf8 = True

    def text_lines() -> Iterator[str]:
        nonlocal is_utf8
        for _, line in read_lines(path):
            if isinstance(line, DataError):
                raise line  # through the CSV reader: what it holds of an unfinished row goes with it
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                is_utf8 = False
                yield line.decode("utf-8", "replace")

    # strict: a stray quote is an error, not the swallowed rest of the file
    reader = csv.reader(text_lines(), strict=True)
    while True:
        start, is_utf8 = reader.line_num + 1, True
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines = f"lines {start} to {reader.line_num} were" if reader.line_num > start else "the line was"
            yield start, DataError(f"a row must be CSV ({error}); {lines} not read.")
        except DataError as error:
            yield reader.line_num + 1, error
            return
        else:
            yield (
                start,
                cells
                if is_utf8
                else DataError("a row must be UTF-8. It is not; convert the file (Excel often writes GB18030)."),
            )


def _parquet_rows(
    path: Path, batch_size: int, read: frozenset[str]
) -> Iterator[tuple[int, dict[str, Any] | DataError]]:
    number = 0
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            names = file.schema_arrow.names
            if names.count("note_id") != 1:
                yield (
                    1,
                    DataError(
                        f"a Parquet file must have one 'note_id' column. Got {len(names)} others; nothing was read."
                    ),
                )
                return
            columns = [name for name in names if name in read]
            for batch in file.iter_batches(batch_size=batch_size, columns=columns, use_threads=False):
                for row in _batch_rows(batch):
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError) as error:
        yield (
            number + 1,
            DataError(
                f"the file must be whole Parquet. It is truncated or damaged here ({type(error).__name__}); "
                "nothing from this row on was read."
            ),
        )


def _batch_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | DataError]:
    for position, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":  # Python's clock has microseconds
            micros = batch.column(position).cast(pa.timestamp("us", tz=field.type.tz), safe=False)
            batch = batch.set_column(position, field.name, micros)
    try:
        rows: list[dict[str, Any] | DataError] = batch.to_pylist()
    except (ValueError, OverflowError):  # one cell is invalid: find its row, keep the others
        rows = [_single_row(batch.slice(position, 1)) for position in range(batch.num_rows)]
    floats = [field.name for field in batch.schema if pa.types.is_floating(field.type)]
    for row in rows:
        if not isinstance(row, DataError):
            for name in floats:
                if row[name] is not None and math.isnan(row[name]):
                    row[name] = None  # how pandas writes a missing number
        yield row


def _single_row(batch: pa.RecordBatch) -> dict[str, Any] | DataError:
    try:
        row: dict[str, Any] = batch.to_pylist()[0]
    except (ValueError, OverflowError) as error:
        return DataError(
            f"a row must hold UTF-8 text and times of years 1 to 9999. It does not ({type(error).__name__})."
        )
    return row
