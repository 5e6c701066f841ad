"""One keeper at a time for a folder of state."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ASK_SECONDS = 0.2


@contextmanager
def sole_keeper(state: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait until no other keeper is at work here, or until told to stop; give whether the work is ours."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(state / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if stop.wait(_ASK_SECONDS):
                    yield False
                    return
            else:
                break
        yield True
    finally:
        os.close(lock)
