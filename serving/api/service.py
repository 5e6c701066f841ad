"""Everything that one process of the service holds: made in `create_app`, handed to every endpoint."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from serving.access import Access
from serving.api.feed_reports import FeedReports
from serving.api.human_decisions import HumanDecisions
from serving.api.judging import Judging
from serving.api.upkeep import Upkeep
from serving.journal.claims import Claims
from serving.journal.writer import JournalWriter
from serving.live.models import LiveModels
from serving.settings import Settings
from serving.store.engine import Store

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process of the service."""

    settings: Settings
    secret: bytes  # of keyed hashes
    store: Store
    journal: JournalWriter
    claims: Claims
    access: Access
    models: LiveModels
    humans: HumanDecisions
    judging: Judging
    reports: FeedReports
    upkeep: Upkeep

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what blocks (the database, files) off the event loop."""
        return await asyncio.to_thread(work, *args, **kwargs)
