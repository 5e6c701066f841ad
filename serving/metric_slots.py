"""Under which number a process's figures lie in Prometheus' folder: few files, however many processes come and go."""

import contextlib
import fcntl
import itertools
import os
import sys
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

_SUFFIX = ".slot"
_KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemostrecent", "gauge_mostrecent")
_SPACE = 2**18  # of each; some twice what all routes and labels take


def take_slot(folder: Path) -> str:
    """Take the first number that no living process has, until this process ends; its counters go on where they stood.

    By process ids, as is usual, each process that ever judged jobs would leave files behind, and each look at the
    figures would read them all.
    """
    for number in itertools.count(1):
        slot = str(number)
        if _lock(folder / f"{slot}{_SUFFIX}") is not None:  # never closed: held until the process ends
            _forget_gauges(slot, folder)
            with contextlib.suppress(OSError):  # full already: figures are worth no failed start
                _set_space_aside(slot, folder)
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


def _set_space_aside(slot: str, folder: Path) -> None:
    """Fill the files before they are used: a hole that a full disk cannot fill would end the process that counts.

    A new file is seen once it is filled: an empty one would fail whoever reads the figures at this moment.
    """
    if sys.platform != "darwin":
        for kind in _KINDS:
            path = folder / f"{kind}_{slot}.db"
            staged = path if path.exists() else path.with_suffix(".new")
            file = os.open(staged, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(file, 0, _SPACE)
            finally:
                os.close(file)
            staged.replace(path)


def _forget_gauges(slot: str, folder: Path) -> None:
    mark_process_dead(slot, str(folder))  # type: ignore[no-untyped-call]
