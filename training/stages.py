"""Stages of a fit as its reader sees them: one line each, with a bar and the time it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Stages:
    """Context manager around a fit's progress; `seconds` tells how long each finished stage took."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=quiet)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, description: str, total: int = 1) -> Iterator[Callable[[], None]]:
        """Show one stage; call what it yields after each of `total` steps, where there are several."""
        task = self._progress.add_task(description, total=total)
        started = time.perf_counter()
        yield lambda: self._progress.advance(task)
        self._progress.update(task, completed=total)
        self._progress.stop_task(task)
        self.seconds[description] = round(time.perf_counter() - started, 3)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
