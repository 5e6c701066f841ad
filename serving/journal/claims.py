"""Idempotency keys of one machine: which are being answered, by whom, and with what they were answered."""

import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from serving.journal.failures import JournalFailed
from serving.journal.record import VerdictRecord

MOST_KEYS = 1_000_000  # some 1 GB
KEPT_US = 24 * 3600 * 1_000_000
_CHUNK = 200
_BUSY_SECONDS = 5.0
_WAL_PAGES = 8192
_TABLES = """
CREATE TABLE IF NOT EXISTS claim (
    seq INTEGER PRIMARY KEY,
    key_hash TEXT NOT NULL UNIQUE,
    body_hash TEXT NOT NULL,
    boot TEXT NOT NULL,  -- whose it is while it runs
    record BLOB,  -- null while it runs
    at_us INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS claim_running ON claim (boot) WHERE record IS NULL;
"""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(VerdictRecord).decode
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class New:
    """The key is the caller's now, to be finished or released."""


@dataclass(frozen=True, slots=True)
class Running:
    """The key is being answered."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key came with another body before."""


@dataclass(frozen=True, slots=True)
class Done:
    """The key was answered with this."""

    record: VerdictRecord


class Claims:
    """One connection to the machine's claims; several processes may have theirs, and threads may share one.

    Parameters
    ----------
    path
        The file, made when it is not there.
    boot
        Name of the journal folder of the process that claims: `JournalWriter.boot`. Where that process died, `recovery`
        finds there what became of its claims.

    Raises
    ------
    JournalFailed
        If the file is none of this kind, or the disk refuses; every method may raise it, `finish` apart.
    """

    def __init__(self, path: Path, *, boot: str) -> None:
        self._boot = boot
        self._lock = threading.Lock()
        self._owed: dict[str, VerdictRecord | None] = {}  # to be finished, or with None released
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(0o600)
        try:
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._set_wal()
            # Never waits for the disk in a claim: the keeper's `tidy` moves the log into the file.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {4 * _WAL_PAGES}")
            self._connection.executescript(_TABLES)
        except sqlite3.Error as error:
            raise _failed(error) from error

    def claim(self, key_hash: str, body_hash: str) -> New | Running | Mismatch | Done:
        """Take a key for a body, or tell what became of it.

        Parameters
        ----------
        key_hash
            SHA-256, in hex digits, of the caller's name, a line feed and the key.
        body_hash
            Of what the key came with; another one is refused.
        """
        insert = "INSERT INTO claim (key_hash, body_hash, boot, at_us) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        with self._lock:
            try:
                values = (key_hash, body_hash, self._boot, time.time_ns() // 1000)
                if self._connection.execute(insert, values).rowcount == 1:
                    return New()
                row = self._connection.execute(
                    "SELECT body_hash, record FROM claim WHERE key_hash = ?", (key_hash,)
                ).fetchone()
            except sqlite3.Error as error:
                raise _failed(error) from error
        if row is None:  # released in between: the caller comes again
            return Running()
        if row[0] != body_hash:
            return Mismatch()
        if row[1] is None:
            return Running()
        try:
            return Done(_decode(row[1]))
        except msgspec.MsgspecError:  # another version wrote it: judged anew, as on another machine
            return self._take_over(key_hash, row[1])

    def finish(self, key_hash: str, record: VerdictRecord) -> None:
        """Keep what the key was answered with; called once the journal holds it.

        Never fails: what the disk refuses is owed, and done when it takes something again.
        """
        self._owed[key_hash] = msgspec.structs.replace(record, idempotency_hash=key_hash)
        self.pay_owed()

    def settle(self, records: Sequence[VerdictRecord]) -> None:
        """Finish the claims of records that the journal holds; those that are finished stay as they are."""
        keyed = {record.idempotency_hash: record for record in reversed(records) if record.idempotency_hash}
        if len(keyed) > 1:  # most are finished: nobody need wait for a transaction that changes nothing
            running = {key_hash for (key_hash,) in self._read("SELECT key_hash FROM claim WHERE record IS NULL")}
            keyed = {key_hash: record for key_hash, record in keyed.items() if key_hash in running}
        if keyed:
            values = [(_encode(record), key_hash) for key_hash, record in keyed.items()]
            self._write("UPDATE claim SET record = ? WHERE key_hash = ? AND record IS NULL", values)

    def release(self, key_hash: str) -> None:
        """Give a key back unanswered. Never fails, as `finish`."""
        self._owed[key_hash] = None
        self.pay_owed()

    def pay_owed(self) -> None:
        """Do what `finish` and `release` could not do while the disk refused; to be called about once a second."""
        while True:
            try:
                key_hash, record = self._owed.popitem()
            except KeyError:  # nothing is left, or another thread has it
                return
            try:
                if record is None:
                    self._write("DELETE FROM claim WHERE key_hash = ? AND record IS NULL", [(key_hash,)])
                else:
                    self.settle([record])
            except JournalFailed as error:
                self._owed[key_hash] = record
                _log.error("claims wait for the disk: %s", error)
                return

    def running_boots(self) -> list[str]:
        """List the boots that have claims running."""
        return [boot for (boot,) in self._read("SELECT DISTINCT boot FROM claim WHERE record IS NULL")]

    def release_boot(self, boot: str) -> None:
        """Give back the keys that a dead boot had taken and not answered."""
        self._write("DELETE FROM claim WHERE boot = ? AND record IS NULL", [(boot,)])

    def forget_before(self, us: int) -> None:
        """Forget keys taken before a time, in microseconds since 1970, and the oldest of more than `MOST_KEYS`."""
        oldest = "SELECT seq FROM claim ORDER BY seq LIMIT ?"
        where = "seq <= (SELECT max(seq) FROM claim) - ? OR at_us < ?"
        delete = f"DELETE FROM claim WHERE seq IN ({oldest}) AND ({where})"
        while self._write(delete, [(_CHUNK, MOST_KEYS, us)]) == _CHUNK:
            time.sleep(0.001)  # others write in between

    def tidy(self) -> None:
        """Forget what is due and move the write-ahead log into the file, off everybody's event loop."""
        self.forget_before(time.time_ns() // 1000 - KEPT_US)
        with self._lock:
            try:
                _, pages, _ = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if pages > _WAL_PAGES:  # others wrote meanwhile, each time; let them wait once
                    self._connection.execute("PRAGMA wal_checkpoint(RESTART)")
            except sqlite3.Error as error:
                raise _failed(error) from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def _set_wal(self) -> None:
        latest = time.monotonic() + _BUSY_SECONDS
        while True:  # SQLite's own time-out does not cover this: of processes that start together, one would fail
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > latest:
                    raise
            time.sleep(0.01)

    def _take_over(self, key_hash: str, record: bytes) -> New | Running:
        update = "UPDATE claim SET record = NULL, boot = ? WHERE key_hash = ? AND record = ?"
        return New() if self._write(update, [(self._boot, key_hash, record)]) else Running()

    def _read(self, query: str) -> list[tuple[str]]:
        with self._lock:
            try:
                return self._connection.execute(query).fetchall()
            except sqlite3.Error as error:
                raise _failed(error) from error

    def _write(self, statement: str, values: Sequence[tuple[object, ...]]) -> int:
        with self._lock:
            try:
                if len(values) == 1:
                    return self._connection.execute(statement, values[0]).rowcount
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    return self._connection.executemany(statement, values).rowcount
                finally:
                    self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise _failed(error) from error


def _failed(error: sqlite3.Error) -> JournalFailed:
    return JournalFailed(
        f"claims.db must be usable; deleting it forgets Idempotency-Keys and nothing else. Got {error}."
    )
