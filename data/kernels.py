"""Kernels: loops compiled to machine code, and kept for the next process where a folder can be written."""

from collections.abc import Callable
from typing import Any


def compile_kernel(loop: Callable[..., Any], signatures: Any) -> Any:
    """Compile a loop for numba's signatures; it runs without the interpreter's lock."""
    import numba  # here: a report and `--help` of a verb need none

    try:
        return numba.njit(signatures, cache=True, nogil=True)(loop)
    except RuntimeError:  # no folder for the cache can be written: a read-only image and no home
        return numba.njit(signatures, nogil=True)(loop)
