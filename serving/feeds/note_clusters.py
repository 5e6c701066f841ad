"""Notes that vary together: one author's, and copies of one text."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
_BOILERPLATE_SHARE, _BOILERPLATE_NOTES = 0.01, 50


def join_notes(author: IntArray, text: IntArray) -> IntArray:
    """Give notes that are joined by a chain of shared authors and shared texts one cluster.

    A text of over 1 % of all notes (and over 50) is boilerplate and joins nothing, lest all its authors be one cluster.

    Parameters
    ----------
    author, text
        Codes from 0, -1 where unknown, shape (n_notes,); what is unknown joins nothing.

    Returns
    -------
    ndarray
        Codes below 2 n_notes, not without gaps, shape (n_notes,).
    """
    uses = np.bincount(text[text >= 0])
    joins = (uses > 1) & ~((uses > _BOILERPLATE_NOTES) & (uses > _BOILERPLATE_SHARE * len(text)))
    number = np.append(np.where(joins, np.cumsum(joins) - 1, -1), -1)  # of the texts that join; text -1 is the last
    rows = np.flatnonzero(number[text] >= 0)
    n_authors = int(author.max(initial=-1)) + 1
    joined = n_authors + number[text[rows]]
    owned = author[rows] >= 0
    size = n_authors + int(np.count_nonzero(joins))
    pairs = (author[rows][owned], joined[owned])
    graph = coo_array((np.ones(len(pairs[0]), dtype=bool), pairs), shape=(size, size))
    count, component = connected_components(graph, directed=False)
    cluster: IntArray = count + np.arange(len(author))  # joined to nothing, until shown otherwise
    cluster[rows] = component[joined]
    known = author >= 0
    cluster[known] = component[author[known]]
    return cluster
