"""One query over a scored archive: DuckDB reads the files and hands back what a report needs, in the order written."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.labels import LABELS, QUESTIONS
from data.rows import read_rows
from data.scored import ADDED, SCHEMA
from data.scored_reader import find_parts, iter_scored, stored_columns

QUERY_ERRORS = (duckdb.Error, pa.ArrowException, OSError)  # the last two: DuckDB's, once it streams
_BATCH_ROWS = 65_536
_TIMES = ("published_at", "collected_at", "scored_at")
_IDS = ("note_id", "feed_id", "keyword", "author_id", "text_hash")
_STRINGS = (*_IDS, "author_label", "model_version", "policy_version")
_COUNTS = ("impressions", "likes", *ADDED)  # whole numbers that may be null, the hashes of near-copies among them
_SCORES = tuple(f"p_{label}" for label in LABELS)
COLUMNS = (*_STRINGS, *_TIMES, *_SCORES, "q_commercial", "pa_organic", *_COUNTS)
COLUMNS_SCHEMA = pa.schema([SCHEMA.field(name) for name in COLUMNS])

# Empty strings are missing. 0 is the hash of a missing id; a count below 0 is what crawlers write for an unknown one.
_SELECT = f"""
SELECT
    note_id,
    hash(note_id) AS note,
    coalesce(nullif(feed_id, ''), nullif(keyword, ''), 'default') AS feed,
    nullif(keyword, '') AS channel,
    model_version AS version,
    nullif(policy_version, '') AS policy,
    CASE WHEN author_id <> '' THEN hash(author_id) ELSE 0 END AS author,
    CASE WHEN text_hash <> '' THEN hash(text_hash) ELSE 0 END AS text,
    coalesce(epoch_us(published_at), 0) AS published_us,
    published_at IS NOT NULL AS dated,
    coalesce(epoch_us(collected_at), 0) AS collected_us,
    collected_at IS NOT NULL AS collected_known,
    coalesce(epoch_us(scored_at), {-(2**63)}) AS scored_us,
    author_label,
    {", ".join(f"CAST({name} AS FLOAT) AS {name}" for name in (*_SCORES, "pa_organic", "q_commercial"))},
    CASE WHEN impressions >= 0 THEN CAST(impressions AS DOUBLE) ELSE 'NaN' END AS impressions,
    CASE WHEN likes >= 0 THEN CAST(likes AS DOUBLE) ELSE 'NaN' END AS likes,
    {", ".join(f"CAST(coalesce({name}, -1) AS BIGINT) AS {name}" for name in ADDED)}
FROM """

_JSON_TYPES = {
    "schema_version": "BIGINT",
    **dict.fromkeys((*_STRINGS, "label", *_TIMES), "VARCHAR"),
    "scores": f"STRUCT({', '.join(f'{label} DOUBLE' for label in LABELS)})",
    "questions": f"STRUCT({', '.join(f'{question} DOUBLE' for question in QUESTIONS)})",
    "pa_organic": "DOUBLE",
    **dict.fromkeys(_COUNTS, "BIGINT"),
}
_JSON_NEEDED = (
    *("note_id", "label", "scored_at", "model_version"),
    *(f"scores.{label}" for label in LABELS),
    *(f"questions.{question}" for question in QUESTIONS),
)


def _time(name: str) -> str:
    """Read a time as ScoredWriter writes it; another form is left to `iter_scored`."""
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"
    return f"""
    CASE WHEN {name} <> '' THEN
        CASE WHEN regexp_full_match({name}, '{form}') THEN CAST({name} AS TIMESTAMP) ELSE error('another form') END
    END AS {name}"""


_JSON_ROWS = f"""(
SELECT
    {", ".join(_STRINGS)}, pa_organic, {", ".join(_COUNTS)},
    {", ".join(f"scores.{label} AS p_{label}" for label in LABELS)},
    questions.commercial AS q_commercial,
    {", ".join(_time(name) for name in _TIMES)}
FROM read_json($paths, format = 'newline_delimited', columns = {_JSON_TYPES}, hive_partitioning = false)
WHERE CASE
    WHEN coalesce(schema_version, 1) = 1 AND {" AND ".join(f"{name} IS NOT NULL" for name in _JSON_NEEDED)} THEN true
    ELSE error('a row that must be refused')
END
)"""


def query_archive(path: Path) -> Iterator[pa.RecordBatch]:
    """Read an archive with DuckDB.

    Raises
    ------
    DataError
        If the archive is missing or its version unknown.
    *QUERY_ERRORS
        If a row or a file is not as `ScoredWriter` writes it; the message may quote the archive.
    """
    parts = find_parts(path)
    files = [_no_pattern(part) for part in parts]
    with _connect() as connection:
        if any(part.suffix == ".parquet" for part in parts):
            absent = set(ADDED) - {name for part in parts for name in stored_columns(part)}
            rows = f"""(SELECT *{"".join(f", NULL AS {name}" for name in sorted(absent))}
                FROM read_parquet($paths, union_by_name = true, hive_partitioning = false))"""
        else:
            rows = _JSON_ROWS
        yield from _copied(pa.RecordBatchReader.from_stream(connection.sql(_SELECT + rows, params={"paths": files})))


def stream_archive(path: Path) -> Iterator[pa.RecordBatch]:
    """Read the same columns by `data.scored_reader.iter_scored`: slower, takes times in any form, places its errors.

    Raises
    ------
    DataError
        With the file, and for JSONL the line, if the archive is damaged or a row malformed.
    """
    yield from query_batches(iter_scored(path, columns=COLUMNS, batch_rows=_BATCH_ROWS))


def query_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Ask the same of rows in memory: batches with the columns of `COLUMNS_SCHEMA`."""
    with _connect() as connection:
        for batch in batches:
            connection.register("batch", pa.Table.from_batches([batch], schema=COLUMNS_SCHEMA))
            yield from connection.sql(f"{_SELECT} batch").to_arrow_table().to_batches()


def place_row(path: Path, row: int) -> str:
    """Say where the archive's row, counted from 0, stands: its file and its line (Parquet: row) counted from 1."""
    for part in find_parts(path):
        if part.suffix != ".parquet":
            return f"{part}:{next(islice(read_rows(part), row, None))[0]}"
        rows = pq.read_metadata(part).num_rows
        if row < rows:
            return f"{part}:{row + 1}"
        row -= rows
    return str(path)


def _copied(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join batches; in DuckDB's own no column is freed before all are."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= _BATCH_ROWS:
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
            waiting = []
    if waiting:
        yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()


def _connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that fetches nothing and spills nothing to disk."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": "",
        "threads": os.cpu_count() or 1,
    }
    return duckdb.connect(":memory:", config=settings)


def _no_pattern(path: Path) -> str:
    """Take a path literally: DuckDB reads `*`, `?` and `[` in it as a pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path.absolute()))
