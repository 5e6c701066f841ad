"""Run equal pieces of a simulation side by side, one validation draw each, and put their records together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Columns = dict[str, npt.NDArray[np.float64]]
T = TypeVar("T")


def run_each(function: Callable[[T], Columns], tasks: Sequence[T], jobs: int) -> Columns:
    """Run a function on each task, in `jobs` processes, and join the columns that it gives, in the order of tasks."""
    if jobs <= 1:
        return joined([function(task) for task in tasks])
    with ProcessPoolExecutor(jobs) as pool:
        return joined(list(pool.map(function, tasks, chunksize=max(1, len(tasks) // (8 * jobs)))))


def joined(parts: Sequence[Columns]) -> Columns:
    """Put columns of the same names on top of each other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
