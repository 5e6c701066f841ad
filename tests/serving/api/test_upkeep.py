import asyncio
import threading
from types import SimpleNamespace
from unittest.mock import Mock

from serving.api import upkeep as upkeep_module
from serving.api.upkeep import Upkeep


def test_a_database_that_hangs_counts_as_away_until_it_answers(monkeypatch):
    monkeypatch.setattr(upkeep_module, "_SECONDS", 0.01)
    monkeypatch.setattr(upkeep_module, "_PATIENCE_SECONDS", 0.05)
    answers = threading.Event()
    store = SimpleNamespace(is_shut=False, is_up=lambda: answers.wait(60))
    upkeep = Upkeep(store, Mock(), Mock(), Mock(), Mock())

    async def live():
        stop = asyncio.Event()
        running = asyncio.create_task(upkeep.run(stop))
        while upkeep.database_is_up:
            await asyncio.sleep(0.01)
        assert store.is_shut
        answers.set()
        while not upkeep.database_is_up:
            await asyncio.sleep(0.01)
        assert not store.is_shut
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(live(), 60))
