import numpy as np
import pytest

from data.errors import ConfigError
from serving.feeds.note_weights import note_weights, refuse_weights
from serving.feeds.scored_columns import ScoredColumns


def columns(**known):
    return ScoredColumns.from_arrays(["a", "b"], np.full((2, 4), 0.25), feeds=("x",), **known)


def test_weights_are_impressions_or_likes_and_a_count_needs_none():
    known = columns(impressions=np.array([10.0, 20.0]), likes=np.array([1.0, 2.0]))
    assert note_weights(known, "count") is None
    assert note_weights(known, "exposure").tolist() == [10.0, 20.0]
    assert note_weights(known, "likes").tolist() == [1.0, 2.0]


def test_unknown_weights_are_counted_in_the_refusal():
    assert "impressions of every note: 1 of 2 have none" in refuse_weights(np.array([10.0, np.nan]), "exposure")
    assert "all notes have 0" in refuse_weights(np.zeros(2), "likes")
    assert refuse_weights(np.array([0.0, 3.0]), "exposure") is None


def test_an_unknown_weight_is_refused():
    with pytest.raises(ConfigError, match="one of count, exposure, likes. Got 'money' instead"):
        note_weights(columns(), "money")
