"""Under which number a process's figures lie in Prometheus' folder: few files, however many processes come and go."""

import fcntl
import itertools
import os
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

_SUFFIX = ".slot"


def take_slot(folder: Path) -> str:
    """Take the first number that no living process has, until this process ends; its counters go on where they stood.

    By process ids, as is usual, each process that ever judged jobs would leave files behind, and each look at the
    figures would read them all.
    """
    for number in itertools.count(1):
        slot = str(number)
        if _lock(folder / f"{slot}{_SUFFIX}") is not None:  # never closed: held until the process ends
            _forget_gauges(slot, folder)
            break
    return slot


def forget_dead(folder: Path) -> None:
    """Delete what processes that have ended said of themselves; what they counted stays."""
    for path in folder.glob(f"*{_SUFFIX}"):
        if (lock := _lock(path)) is not None:
            _forget_gauges(path.stem, folder)
            os.close(lock)


def _lock(path: Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _forget_gauges(slot: str, folder: Path) -> None:
    mark_process_dead(slot, str(folder))  # type: ignore[no-untyped-call]
