"""What a process of the service looks after while it runs: following the database, about once a second."""

import asyncio
import logging
import sqlite3

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving import metrics
from serving.access import Access
from serving.api.human_decisions import HumanDecisions
from serving.live.models import LiveModels
from serving.store.engine import Store

_SECONDS = 1.0
_logger = logging.getLogger("huoren.serving")


class Upkeep:
    """Follows keys, models, policies and people's decisions; says whether the database answers."""

    def __init__(self, store: Store, access: Access, models: LiveModels, humans: HumanDecisions) -> None:
        self._store, self._access, self._models, self._humans = store, access, models, humans
        self.database_is_up = True

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.to_thread(self.look_once)
            await asyncio.sleep(_SECONDS)

    def look_once(self) -> None:
        """Read what changed; blocks. Each part for itself: one that fails leaves the others going."""
        is_up = self._store.is_up()
        if is_up != self.database_is_up:
            _logger.warning("the database is %s", "back" if is_up else "away; answers go on, writes wait")
        self.database_is_up = is_up
        metrics.STORE_UP.set(is_up)
        if not is_up:
            return
        parts = (self._access.refresh, self._models.refresh, lambda: self._humans.refresh(self._store))
        for part in parts:
            try:
                part()
            except (AppError, SQLAlchemyError, sqlite3.Error, OSError) as error:
                _logger.warning("the database could not be followed: %s", type(error).__name__)
