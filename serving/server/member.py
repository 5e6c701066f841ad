"""A place in the service that a process fills: started, watched, started again when it ends."""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from serving.server.child import FROM_TERMINAL, run_child

_spawn = multiprocessing.get_context("spawn")  # threads and macOS forbid to fork
_logger = logging.getLogger("huoren.server")
STARTING_SECONDS = 180.0
SILENT_SECONDS = 60.0
_STEADY_SECONDS = 10.0  # who lived for this long is started again at once
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0


class Member:
    """One process and its successors.

    Parameters
    ----------
    name
        "worker 1", "keeper".
    work, args
        What it does; picklable. Where it `beats`, it gets two more arguments: whether it replaces one that ended, and
        the end of a pipe that it writes to once a second.
    last_seconds
        How long it may take to stop when the supervisor has died.

    Attributes
    ----------
    failed_starts
        How many times in a row it ended before its first beat; 0 for one that does not beat.
    """

    def __init__(
        self,
        name: str,
        work: Callable[..., None],
        args: tuple[object, ...] = (),
        *,
        beats: bool,
        last_seconds: float,
        quiet: bool = False,
    ) -> None:
        self.name = name
        self.failed_starts = 0
        self.process: SpawnProcess | None = None
        self.beats: Connection | None = None
        self.has_started = False
        self._work, self._args, self._has_beats = work, args, beats
        self._last_seconds, self._quiet = last_seconds, quiet
        self._started_at = self._last_beat = 0.0
        self._start_at = 0.0
        self._pauses = 0
        self._is_replacement = False

    def start(self) -> None:
        """Start a process in this place."""
        child_end = None
        if self._has_beats:
            self.beats, child_end = _spawn.Pipe(duplex=False)
            os.set_blocking(self.beats.fileno(), False)
        args = (*self._args, self._is_replacement, child_end) if child_end is not None else self._args
        self.process = _spawn.Process(
            target=run_child, args=(self._quiet, self._last_seconds, self._work, *args), name=f"huoren {self.name}"
        )
        resource_tracker.ensure_running()  # not within: its start would undo the blocking
        before = signal.pthread_sigmask(signal.SIG_BLOCK, FROM_TERMINAL)  # the child inherits it
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if child_end is not None:
            child_end.close()
        self.has_started = False
        self._started_at = self._last_beat = time.monotonic()

    def read_beats(self) -> bool:
        """Take in the beats that have come; True when they are the first of this process."""
        if self.beats is None:
            return False
        try:
            if not os.read(self.beats.fileno(), 4096):
                self._forget_beats()
                return False
        except BlockingIOError:
            return False
        is_first = not self.has_started
        self.has_started, self._last_beat, self.failed_starts = True, time.monotonic(), 0
        return is_first

    def forgive_silence(self) -> None:
        """Begin to wait anew: the supervisor itself stood still."""
        self._last_beat = self._started_at = time.monotonic()

    def tend(self) -> None:
        """Start a process where none is; kill one that is stuck; take leave of one that has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._start_at:
                self.start()
        elif not self.process.is_alive():
            self._bury(now)
        elif self._has_beats and now - self._last_beat > (SILENT_SECONDS if self.has_started else STARTING_SECONDS):
            _logger.error("%s does nothing any more; it is killed", self.name)
            self._last_beat = now
            self.process.kill()

    def terminate(self) -> None:
        """Tell it to stop in good order."""
        if self.process is not None and self.process.is_alive():
            self.process.terminate()

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.is_alive():
            self.process.kill()

    def join(self, seconds: float) -> bool:
        """Wait for its end; False where it goes on."""
        if self.process is not None:
            self.process.join(max(seconds, 0))
            return not self.process.is_alive()
        return True

    def _bury(self, now: float) -> None:
        process = self.process
        if process is None:
            return
        self.read_beats()
        self._forget_beats()
        if self._has_beats and not self.has_started:
            self.failed_starts += 1
        self._pauses = 0 if now - self._started_at > _STEADY_SECONDS else self._pauses + 1
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (self._pauses - 1), _LONGEST_PAUSE_SECONDS) if self._pauses else 0.0
        self._start_at = now + pause
        status = process.exitcode or 0
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        _logger.error("%s (process %d) ended with %s; another starts in %.1f s", self.name, process.pid, how, pause)
        process.join()
        process.close()
        self.process = None
        self._is_replacement = True

    def _forget_beats(self) -> None:
        if self.beats is not None:
            self.beats.close()
            self.beats = None
