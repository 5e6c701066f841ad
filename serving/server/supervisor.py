"""The supervisor: keeps workers and keeper running, and stops them in good order."""

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing import connection
from types import FrameType

from serving.server.member import Member

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_TURN_SECONDS = 0.5
_FAILED_STARTS = 3
_logger = logging.getLogger("huoren.server")


class Supervisor:
    """Runs members until it is told to stop: the workers stop first, then the keeper, which stores what they left.

    Parameters
    ----------
    stages
        Members in the order of their stopping; each stage with the seconds that it may take.
    on_ready
        Called once, when the first of the members with a heart beats.
    on_stop
        Called when stopping begins.
    """

    def __init__(
        self,
        stages: Sequence[tuple[Sequence[Member], float]],
        *,
        on_ready: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._stages = stages
        self._members = [member for members, _ in stages for member in members]
        self._on_ready, self._on_stop = on_ready, on_stop
        self._is_ready = False
        self._signals = 0

    def run(self) -> int:
        """Run until SIGTERM, Ctrl-C or a hang-up; 0 when everybody stopped in good order.

        A second signal kills at once. A member that three times in a row dies before its first beat stops all (1).
        """
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        before = {number: signal.getsignal(number) for number in _STOPPING}
        for number in _STOPPING:
            if not (number == signal.SIGHUP and before[number] is signal.SIG_IGN):  # nohup
                signal.signal(number, self._hear)
        previous = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        try:
            status = self._watch(woken)
            return self._stop() or status
        finally:
            for member in self._members:
                member.kill()
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(woken)
            os.close(wake)

    def _watch(self, woken: int) -> int:
        for member in self._members:
            member.tend()
        turn = time.monotonic()
        while not self._signals:
            waiting: list[int | connection.Connection] = [woken]
            waiting += [member.process.sentinel for member in self._members if member.process is not None]
            waiting += [member.beats for member in self._members if member.beats is not None]
            connection.wait(waiting, _TURN_SECONDS)
            now = time.monotonic()
            stood_still, turn = now - turn > _TURN_SECONDS * 10, now
            for member in self._members:
                if stood_still:  # stopped with Ctrl-Z, or the machine slept
                    member.forgive_silence()
                if member.read_beats() and not self._is_ready:
                    self._is_ready = True
                    self._on_ready()
                member.tend()
                if member.failed_starts >= _FAILED_STARTS:
                    _logger.error(
                        "%s could not start %d times in a row; the service stops", member.name, _FAILED_STARTS
                    )
                    return 1
        return 0

    def _stop(self) -> int:
        self._on_stop()
        asked = self._signals
        is_orderly = True
        for members, seconds in self._stages:
            for member in members:
                member.terminate()
            latest = time.monotonic() + seconds
            for member in members:
                while not member.join(min(0.1, latest - time.monotonic())):
                    if self._signals > max(asked, 1) or time.monotonic() >= latest:
                        is_orderly = False
                        member.kill()
                        member.join(5)
                        break
        return 0 if is_orderly else 1

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
