"""What else the keeper does, each again and again in a thread of its own, so that draining waits for none."""

import importlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving.settings import Settings
from serving.store.engine import Store

Work = Callable[[Store, Settings], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A function `(store, settings)`, named "package.module:function", and the seconds between its runs."""

    name: str
    seconds: float

    def load(self) -> Work:
        """Import the function."""
        module, _, function = self.name.partition(":")
        work: Work = getattr(importlib.import_module(module), function)
        return work


CHORES = (
    Chore("serving.jobs.runner:run_waiting_jobs", 1.0),
    Chore("serving.webhooks.delivery:deliver_due", 1.0),
    Chore("serving.keeper.old_keys:tidy_claims", 1.0),
    Chore("serving.keeper.old_keys:free_keys", 300.0),
    Chore("serving.keeper.old_files:delete_old_files", 3600.0),
    Chore("serving.jobs.spool:delete_expired", 300.0),
    Chore("serving.store.retention:delete_due", 3600.0),
    Chore("serving.store.deleted_rows:forget_deleted", 60.0),
)


def start_chore(chore: Chore, store: Store, settings: Settings, stop: threading.Event) -> threading.Thread:
    """Run a chore until told to stop; one that fails is told and tried again."""
    thread = threading.Thread(target=_repeat, args=(chore, store, settings, stop), name=chore.name, daemon=True)
    thread.start()
    return thread


def _repeat(chore: Chore, store: Store, settings: Settings, stop: threading.Event) -> None:
    work = chore.load()
    told = ""
    while True:
        try:
            work(store, settings)
            told = ""
        except (AppError, OSError, SQLAlchemyError) as error:
            # Of other errors than ours only the kind: they may quote a statement.
            reason = str(error) if isinstance(error, AppError) else type(error).__name__
            if reason != told:
                _log.error("%s failed and is tried again: %s", chore.name, reason)
            told = reason
        if stop.wait(chore.seconds):
            return
