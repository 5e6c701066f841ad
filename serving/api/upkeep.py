"""What a process of the service looks after while it runs: following the database, about once a second."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving import metrics
from serving.access import Access
from serving.api.human_decisions import HumanDecisions
from serving.live.models import LiveModels
from serving.store.engine import Store, StoreUnavailable

_SECONDS = 1.0
_logger = logging.getLogger("huoren.serving")


class Upkeep:
    """Follows keys, models, policies and people's decisions; says whether the database answers."""

    def __init__(self, store: Store, access: Access, models: LiveModels, humans: HumanDecisions) -> None:
        self._store, self._access, self._models, self._humans = store, access, models, humans
        self.database_is_up = True

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _SECONDS)
            await asyncio.to_thread(self.look_once)

    def look_once(self) -> None:
        """Read what changed; blocks. Each part for itself: one that fails leaves the others going."""
        self._attempt(self._models.refresh)  # it follows the policy file too, without the database
        self.follow_people()

    def follow_people(self) -> None:
        """Read keys and people's decisions: what must be known before the first verdict; blocks."""
        is_up = self._store.is_up()
        if is_up != self.database_is_up:
            _logger.warning("the database is %s", "back" if is_up else "away; answers go on, writes wait")
        self.database_is_up = is_up
        metrics.STORE_UP.set(is_up)
        if is_up:
            self._attempt(self._access.refresh)
            self._attempt(lambda: self._humans.refresh(self._store))

    def _attempt(self, part: Callable[[], None]) -> None:
        try:
            part()
        except StoreUnavailable:
            return  # told by `follow_people`
        except (AppError, SQLAlchemyError, OSError) as error:
            _logger.warning("the database could not be followed: %s", type(error).__name__)
