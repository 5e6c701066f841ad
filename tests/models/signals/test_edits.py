"""Edits: what stands in the place of spans, and the way back."""

import numpy as np

from models.signals.edits import Edits

EDITS = Edits([(1, 4, "XY"), (6, 7, ""), (8, 9, "Z")])  # abcdefghij -> aXYefhZj


def test_spans_are_replaced():
    assert EDITS.replaced("abcdefghij") == "aXYefhZj"


def test_every_character_knows_the_span_it_came_from():
    assert [EDITS.origin(place) for place in range(8)] == [
        (0, 1), (1, 2), (2, 4), (4, 5), (5, 6), (7, 8), (8, 9), (9, 10),
    ]  # fmt: skip


def test_bounds_move_with_the_text():
    assert EDITS.moved(np.array([0, 5, 8, 11])).tolist() == [0, 4, 6, 9]


def test_a_longer_writing_keeps_its_place():
    edits = Edits([(1, 2, "XYZ"), (3, 5, "UVW")])  # abcdef -> aXYZcUVWf
    assert edits.replaced("abcdef") == "aXYZcUVWf"
    assert [edits.origin(place) for place in range(9)] == [
        (0, 1), (1, 2), (1, 2), (1, 2), (2, 3), (3, 4), (4, 5), (4, 5), (5, 6),
    ]  # fmt: skip
    assert edits.moved(np.array([0, 3, 6])).tolist() == [0, 5, 9]
