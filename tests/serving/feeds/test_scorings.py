import numpy as np
import pytest

from serving.feeds.scorings import Scorings


def scorings(rows):
    """Rows of (note, feed, time)."""
    note, feed, time = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Scorings.of(note, time, feed)


def test_the_latest_row_of_each_note_in_each_feed_is_kept_and_of_equal_ones_the_last():
    found = scorings([(0, 0, 5), (0, 0, 3), (0, 1, 1), (1, 0, 2), (1, 0, 2), (2, 0, 0)])
    assert found.latest().tolist() == [0, 2, 4, 5]


def test_the_latest_other_code_before_is_told():
    found = scorings([(0, 0, 1), (0, 0, 2), (0, 0, 4), (0, 0, 3)])
    assert found.earlier(np.array([1, 2, 3, 3])).tolist() == [-1, -1, 2, -1]
    assert found.earlier(np.array([1, 2, 3, 0])).tolist() == [-1, -1, 0, -1]


def test_a_note_that_only_one_judged_has_no_other():
    found = scorings([(0, 0, 1), (0, 0, 2), (1, 0, 1)])
    assert found.earlier(np.array([1, 1, 2])).tolist() == [-1, -1, -1]


def test_other_feeds_and_notes_say_nothing():
    found = scorings([(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 0, 2)])
    assert found.earlier(np.array([3, 4, 5, 6])).tolist() == [-1, -1, -1, 5]


def test_an_unknown_code_is_no_other():
    found = scorings([(0, 0, 1), (0, 0, 2), (1, 0, 1), (1, 0, 2)])
    assert found.earlier(np.array([-1, 2, 3, -1])).tolist() == [-1, -1, -1, 3]


@pytest.mark.parametrize("seed", range(3))
def test_the_earliest_known_time_of_a_note_in_a_feed_is_found(seed):
    rng = np.random.default_rng(seed)
    note, feed, time = (rng.integers(0, most, 60) for most in (20, 2, 1000))
    known = rng.random(60) < 0.8
    expected = [
        min(time[(note == note[i]) & (feed == feed[i]) & known]) if known[i] else time[i] for i in range(len(note))
    ]
    assert Scorings.of(note, rng.integers(0, 9, 60), feed).earliest(time, known).tolist() == expected


def test_no_rows_have_no_latest():
    none = np.zeros(0, dtype=np.int64)
    found = Scorings.of(none, none, none)
    assert (found.latest().tolist(), found.earlier(none).tolist()) == ([], [])
    assert found.earliest(none, none.astype(bool)).tolist() == []
