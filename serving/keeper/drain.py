"""Move verdicts from the journals of all processes into the database, each once."""

import logging
import time
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError

from serving.journal import boots
from serving.journal.claims import Claims
from serving.journal.failures import JournalFailed
from serving.journal.frames import Damage
from serving.journal.reader import read_segment
from serving.journal.record import VerdictRecord
from serving.keeper.refused import keep_refused, read_refused
from serving.store.engine import Store
from serving.store.verdict_changes import insert_and_tell

MOST_A_ROUND = 5000
_MOST_A_TRANSACTION = 500
# What a database says of a value, not of itself: it would say so again. ValueError: text that cannot be encoded.
_NEVER_STORED = (DataError, IntegrityError, OverflowError, ValueError)
_log = logging.getLogger(__name__)


class Drain:
    """Reads on where it stopped; a new one reads all again, and the database leaves out what it has.

    Parameters
    ----------
    root
        The journal of all processes.
    webhook_url
        Where verdicts that changed after new comments are told; None: nowhere.
    """

    def __init__(self, root: Path, store: Store, claims: Claims, *, webhook_url: str | None = None) -> None:
        self._root, self._store, self._claims = root, store, claims
        self._webhook_url = webhook_url
        self._positions: dict[Path, int] = {}  # bytes of a segment that are committed
        self._damaged: set[Path] = set()
        self._failed: set[Path] = set()
        self._unsettled: list[VerdictRecord] = []  # in the database, while claims.db took nothing
        self._drained = time.monotonic()

    @property
    def waiting_bytes(self) -> int:
        """Bytes in segments that are not in the database."""
        segments = [segment for boot in boots.list_boots(self._root) for segment in boots.list_segments(boot)]
        return sum(max(boots.size_of(segment) - self._positions.get(segment, 0), 0) for segment in segments)

    @property
    def waiting_seconds(self) -> float:
        """Seconds since nothing was left waiting; 0 where nothing waits."""
        return time.monotonic() - self._drained if self.waiting_bytes else 0.0

    def drain_once(self) -> int:
        """Move what waits, the oldest first, or some `MOST_A_ROUND` of it; give the number of verdicts moved.

        Raises
        ------
        StoreUnavailable
            If the database is away; what was moved until then is.
        """
        started, moved = time.monotonic(), 0
        for boot in boots.list_boots(self._root):
            is_dead = not boots.is_alive(boot)  # asked before listing: what a dead one wrote is all there
            segments = boots.list_segments(boot)
            for segment in segments:
                try:
                    moved += self._drain_segment(segment, is_closed=is_dead or segment != segments[-1])
                except OSError as error:  # it holds up no other
                    self._tell_failure(segment, error)
                if moved >= MOST_A_ROUND:
                    return moved
            if is_dead:
                boots.delete_boot(boot)
        self._drained = started
        return moved

    def settle_rest(self) -> None:
        """Finish the claims of verdicts that were moved while claims.db took nothing; no journal holds them any more.

        Raises
        ------
        JournalFailed
            If it still takes nothing.
        """
        if self._unsettled:
            self._claims.settle(self._unsettled)
            self._unsettled = []

    def retry_refused(self) -> None:
        """Try again what the database once refused for good: a newer version may store it."""
        for path, records in read_refused(self._root):
            try:
                if self._store_all(records):
                    path.unlink()
            except OSError as error:  # a full disk, say: draining is what frees it
                _log.error("the refused verdict %s stays where it is: %s", path.stem, error.strerror)

    def _drain_segment(self, segment: Path, *, is_closed: bool) -> int:
        start, moved = self._positions.get(segment, 0), 0
        if boots.size_of(segment) > start:
            waiting: list[VerdictRecord] = []
            end = start
            for piece in read_segment(segment, start, is_closed=is_closed):
                if isinstance(piece, Damage):
                    self._tell_damage(segment, piece)
                    continue
                if len(waiting) + len(piece.records) > _MOST_A_TRANSACTION:
                    moved += self._commit(segment, end, waiting)
                    waiting = []
                waiting += piece.records
                end = piece.end
            moved += self._commit(segment, end, waiting)
        if is_closed:
            self._put_away(segment)
        return moved

    def _commit(self, segment: Path, end: int, records: list[VerdictRecord]) -> int:
        if records:
            self._store_all(records)
            try:
                self._claims.settle(records)
            except JournalFailed as error:  # a full disk, say: draining is what frees it
                self._unsettled += [record for record in records if record.idempotency_hash]
                _log.error("Idempotency-Keys of drained verdicts stay running for now: %s", error)
            self._positions[segment] = end
        return len(records)

    def _store_all(self, records: list[VerdictRecord]) -> bool:
        try:
            with self._store.begin() as connection:
                insert_and_tell(connection, records, url=self._webhook_url)
        except _NEVER_STORED as error:
            if len(records) == 1:
                keep_refused(self._root, records[0], type(error).__name__)
                return False
            middle = len(records) // 2
            return all([self._store_all(records[:middle]), self._store_all(records[middle:])])
        return True

    def _tell_failure(self, segment: Path, error: OSError) -> None:
        if segment not in self._failed:
            _log.error("segment %s/%s cannot be drained: %s", segment.parent.name, segment.name, error.strerror)
        self._failed.add(segment)

    def _tell_damage(self, segment: Path, damage: Damage) -> None:
        self._damaged.add(segment)
        name = f"{segment.parent.name}/{segment.name}"
        _log.error("segment %s holds no verdicts from byte %d to %d; it is kept", name, damage.start, damage.end)

    def _put_away(self, segment: Path) -> None:
        if segment in self._damaged:
            folder = self._root / boots.DAMAGED
            folder.mkdir(mode=0o700, exist_ok=True)
            segment.rename(folder / f"{segment.parent.name}-{segment.stem}.damaged")
        else:
            segment.unlink(missing_ok=True)
        self._damaged.discard(segment)
        self._failed.discard(segment)
        self._positions.pop(segment, None)
