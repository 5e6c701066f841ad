from datetime import UTC, datetime

import numpy as np

from serving.feeds.collection import is_complete, lag_days, last_collections
from serving.feeds.scored_columns import ScoredColumns


def micros(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1_000_000)


def columns(**known):
    return ScoredColumns.from_arrays(["a", "b", "c"], np.full((3, 4), 0.25), feeds=("x", "y"), **known)


def test_lag_is_in_days_and_only_of_notes_with_both_times():
    published, collected = np.full(3, micros(2025, 3, 1)), np.full(3, micros(2025, 3, 3))
    known = columns(
        published_us=published,
        collected_us=collected,
        dated=np.array([True, True, False]),
        collected_known=np.array([True, False, True]),
    )
    assert lag_days(known, np.arange(3)).tolist() == [2.0]


def test_a_period_is_complete_once_it_was_over_in_shanghai():
    assert is_complete("2025-03", micros(2025, 3, 31, 16))
    assert not is_complete("2025-03", micros(2025, 3, 31, 15, 59))
    assert is_complete("2025-03", None)
    assert is_complete(None, micros(2020, 1, 1))


def test_all_feeds_were_last_collected_when_the_first_of_them_was():
    known = columns(
        feed=np.array([0, 0, 1]), collected_us=np.array([5, 7, 6]), collected_known=np.array([True, True, True])
    )
    assert last_collections(known) == {"x": 7, "y": 6, None: 6}
    unknown = columns(feed=np.array([0, 0, 1]), collected_us=np.array([5, 7, 6]), collected_known=np.arange(3) < 2)
    assert last_collections(unknown) == {"x": 7}
