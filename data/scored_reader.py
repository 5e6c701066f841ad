"""Read a scored archive back, whichever way it was written, in batches."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import DataError
from data.rows import read_rows
from data.scored import ADDED, SCHEMA, SCHEMA_VERSION, VERSION_KEY, flatten, to_batch

_JSONL = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_BUFFER_BYTES = 2**20  # without it, or with pre_buffer, pyarrow holds whole column chunks


def iter_scored(
    path: str | os.PathLike[str], *, columns: Sequence[str] | None = None, batch_rows: int = 8192
) -> Iterator[pa.RecordBatch]:
    """Stream a scored archive as record batches.

    Parameters
    ----------
    path
        A `.jsonl` (plain, .gz, .zst) or `.parquet` file, or a folder of Parquet parts, read in name order.
    columns
        Names of `data.scored.SCHEMA`, in the order wanted; None gives all.
    batch_rows
        Most rows in one batch.

    Raises
    ------
    DataError
        If the path or a column does not exist, a file is damaged, or it was written with a newer schema version.
    """
    names = list(SCHEMA.names if columns is None else columns)
    if unknown := [name for name in names if name not in SCHEMA.names]:
        raise DataError(f"unknown column {unknown[0]!r}. A scored archive has {', '.join(SCHEMA.names)}.")
    schema = pa.schema([SCHEMA.field(name) for name in names])
    files = find_parts(Path(path))
    return (batch for file in files for batch in _read(file, schema, batch_rows))


def find_parts(path: Path) -> list[Path]:
    """List the files of an archive in the order they are read: the file itself, or a folder's parts by name.

    Raises
    ------
    DataError
        If there is none, or it is of another kind.
    """
    if not path.exists():
        raise DataError(f"{path}: the scored archive must exist. Got no such file.")
    if not path.is_dir():
        if not path.name.endswith((".parquet", *_JSONL)):
            raise DataError(
                f"{path}: a scored archive must be .jsonl or .parquet, or a folder of parts. Got {path.suffix!r}."
            )
        return [path]
    parts = sorted(part for part in path.glob("*.parquet") if not part.name.startswith("."))
    if not parts:
        raise DataError(f"{path}: a scored archive must hold .parquet parts. Got none.")
    return parts


def stored_columns(path: Path) -> set[str]:
    """Names of the columns of a Parquet part; those of `data.scored.ADDED` may be absent from an older one.

    Raises
    ------
    DataError
        If the file is damaged, of an unknown schema version, or lacks a column of its version.
    """
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            return _checked_columns(path, file)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: the file must be whole Parquet. It is truncated or damaged.") from error


def _checked_columns(path: Path, file: pq.ParquetFile) -> set[str]:
    stored = file.schema_arrow
    version = (stored.metadata or {}).get(VERSION_KEY, b"none").decode("ascii", "replace")
    if version not in {str(known) for known in range(1, SCHEMA_VERSION + 1)}:
        raise DataError(f"{path}: the scored schema must have version 1 to {SCHEMA_VERSION}. Got {version} instead.")
    names = set(stored.names)
    needed = (name for name in SCHEMA.names if ADDED.get(name, 1) <= int(version))
    if absent := [name for name in needed if name not in names]:
        raise DataError(f"{path}: the file must have the column {absent[0]!r}. It has not.")
    return names


def _read(path: Path, schema: pa.Schema, batch_rows: int) -> Iterator[pa.RecordBatch]:
    read = _parquet_batches if path.suffix == ".parquet" else _jsonl_batches
    return read(path, schema, batch_rows)


def _parquet_batches(path: Path, schema: pa.Schema, batch_rows: int) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            stored = _checked_columns(path, file)
            names = [name for name in schema.names if name in stored]
            for batch in file.iter_batches(batch_size=batch_rows, columns=names, use_threads=False):
                columns = [
                    batch.column(field.name).cast(field.type)
                    if field.name in stored
                    else pa.nulls(batch.num_rows, field.type)
                    for field in schema
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: the file must be whole Parquet. It is truncated or damaged.") from error


def _jsonl_batches(path: Path, schema: pa.Schema, batch_rows: int) -> Iterator[pa.RecordBatch]:
    waiting = []
    for number, row in read_rows(path):
        try:
            if isinstance(row, DataError):
                raise row
            waiting.append(flatten(row))
        except DataError as error:
            raise DataError(f"{path}:{number}: {error}") from error
        if len(waiting) == batch_rows:
            yield _located(waiting, schema, path, number)
            waiting = []
    if waiting:
        yield _located(waiting, schema, path, number)


def _located(rows: list[dict[str, object]], schema: pa.Schema, path: Path, last: int) -> pa.RecordBatch:
    try:
        return to_batch(rows, schema)
    except DataError as error:
        raise DataError(f"{path}: in the {len(rows)} rows up to line {last}: {error}") from error
