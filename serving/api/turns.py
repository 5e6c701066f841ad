"""Whose notes are judged next: what came meanwhile goes together, and a few notes wait for one large batch at most."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from data.errors import AppError
from serving import metrics

Work = TypeVar("Work")
Result = TypeVar("Result")
# Of notes that are judged in one go on the event loop: more would keep it, and so `/healthz`, waiting.
MOST_NOTES = 64
MOST_CHARS = 2**16
_FEW_NOTES = 8  # so many at most take turns with more, whoever came first


class _Group(msgspec.Struct, Generic[Work, Result], eq=False):
    """Notes of one request that go together; None for an answer says that the group must be judged on its own."""

    works: Sequence[Work]
    characters: int
    answer: asyncio.Future[Sequence[Result] | None]
    since: float


class Turns(Generic[Work, Result]):
    """Judges in one turn of the event loop what the turns before left waiting.

    Parameters
    ----------
    judge
        Judges notes of one or more requests, in their order.
    """

    def __init__(self, judge: Callable[[Sequence[Work]], Sequence[Result]]) -> None:
        self._judge = judge
        self._few: deque[_Group[Work, Result]] = deque()
        self._many: deque[_Group[Work, Result]] = deque()
        self._groups: list[_Group[Work, Result]] = []  # of this turn, else of the last
        self._turn: asyncio.Task[Sequence[Result]] | None = None
        self._had_few = False

    async def judge(self, works: Sequence[Work], characters: int) -> Sequence[Result] | None:
        """Have notes judged, with others that wait; None where that failed, be it for another's note.

        Parameters
        ----------
        characters
            Of all of them.

        Raises
        ------
        AppError
            If the journal takes nothing.
        """
        answer: asyncio.Future[Sequence[Result] | None] = asyncio.get_running_loop().create_future()
        waiting = self._few if len(works) <= _FEW_NOTES else self._many
        waiting.append(_Group(works, characters, answer, time.perf_counter()))
        if self._turn is None:
            self._begin()
        return await answer  # its own: a caller who hangs up cancels nobody else's

    def _begin(self) -> None:
        self._turn = asyncio.create_task(self._take_turn())
        self._turn.add_done_callback(self._end)

    async def _take_turn(self) -> Sequence[Result]:
        self._had_few = bool(self._few) and not (self._had_few and self._many)
        self._groups = _take(self._few if self._had_few else self._many)
        metrics.QUEUE_SECONDS.observe(time.perf_counter() - self._groups[0].since)
        return self._judge([work for group in self._groups for work in group.works])

    def _end(self, turn: asyncio.Task[Sequence[Result]]) -> None:
        if turn.cancelled():  # the process ends
            return
        error, start = turn.exception(), 0
        for group in self._groups:
            end = start + len(group.works)
            if not group.answer.done():
                if error is None:
                    group.answer.set_result(turn.result()[start:end])
                elif isinstance(error, AppError):
                    group.answer.set_exception(error)
                else:
                    group.answer.set_result(None)
            start = end
        self._groups, self._turn = [], None
        if self._few or self._many:
            self._begin()


def _take(waiting: deque[_Group[Work, Result]]) -> list[_Group[Work, Result]]:
    """Take the groups that go together: the first, and more while they fit."""
    taken = [waiting.popleft()]
    notes, characters = len(taken[0].works), taken[0].characters
    while waiting:
        notes, characters = notes + len(waiting[0].works), characters + waiting[0].characters
        if notes > MOST_NOTES or characters > MOST_CHARS:
            break
        taken.append(waiting.popleft())
    return taken
