"""Verdicts of the database as rows of a scored archive: the columns that a report reads, streamed."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, select

from serving.feeds.scored_query import COLUMNS_SCHEMA
from serving.store.tables import verdict

_CHUNK_ROWS = 8192
# What the archive calls otherwise than the table does. Authors stand in the database as keyed hashes alone.
_STORED_AS = {
    "author_id": "author_hash",
    "published_at": "published_us",
    "collected_at": "collected_us",
    "scored_at": "scored_us",
}
_SELECTED = tuple(verdict.c[_STORED_AS.get(name, name)] for name in COLUMNS_SCHEMA.names)


def stream_verdicts(
    connection: Connection,
    *,
    feeds: Sequence[str] = (),
    since_us: int | None = None,
    until_us: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Read verdicts by feed and day of publication, a chunk at a time: memory holds one.

    Parameters
    ----------
    connection
        Of a transaction that lives until the last chunk is read.
    feeds
        Names; empty: all feeds.
    since_us, until_us
        Half-open range of publication, microseconds since 1970-01-01 UTC; with either, undated notes are left out.

    Yields
    ------
    RecordBatch
        Columns of `serving.feeds.scored_query.COLUMNS_SCHEMA`, at most 8,192 rows.
    """
    options = {"stream_results": True, "yield_per": _CHUNK_ROWS}
    with connection.execute(_chosen(feeds, since_us, until_us), execution_options=options) as result:
        for rows in result.partitions():
            yield _batch(rows)


def _chosen(feeds: Sequence[str], since_us: int | None, until_us: int | None) -> Select[Any]:
    rows = select(*_SELECTED).order_by(verdict.c.feed, verdict.c.published_us, verdict.c.seq)
    if feeds:
        rows = rows.where(verdict.c.feed.in_(feeds))
    if since_us is not None:
        rows = rows.where(verdict.c.published_us >= since_us)
    if until_us is not None:
        rows = rows.where(verdict.c.published_us < until_us)
    return rows


def _batch(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    columns = []
    for field, values in zip(COLUMNS_SCHEMA, zip(*rows, strict=True), strict=True):
        stored = pa.int64() if pa.types.is_timestamp(field.type) else field.type
        columns.append(pa.array(values, stored).cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=COLUMNS_SCHEMA)
