import numpy as np

from serving.feeds.note_clusters import join_notes


def clusters(author, text):
    return join_notes(np.array(author, dtype=np.int64), np.array(text, dtype=np.int64)).tolist()


def groups(codes):
    return {tuple(np.flatnonzero(np.array(codes) == code)) for code in codes}


def test_one_authors_notes_are_one_cluster():
    assert groups(clusters([0, 1, 0], [0, 1, 2])) == {(0, 2), (1,)}


def test_copies_of_a_text_join_their_authors_and_all_their_notes():
    assert groups(clusters([0, 0, 1, 1, 2], [5, 1, 5, 2, 3])) == {(0, 1, 2, 3), (4,)}


def test_a_chain_of_copies_is_one_cluster():
    assert groups(clusters([0, 1, 1, 2], [7, 7, 8, 8])) == {(0, 1, 2, 3)}


def test_what_is_unknown_joins_nothing():
    assert groups(clusters([-1, -1, 0, 0], [-1, -1, -1, -1])) == {(0,), (1,), (2, 3)}


def test_copies_by_unknown_authors_are_joined_with_each_other_and_with_a_known_one():
    assert groups(clusters([-1, -1, 0, -1], [3, 3, 3, 4])) == {(0, 1, 2), (3,)}


def test_a_text_of_over_fifty_notes_joins_no_authors_where_it_is_boilerplate():
    assert len(groups(clusters(range(50), [0] * 50))) == 1
    assert len(groups(clusters(range(51), [0] * 51))) == 51


def test_a_text_that_is_frequent_but_no_hundredth_of_all_still_joins():
    author = np.arange(6000)
    assert len(set(clusters(author, np.where(author < 60, 0, author))[:60])) == 1
    assert len(set(clusters(author, np.where(author < 61, 0, author))[:61])) == 61


def test_no_notes_have_no_clusters():
    assert clusters([], []) == []
