"""Near-duplicate texts, such as one advertisement posted by many accounts: clusters by the 5-grams that they share."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from data.normalize import normalize
from data.notes import Note

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_LENGTH = 5  # characters of an n-gram
_BANDS, _ROWS = 25, 5  # a pair with similarity .8 shares a band with probability .99995, one with .5 with .55
_MOST_COMPARED = 200  # texts of a band compared pair by pair; of more, each with the first alone
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


def note_text(note: Note) -> str:
    """Give the text by which notes are compared: title and body, not the thread."""
    return f"{note.title}\n{note.body}"


def near_duplicate_clusters(texts: Sequence[str], *, threshold: float = 0.8, seed: int = 0) -> Ints:
    """Give near-duplicates, and near-duplicates of those, one number: (n_texts,).

    Two texts are near-duplicates if the sets of their 5-grams have a Jaccard similarity of at least `threshold`.
    Letters and digits alone count, normalised; a text without any is nobody's duplicate.

    Parameters
    ----------
    threshold
        A share in [0.5, 1]; under 0.5 the bands would miss pairs.
    seed
        Of the hash functions that propose pairs; each pair is then compared exactly.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents; Leskovec et al. (2020), Mining of Massive Datasets,
    chapter 3 (banding).
    """
    bare = ["".join(filter(str.isalnum, normalize(text))) for text in texts]
    first: dict[str, int] = {}
    same = np.array([first.setdefault(text, at) if text else at for at, text in enumerate(bare)], dtype=np.int64)
    distinct = np.array(sorted(first.values()), dtype=np.int64)
    distinct = distinct[[bool(bare[at]) for at in distinct.tolist()]]
    grams = [_grams(bare[at]) for at in distinct.tolist()]
    alike = [(a, b) for a, b in _proposed(grams, seed) if _similarity(grams[a], grams[b]) >= threshold]
    pairs = distinct[np.array(alike, dtype=np.int64).reshape(-1, 2)]
    rows, columns = np.r_[np.arange(len(texts)), pairs[:, 0]], np.r_[same, pairs[:, 1]]
    graph = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(texts)))
    return joined(graph)


def joined(graph: sparse.csr_matrix) -> Ints:
    """Give what an undirected graph joins one number, from 0 up: (n_nodes,)."""
    numbers: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers


def _grams(text: str) -> Hashes:
    """Hash the distinct n-grams of a text; a shorter text is one n-gram."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    length = min(_LENGTH, len(codes))
    hashes = np.zeros(len(codes) - length + 1, dtype=np.uint64)
    for at in range(length):
        hashes = hashes * _BASE + codes[at : at + len(hashes)]
        hashes ^= hashes >> _SHIFT
    return np.unique(hashes)


def _similarity(a: Hashes, b: Hashes) -> float:
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


def _proposed(grams: Sequence[Hashes], seed: int) -> set[tuple[int, int]]:
    """Pair texts whose MinHash signatures agree in a whole band."""
    if not grams:
        return set()
    draw = np.random.default_rng(seed)
    starts = np.cumsum([0, *map(len, grams)])[:-1]
    every = np.concatenate(grams)
    pairs: set[tuple[int, int]] = set()
    for _ in range(_BANDS):
        factors = draw.integers(0, 2**63, size=_ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        offsets = draw.integers(0, 2**63, size=_ROWS, dtype=np.uint64)
        rows = [
            np.minimum.reduceat((every * factor + offset) >> _SHIFT, starts)
            for factor, offset in zip(factors, offsets, strict=True)
        ]
        _, band = np.unique(np.stack(rows, axis=1), axis=0, return_inverse=True)
        order = np.argsort(band, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(band[order])) + 1):
            found = members.tolist()
            if len(found) > _MOST_COMPARED:
                pairs.update((found[0], other) for other in found[1:])
            else:
                pairs.update(combinations(found, 2))
    return pairs
