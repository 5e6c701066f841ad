"""One rate for all processes of a machine: the generic cell rate algorithm on a small file that they share."""

import fcntl
import mmap
import os
import struct
import sys
import threading
import time
from pathlib import Path

_SLOTS = 65_536
_TIME = struct.Struct("d")


class RateLimit:
    """For each slot the time at which it is empty again, in seconds of `time.monotonic`, which all processes share.

    Parameters
    ----------
    path
        The file; made where it is not. 512 KiB.

    Raises
    ------
    OSError
        If the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size != _SLOTS * _TIME.size:
            os.ftruncate(self._file, _SLOTS * _TIME.size)
        if sys.platform != "darwin":  # a hole that a full disk cannot fill would end the process that writes to it
            os.posix_fallocate(self._file, 0, _SLOTS * _TIME.size)
        self._times = mmap.mmap(self._file, _SLOTS * _TIME.size)
        self._threads = threading.Lock()  # a lock on a file keeps out other processes, not other threads

    def take(self, slot: int, rate: float) -> float:
        """Take one request, where the rate allows it.

        A slot that has rested admits `max(1, rate)` requests at once, then `rate` a second.

        Parameters
        ----------
        slot
            Any whole number; 65,536 are told apart.
        rate
            Requests a second, above 0.

        Returns
        -------
        float
            0.0 if it is taken, else the seconds until it could be; then nothing is taken.
        """
        offset = slot % _SLOTS * _TIME.size
        gap = 1.0 / rate
        burst = max(1.0, rate) * gap
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, _TIME.size, offset)
            try:
                now = time.monotonic()
                (empty,) = _TIME.unpack_from(self._times, offset)
                if not now < empty <= now + burst + gap:  # rested; or left by another rate or before a restart
                    empty = now
                wait = float(empty + gap - burst - now)
                if wait > 1e-9:
                    return wait
                _TIME.pack_into(self._times, offset, empty + gap)
                return 0.0
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _TIME.size, offset)

    def close(self) -> None:
        """Let go of the file."""
        self._times.close()
        os.close(self._file)
