"""What a process of the service looks after while it runs: following the database, about once a second."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving import metrics
from serving.access import Access
from serving.api.human_decisions import HumanDecisions
from serving.journal.claims import Claims
from serving.live.models import LiveModels
from serving.store.engine import Store, StoreUnavailable

_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_logger = logging.getLogger("huoren.serving")


class Upkeep:
    """Follows keys, models, policies and people's decisions; says whether the database answers."""

    def __init__(
        self, store: Store, access: Access, models: LiveModels, humans: HumanDecisions, claims: Claims
    ) -> None:
        self._store, self._access, self._models, self._humans, self._claims = store, access, models, humans, claims
        self.database_is_up = True
        self._told = ""
        self._asked_at = math.inf  # seconds of `time.monotonic`, while an answer is due

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _SECONDS)
            looking = asyncio.create_task(asyncio.to_thread(self.look_once))
            while not looking.done():
                await asyncio.wait([looking], timeout=_SECONDS)
                self._note_silence()
            self._tell_failure(looking)

    def look_once(self) -> None:
        """Read what changed; blocks. Each part for itself: one that fails leaves the others going."""
        self._claims.pay_owed()
        self.follow_people()
        self._attempt(self._models.refresh)  # it follows the policy file too, without the database

    def follow_people(self) -> None:
        """Read keys and people's decisions: what must be known before the first verdict; blocks."""
        self._asked_at = time.monotonic()
        is_up = self._store.is_up()
        self._asked_at = math.inf
        self._note(is_up)
        if is_up:
            self._attempt(self._access.refresh)
            self._attempt(lambda: self._humans.refresh(self._store))

    def _tell_failure(self, looking: asyncio.Task[None]) -> None:
        """Tell what nobody foresaw, once while it lasts; looking goes on, for who follows nothing is of no use."""
        error = None if looking.cancelled() else looking.exception()
        failure = "" if error is None else type(error).__name__  # its words may hold text
        if failure and failure != self._told:
            _logger.error("looking after the service failed and is tried again: %s", failure)
        self._told = failure

    def _note_silence(self) -> None:
        """Count a database as away that was asked for a sign of life and hangs."""
        if time.monotonic() - self._asked_at > _PATIENCE_SECONDS:
            self._note(False)

    def _note(self, is_up: bool) -> None:
        if is_up != self.database_is_up:
            _logger.warning("the database is %s", "back" if is_up else "away; answers go on, writes wait")
        self._store.is_shut = not is_up
        metrics.STORE_UP.set(is_up)
        self.database_is_up = is_up  # the last: who reads it finds the others as it says

    def _attempt(self, part: Callable[[], None]) -> None:
        try:
            part()
        except StoreUnavailable:
            return  # told by `follow_people`
        except (AppError, SQLAlchemyError, OSError) as error:
            _logger.warning("the database could not be followed: %s", type(error).__name__)
