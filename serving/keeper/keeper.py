"""The one process that writes verdicts into the database, replays what dead processes left, and does the chores."""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving import metrics
from serving.jobs.runner import stop_jobs
from serving.journal.claims import Claims
from serving.journal.failures import JournalFailed
from serving.journal.recovery import recover_claims
from serving.keeper.chores import CHORES, Chore, start_chore
from serving.keeper.drain import MOST_A_ROUND, Drain
from serving.keeper.sole import sole_keeper
from serving.settings import Settings
from serving.store.engine import Store, StoreUnavailable

_SHORTEST_PAUSE, _IDLE_PAUSE, _AWAY_PAUSE = 0.05, 0.25, 1.0  # seconds
_CHORE_SECONDS = 10.0
_LEAVE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Keeper:
    """Keeps the database up with the journals of all processes of this machine that share a folder of state.

    Parameters
    ----------
    journal_root
        STATE/journal where it is None.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        journal_root: Path | None = None,
        *,
        chores: Sequence[Chore] = CHORES,
    ) -> None:
        self._settings, self._store, self._chores = settings, store, chores
        self._root = journal_root or settings.state / "journal"
        self._claims = Claims(settings.state / "claims.db", boot="")
        self._drain = Drain(self._root, store, self._claims, webhook_url=settings.webhook_url)
        self._is_migrated = False
        self._told: dict[str, str] = {}

    @property
    def waiting_bytes(self) -> int:
        """Bytes in the journal that are not in the database."""
        return self._drain.waiting_bytes

    @property
    def waiting_seconds(self) -> float:
        """Seconds since nothing was left waiting; 0 where nothing waits."""
        return self._drain.waiting_seconds

    def drain_once(self) -> int:
        """Move what waits in the journal, or a good part of it, into the database.

        Returns
        -------
        int
            Verdicts moved, those included that the database had already.

        Raises
        ------
        StoreUnavailable
            If the database is away.
        """
        if not self._is_migrated:
            self._store.migrate()
            self._drain.retry_refused()
            self._is_migrated = True
        return self._drain.drain_once()

    def wait_drained(self, timeout: float) -> bool:
        """Wait until another thread's `run` has moved all that waits; False where it took longer, in seconds."""
        deadline = time.monotonic() + timeout
        while self.waiting_bytes:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop, as soon as no other keeper does; then move what can be moved in a few seconds.

        Raises
        ------
        ConfigError
            If a newer version of huoren has changed the database.
        """
        try:
            with sole_keeper(self._settings.state, stop) as is_ours:
                if is_ours:
                    self._keep(stop)
        finally:
            self.close()

    def close(self) -> None:
        """Close what it holds open; `run` does so at its end."""
        self._claims.close()

    def _keep(self, stop: threading.Event) -> None:
        threads: dict[Chore, threading.Thread] = {}
        pause, looked = 0.0, -math.inf
        while not stop.wait(pause):
            pause = self._round(pause)
            if self._is_migrated and time.monotonic() - looked >= _CHORE_SECONDS:
                looked = time.monotonic()
                for chore in self._chores:
                    if chore not in threads or not threads[chore].is_alive():  # its thread told why it ended
                        threads[chore] = start_chore(chore, self._store, self._settings, stop)
        deadline = time.monotonic() + _LEAVE_SECONDS
        while time.monotonic() < deadline and self._try("draining", self.drain_once):
            pass
        stop_jobs(self._settings)
        for thread in threads.values():
            thread.join(max(deadline - time.monotonic(), 0.0))

    def _round(self, pause: float) -> float:
        """Recover claims and drain; give the seconds to the next time."""
        self._try("recovering claims", self._recover_claims)
        moved = self._try("draining", self.drain_once)
        self._try("measuring the journal", self._measure)
        if moved is None:
            return min(max(2 * pause, _SHORTEST_PAUSE), _AWAY_PAUSE)
        if moved:
            return 0.0 if moved >= MOST_A_ROUND else _SHORTEST_PAUSE
        return min(max(2 * pause, _SHORTEST_PAUSE), _IDLE_PAUSE)

    def _recover_claims(self) -> None:
        self._drain.settle_rest()  # first: whoever is not settled is given back
        recover_claims(self._root, self._claims)

    def _measure(self) -> None:
        metrics.JOURNAL_WAITING_BYTES.set(self.waiting_bytes)
        metrics.JOURNAL_DRAINED.set(time.time() - self.waiting_seconds)

    def _try(self, what: str, work: Callable[[], int | None]) -> int | None:
        try:
            result = work()
        except (StoreUnavailable, JournalFailed, OSError, SQLAlchemyError) as error:
            reason = str(error) if isinstance(error, AppError) else type(error).__name__
            if self._told.get(what) != reason:
                _log.warning("%s waits: %s", what, reason)
            self._told[what] = reason
            return None
        if self._told.pop(what, None):
            _log.warning("%s goes on", what)
        return result
