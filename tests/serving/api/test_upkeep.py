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


def test_who_reads_that_the_database_is_away_finds_it_shut():
    said = []

    class Watched:
        def is_up(self):
            return False

        def __setattr__(self, name, value):
            said.append((name, value, upkeep.database_is_up))

    upkeep = Upkeep(Watched(), Mock(), Mock(), Mock(), Mock())
    upkeep.look_once()
    assert said == [("is_shut", True, True)]
    assert not upkeep.database_is_up


def test_what_nobody_foresaw_does_not_end_it_and_is_told_once(monkeypatch, caplog):
    monkeypatch.setattr(upkeep_module, "_SECONDS", 0.01)
    models, store = Mock(), SimpleNamespace(is_shut=False, is_up=lambda: True)
    models.refresh.side_effect = [None, ValueError("canary"), ValueError("canary"), *[None] * 10_000]
    upkeep = Upkeep(store, Mock(), models, Mock(), Mock())

    async def live():
        stop = asyncio.Event()
        running = asyncio.create_task(upkeep.run(stop))
        while models.refresh.call_count < 5:
            await asyncio.sleep(0.01)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(live(), 60))
    assert [record.message for record in caplog.records] == [
        "looking after the service failed and is tried again: ValueError"
    ]
