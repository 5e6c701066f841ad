"""Delete what was put aside of the journal, once stored verdicts of that age would be deleted."""

import time

from serving.journal.boots import DAMAGED, REFUSED
from serving.settings import Settings
from serving.store.engine import Store

_DAY_SECONDS = 86_400


def delete_old_files(_store: Store, settings: Settings) -> None:
    """Delete damaged segments and refused records older than the settings' days; 0 days: never."""
    oldest = time.time() - settings.retention_days * _DAY_SECONDS
    for name in (DAMAGED, REFUSED) if settings.retention_days else ():
        for path in (settings.state / "journal" / name).glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink()
