"""The keeper as a process of its own."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from serving.keeper.keeper import Keeper
from serving.settings import Settings
from serving.store.engine import open_store

_ASK_SECONDS = 0.2


def run_keeper(settings: Settings) -> None:
    """Keep until SIGTERM, SIGINT or the end of the parent process; then drain what can be drained, and return.

    Raises
    ------
    ConfigError
        If the database's URL is unusable, or a newer version of huoren has changed it.
    """
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))  # no lock: it may come at any moment
    parent = os.getppid()
    store = open_store(settings)
    stop = threading.Event()
    with ThreadPoolExecutor(1, "keeper") as pool:
        keeping = pool.submit(Keeper(settings, store).run, stop)
        while not wait([keeping], _ASK_SECONDS).done:
            if asked or os.getppid() != parent:
                stop.set()
        keeping.result()
    store.close()
