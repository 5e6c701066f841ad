import numpy as np

from models.prevalence.effective import cluster_design_effect
from serving.feeds.note_clusters import join_notes


def spread(codes):
    """Hashes of codes, as a database spreads them; 0 for -1."""
    return (np.array(codes, dtype=np.int64) + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def clusters(author, text=None, feed=None, near=()):
    n = len(author)
    text = np.full(n, -1) if text is None else text
    feed = np.zeros(n, dtype=np.int64) if feed is None else np.array(feed)
    return join_notes(
        np.array(author, dtype=np.int64), spread(text), feed, [np.array(each, dtype=np.int64) for each in near]
    ).tolist()


def groups(codes):
    return {tuple(np.flatnonzero(np.array(codes) == code)) for code in codes}


def test_one_authors_notes_are_one_cluster():
    assert groups(clusters([0, 1, 0], [0, 1, 2])) == {(0, 2), (1,)}


def test_a_note_goes_with_its_authors_or_with_its_copies_where_those_are_more():
    assert groups(clusters([0, 0, 1, 2, 3], [5, 1, 5, 5, 2])) == {(0, 2, 3), (1,), (4,)}
    assert groups(clusters([0, 0, 0, 1, 2], [5, 1, 2, 5, 3])) == {(0, 1, 2), (3,), (4,)}


def test_a_chain_of_authors_and_copies_is_no_cluster():
    assert groups(clusters([0, 0, 1, 1, 2, 2], [9, 7, 7, 8, 8, 6])) == {(0, 1), (2, 3), (4, 5)}


def test_what_is_unknown_joins_nothing():
    unknown = [[-1] * 4] * 3
    assert groups(clusters([-1, -1, 0, 0], [-1, -1, -1, -1], near=unknown)) == {(0,), (1,), (2, 3)}


def test_copies_by_unknown_authors_are_joined_with_each_other_and_with_a_known_one():
    assert groups(clusters([-1, -1, 0, -1], [3, 3, 3, 4])) == {(0, 1, 2), (3,)}


def test_a_text_of_over_fifty_notes_joins_no_authors_where_it_is_boilerplate():
    assert len(groups(clusters(range(50), [0] * 50))) == 1
    assert len(groups(clusters(range(51), [0] * 51))) == 51


def test_a_text_that_is_frequent_but_no_hundredth_of_all_still_joins():
    author = np.arange(6000)
    assert len(set(clusters(author, np.where(author < 60, 0, author))[:60])) == 1
    assert len(set(clusters(author, np.where(author < 61, 0, author))[:61])) == 61


def test_notes_that_share_any_one_hash_are_near_copies():
    near = [[7, 7, 1, 2, 3], [4, 5, 5, 6, 8], [1, 2, 3, 3, 4]]
    assert groups(clusters(range(5), near=near)) == {(0, 1, 2, 3), (4,)}


def test_hashes_of_different_places_do_not_meet():
    assert len(groups(clusters(range(2), near=[[7, 1], [2, 7], [3, 4]]))) == 2


def test_near_copies_join_within_a_feed_only():
    assert groups(clusters(range(4), feed=[0, 1, 0, 1], near=[[7, 7, 7, 8]] * 3)) == {(0, 2), (1,), (3,)}


def test_near_copies_are_boilerplate_by_the_notes_of_their_feed():
    n, feed = 6100, np.repeat([0, 1], [100, 6000])
    own = np.arange(n)
    small, large = np.where(own < 51, -2, own), np.where(own >= 6040, -2, own)
    assert len(set(clusters(own, feed=feed, near=[small + 2] * 3))) == n
    assert len(set(clusters(own, feed=feed, near=[large + 2] * 3))) == n - 59


def test_in_a_large_feed_near_copies_must_share_two_hashes():
    own = np.arange(100_001) + 10
    one, two = own.copy(), own.copy()
    one[:4] = 1, 1, 2, 2
    two[:4] = 3, 4, 5, 5
    for n, joined in ((100_000, 2), (100_001, 1)):
        assert len(set(clusters(own[:n], near=[one[:n], two[:n], own[:n]]))) == n - joined


def test_near_copies_of_many_authors_raise_the_design_effect():
    rng = np.random.default_rng(0)
    is_ad = np.arange(400) < 80
    posteriors = np.where(is_ad, 0.1, rng.uniform(0.6, 1, 400))
    posteriors = np.stack([posteriors, 1 - posteriors], axis=1)
    near = [np.where(is_ad, np.arange(400) % 8, np.arange(400) + 100)] * 3  # eight templates of ten notes each
    weights = np.full(400, 1 / 400)
    apart, together = (np.array(clusters(range(400), near=each)) for each in ((), near))
    assert cluster_design_effect(posteriors, weights, apart) == 1
    assert cluster_design_effect(posteriors, weights, together) > 2


def test_no_notes_have_no_clusters():
    assert clusters([], [], near=[[], [], []]) == []
