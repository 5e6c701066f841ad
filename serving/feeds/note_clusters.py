"""Notes that vary together: one author's, or copies of one text and its near-copies in a feed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
HashArray = npt.NDArray[np.uint64]
_BOILERPLATE_SHARE, _BOILERPLATE_NOTES = 0.01, 50
_THREADS = 2  # numpy sorts outside the interpreter's lock
_LARGE_FEED = 100_000  # here pairs that share a hash by chance, whose number grows with the square, would chain up
_FEED_FACTOR, _SPREAD_FACTOR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


def join_notes(author: IntArray, text: HashArray, feed: IntArray, near: Sequence[IntArray]) -> IntArray:
    """Give each note the larger of its two clusters: its author's notes, or the copies of its text.

    Copies are joined by chains, authors and copies are not: authors who each share a template with the next have
    little to do with each other, and in a feed of many templates such chains would make one cluster of it all.

    What over 1 % of all notes (near-copies: of a feed's notes) and over 50 share is boilerplate and joins nothing,
    lest all its authors be one cluster. In a feed of over 100,000 notes near-copies must share two hashes.

    Parameters
    ----------
    author
        Codes from 0, -1 where unknown, shape (n_notes,); what is unknown joins nothing.
    text
        Spread hashes, 0 where unknown, shape (n_notes,).
    feed
        Codes from 0, shape (n_notes,).
    near
        Each of the hashes of `data.near_copies`, -1 where unknown, shape (n_notes,).

    Returns
    -------
    ndarray
        Codes below 3 n_notes, not without gaps, shape (n_notes,).
    """
    n, sizes = len(author), np.bincount(feed)
    size = sizes[feed]
    is_large, spread_feed = size > _LARGE_FEED, feed.astype(np.uint64) * _FEED_FACTOR

    def near_links(one: IntArray, other: IntArray) -> IntArray:
        mixed = one.astype(np.uint64) ^ spread_feed
        mixed += np.where(is_large, other, 0).astype(np.uint64) * _FEED_FACTOR
        return _links(mixed * _SPREAD_FACTOR, (one >= 0) & (other >= 0), size)

    with ThreadPoolExecutor(_THREADS) as pool:
        of_texts = pool.submit(_links, text, text != 0, np.full(n, n))
        links = [*pool.map(near_links, near, (*near[1:], *near[:1])), of_texts.result()]
    first, second = np.concatenate(links, axis=1)
    by_author = np.where(author >= 0, author, int(author.max(initial=-1)) + 1 + np.arange(n))
    copies = _joined(n, first, second)
    is_copy = np.bincount(copies)[copies] > np.bincount(by_author)[by_author]
    cluster: IntArray = np.where(is_copy, int(by_author.max(initial=-1)) + 1 + copies, by_author)
    return cluster


def _links(values: HashArray, known: npt.NDArray[np.bool_], among: IntArray) -> IntArray:
    """Link each note to the next one of the same value, shape (2, n_links); `among` is how many notes share it at most.

    One sort of numbers that hold the upper bits of a value and, in the lower ones, its row.
    """
    rows = np.flatnonzero(known).astype(np.uint64)
    bits = np.uint64(len(values).bit_length())
    at_row = (np.uint64(1) << bits) - np.uint64(1)
    keys = np.sort((values[known] & ~at_row) | rows)
    is_link = np.flatnonzero((keys[1:] ^ keys[:-1]) <= at_row)
    first, second = ((keys[is_link + step] & at_row).astype(np.int64) for step in (0, 1))
    is_same = values[first] == values[second]
    is_link, first, second = is_link[is_same], first[is_same], second[is_same]
    run = np.cumsum(np.diff(is_link, prepend=-2) != 1) - 1
    uses = (np.bincount(run) + 1)[run]
    kept = ~((uses > _BOILERPLATE_NOTES) & (uses > _BOILERPLATE_SHARE * among[first]))
    return np.stack([first[kept], second[kept]])


def _joined(n: int, first: IntArray, second: IntArray) -> IntArray:
    """Give notes that links join the least of their rows, the others their own, shape (n,)."""
    linked, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    pairs = ends.reshape(2, -1)
    graph = coo_array((np.ones(pairs.shape[1], dtype=bool), (pairs[0], pairs[1])), shape=(len(linked), len(linked)))
    _, component = connected_components(graph, directed=False)
    _, least = np.unique(component, return_index=True)
    group: IntArray = np.arange(n)
    group[linked] = linked[least[component]]
    return group
