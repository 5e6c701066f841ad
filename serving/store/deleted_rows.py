"""What SQLite's write-ahead log still holds of rows that were deleted: emptied, so that they are gone from the disk."""

import contextlib
import sqlite3

from serving.settings import Settings
from serving.store.engine import Store

_PATIENCE_MS = 500  # writers wait as long, where somebody reads


def forget_deleted(store: Store, _settings: Settings | None = None) -> None:
    """Move the log into the file, in which deleted rows are overwritten, and cut it to nothing.

    Where somebody reads from the log right now it stays, for the next time. PostgreSQL does so by itself (autovacuum).

    Raises
    ------
    StoreUnavailable
        If the database is away.
    """
    if store.dialect != "sqlite":
        return
    with store.outside_transactions() as connection:
        (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        with contextlib.suppress(sqlite3.OperationalError):  # locked
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute(f"PRAGMA busy_timeout = {patience}")
