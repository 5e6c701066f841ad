"""What else the keeper does, each again and again in a thread of its own, so that draining waits for none."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving.jobs.runner import run_waiting_jobs
from serving.jobs.spool import delete_expired
from serving.keeper.old_files import delete_old_files
from serving.keeper.old_keys import free_keys, tidy_claims
from serving.settings import Settings
from serving.store.deleted_rows import forget_deleted
from serving.store.engine import Store
from serving.store.retention import delete_due
from serving.webhooks.delivery import deliver_due

Work = Callable[[Store, Settings], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """What is to be done, and the seconds between its runs."""

    work: Work
    seconds: float

    @property
    def name(self) -> str:
        """Where the function stands, as its thread and the log call it."""
        return f"{self.work.__module__}.{self.work.__name__}"


CHORES = (
    Chore(run_waiting_jobs, 1.0),
    Chore(deliver_due, 1.0),
    Chore(tidy_claims, 1.0),
    Chore(free_keys, 300.0),
    Chore(delete_old_files, 3600.0),
    Chore(delete_expired, 300.0),
    Chore(delete_due, 3600.0),
    Chore(forget_deleted, 60.0),
)


def start_chore(chore: Chore, store: Store, settings: Settings, stop: threading.Event) -> threading.Thread:
    """Run a chore until told to stop; one that fails is told and tried again."""
    thread = threading.Thread(target=_repeat, args=(chore, store, settings, stop), name=chore.name, daemon=True)
    thread.start()
    return thread


def _repeat(chore: Chore, store: Store, settings: Settings, stop: threading.Event) -> None:
    told = ""
    while True:
        try:
            chore.work(store, settings)
            told = ""
        except (AppError, OSError, SQLAlchemyError) as error:
            # Of other errors than ours only the kind: they may quote a statement.
            reason = str(error) if isinstance(error, AppError) else type(error).__name__
            if reason != told:
                _log.error("%s failed and is tried again: %s", chore.name, reason)
            told = reason
        if stop.wait(chore.seconds):
            return
