"""The verdicts of a scored archive by note and feed, in a temporary file: any order and number, in flat memory."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from data.scored_reader import iter_scored
from serving.replaying.judged import Judged, judged_of

_COLUMNS = (
    *("note_id", "feed_id", "keyword", "label", "author_label", "decision"),
    *("model_version", "policy_version", "scored_at"),
)
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
CREATE TABLE verdicts (
    note_id TEXT, feed TEXT, label TEXT, author_label TEXT, decision TEXT, model TEXT, policy TEXT,
    scored REAL, is_found INTEGER DEFAULT 0, PRIMARY KEY (note_id, feed)
) WITHOUT ROWID;
"""
_INSERT = """
INSERT INTO verdicts (note_id, feed, label, author_label, decision, model, policy, scored)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (note_id, feed) DO UPDATE SET label = excluded.label, author_label = excluded.author_label,
    decision = excluded.decision, model = excluded.model, policy = excluded.policy, scored = excluded.scored
WHERE excluded.scored >= scored
"""
_FIND = """
UPDATE verdicts SET is_found = 1 WHERE note_id = ? AND feed = ?
RETURNING note_id, feed, label, author_label, decision, model, policy
"""


class OldVerdicts:
    """Context manager over the latest verdict of each note in each feed; it holds no text."""

    def __init__(self, archive: Path) -> None:
        self._database = sqlite3.connect("")  # SQLite's temporary database: an unnamed file
        self._database.executescript(_SCHEMA)
        try:
            for batch in iter_scored(archive, columns=_COLUMNS):
                rows = batch.to_pylist()
                self._database.executemany(_INSERT, ((*judged_of(row), _seconds(row["scored_at"])) for row in rows))
        except BaseException:
            self._database.close()
            raise

    def find(self, judged: Sequence[Judged]) -> list[Judged | None]:
        """Give the old verdict on each note; None where there is none."""
        found = (self._database.execute(_FIND, (each.note_id, each.feed)).fetchone() for each in judged)
        return [None if row is None else Judged(*row) for row in found]

    def count_unfound(self) -> int:
        """Count those that nobody asked for."""
        (count,) = self._database.execute("SELECT count(*) FROM verdicts WHERE NOT is_found").fetchone()
        return int(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()


def _seconds(when: datetime | None) -> float:
    return when.timestamp() if when else 0.0
