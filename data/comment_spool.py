"""A crawl's comments, spooled to disk and handed out by note, so that a million notes are joined in flat memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8000;
CREATE TABLE comments (position INTEGER PRIMARY KEY, note_id TEXT, file TEXT, row INTEGER, fields BLOB);
CREATE INDEX by_note ON comments (note_id);
CREATE TABLE joined (note_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class SpooledComment(NamedTuple):
    """A comment with the note it belongs to and where it stood (1-based row)."""

    note_id: str
    source_file: str
    source_row: int
    fields: Mapping[str, Any]


class CommentSpool:
    """Comments by note id in a private temporary SQLite file, gone when it is closed."""

    def __init__(self) -> None:
        # "" is SQLite's temporary database: it spills to an unnamed file, so no text is left behind by a crash.
        self._database = sqlite3.connect("", check_same_thread=False)
        self._database.executescript(_SCHEMA)

    def add(self, comments: Iterable[SpooledComment]) -> None:
        """Take comments from a stream."""
        self._database.executemany(
            "INSERT INTO comments (note_id, file, row, fields) VALUES (?, ?, ?, ?)",
            ((item.note_id, item.source_file, item.source_row, msgspec.json.encode(item.fields)) for item in comments),
        )

    def comments_of(self, note_id: str) -> list[dict[str, Any]]:
        """Give a note's comments in the order they were added."""
        found = self._database.execute("SELECT fields FROM comments WHERE note_id = ? ORDER BY position", (note_id,))
        comments: list[dict[str, Any]] = [msgspec.json.decode(fields) for (fields,) in found]
        if comments:
            self._database.execute("INSERT OR IGNORE INTO joined VALUES (?)", (note_id,))
        return comments

    def orphans(self) -> Iterator[tuple[str, int, int]]:
        """Tell, per file, the first row and the number of comments that no note has asked for."""
        yield from self._database.execute(
            "SELECT file, MIN(row), COUNT(*) FROM comments "
            "WHERE note_id NOT IN (SELECT note_id FROM joined) GROUP BY file"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
