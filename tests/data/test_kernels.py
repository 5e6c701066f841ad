"""Kernels: compiled with a cache on disk, and without one where no folder can be written."""

import numba

from data.kernels import compile_kernel


def add(first, second):
    return first + second


def test_a_kernel_does_what_its_loop_does():
    assert compile_kernel(add, (numba.int64, numba.int64))(2, 3) == add(2, 3)


def test_a_kernel_is_compiled_where_numba_can_keep_no_cache(monkeypatch):
    def njit(signature, *, nogil, cache=False):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", njit)
    assert compile_kernel(add, (numba.int64, numba.int64)) is add
