"""The packed table: what is rounded, what is exact, and what is refused."""

import numpy as np
import pytest

from data.errors import ModelError
from models.ngram_table import NgramTable

RANDOM = np.random.default_rng(3)


def floats(values):
    return np.array(values, dtype=np.float32)


def unpacked(idf, weights):
    return [numbers.tolist() for numbers in NgramTable.pack(floats(idf), floats(weights)).unpack()]


@pytest.mark.parametrize("n_outputs", [1, 2, 3])
def test_numbers_move_by_half_a_step_at_most(n_outputs):
    idf = (RANDOM.random(5000) * 9).astype(np.float32)
    weights = RANDOM.normal(size=(5000, n_outputs)).astype(np.float32) * np.float32([0.01, 1, 6][:n_outputs])
    stored_idf, stored_weights = NgramTable.pack(idf, weights).unpack()
    assert np.abs(stored_idf - idf).max() <= idf.max() / 2**15
    assert (np.abs(stored_weights - weights).max(axis=0) <= np.abs(weights).max(axis=0) / 2**15).all()


def test_numbers_of_few_bits_are_exact():
    idf, weights = [1.0, 0.0, 2.5], [[-1.0, 0.5], [0.25, -0.75], [3.0, 0.0]]
    assert unpacked(idf, weights) == [idf, weights]


def test_largest_number_does_not_wrap_around():
    largest = float(np.nextafter(np.float32(1), np.float32(0)))
    assert unpacked([largest], [[-largest]]) == [[pytest.approx(1, abs=1e-4)], [[pytest.approx(-1, abs=1e-4)]]]


def test_columns_of_zeros_are_left_out_and_put_back():
    weights = [[0.0, 1.0, 0.0, 0.5], [0.0, -1.0, 0.0, 0.0]]
    table = NgramTable.pack(floats([1, 1]), floats(weights))
    assert (table.columns.tolist(), table.n_outputs, table.unpack()[1].tolist()) == ([1, 3], 4, weights)


def test_table_without_weights_has_no_columns():
    assert unpacked([0, 0], [[0, 0], [0, 0]]) == [[0, 0], [[0, 0], [0, 0]]]


@pytest.mark.parametrize(("n_columns", "n_bytes"), [(0, 4), (1, 4), (2, 8), (3, 8)])
def test_cell_is_no_wider_than_its_columns_need(n_columns, n_bytes):
    weights = floats([[1, 1, 1]]) * (np.arange(3) < n_columns)
    assert NgramTable.pack(floats([1]), floats(weights)).cells.itemsize == n_bytes


def test_arrays_may_be_read_only_or_parts_of_wider_ones():
    wide = floats([[1, 2, 3], [4, 5, 6]])
    wide.flags.writeable = False
    table = NgramTable.pack(wide[:, 0], wide[:, 1:])
    assert [numbers.tolist() for numbers in table.unpack()] == [[1, 4], [[2, 3], [5, 6]]]


@pytest.mark.parametrize(
    ("idf", "weights", "got"),
    [
        ([1, 1], [[1]], r"Got \(2,\) and \(1, 1\) instead"),
        ([1], [1], r"Got \(1,\) and \(1,\) instead"),
        ([[1]], [[1]], r"Got \(1, 1\) and \(1, 1\) instead"),
        ([float("nan")], [[1]], r"must be finite"),
        ([1], [[float("inf")]], r"must be finite"),
        ([1], [[1, 1, 1, 1]], r"may hold 3 columns that are not all zero\. Got 4"),
    ],
)
def test_refused(idf, weights, got):
    idf, weights = floats(idf), floats(weights)
    with pytest.raises(ModelError, match=got):
        NgramTable.pack(idf, weights)
