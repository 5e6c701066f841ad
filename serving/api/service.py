"""Everything that one process of the service holds: made in `create_app`, handed to every endpoint."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
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

_THREADS = 16
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
    threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, _THREADS, "service"))

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what blocks (the database, files) off the event loop.

        It has threads of its own: where the database hangs, `/readyz` and the judging of large notes wait for none.
        """
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Let go of files, threads and connections; blocks."""
        self.journal.close()
        self.threads.shutdown()
        self.reports.close()
        self.access.close()
        self.claims.close()
        self.store.close()
