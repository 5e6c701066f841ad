"""Rows of `verdict`, many a statement: several times as fast as SQLAlchemy's own INSERT of 43 columns."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection

from serving.journal.record import VerdictRecord
from serving.store.any_text import escape
from serving.store.json_text import to_json

_COLUMNS = VerdictRecord.__struct_fields__
_ANY_TEXT = ("note_id", "feed_id", "keyword", "feed")
_JSON = ("evidence", "comments")
_ANY_TEXT_AT = tuple(map(_COLUMNS.index, _ANY_TEXT))
_JSON_AT = tuple(map(_COLUMNS.index, _JSON))
_ROWS = 500  # a statement; SQLite takes 32,766 values
_END = "ON CONFLICT DO NOTHING RETURNING verdict_id"


def add_rows(connection: Connection, records: Sequence[VerdictRecord]) -> Iterator[str]:
    """Insert records, but those whose `verdict_id` or `idempotency_hash` is there; give the ids of the inserted."""
    for start in range(0, len(records), _ROWS):
        rows = [_row(record) for record in records[start : start + _ROWS]]
        if connection.dialect.name == "postgresql":
            named = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
            added = connection.exec_driver_sql(_POSTGRESQL, (to_json(named),))
        else:
            added = connection.exec_driver_sql(_sqlite(len(rows)), tuple(chain.from_iterable(rows)))
        yield from added.scalars()


def _row(record: VerdictRecord) -> list[Any]:
    row: list[Any] = list(msgspec.structs.astuple(record))
    for at in _ANY_TEXT_AT:
        if row[at] is not None:
            row[at] = escape(row[at])
    for at in _JSON_AT:
        row[at] = to_json(row[at])
    return row


def _selected(name: str) -> str:
    return f"({name} #>> '{{}}')::json" if name in _JSON else name


# One value, an array of objects, whose types PostgreSQL knows from the table. JSON stands in it as text: as JSON within
# JSON, an escaped NUL would be refused.
_POSTGRESQL = (
    f"INSERT INTO verdict ({', '.join(_COLUMNS)}) "
    f"SELECT {', '.join(map(_selected, _COLUMNS))} "
    f"FROM json_populate_recordset(NULL::verdict, %s::json) {_END}"
)


@lru_cache(maxsize=4)
def _sqlite(rows: int) -> str:
    marks = f"({', '.join('?' * len(_COLUMNS))})"
    return f"INSERT INTO verdict ({', '.join(_COLUMNS)}) VALUES {', '.join([marks] * rows)} {_END}"
