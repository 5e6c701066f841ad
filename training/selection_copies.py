"""Near copies of notes: MinHash signatures of their wording, compared by the share of entries that agree."""

import re

import numpy as np
import numpy.typing as npt

from data.normalize import normalize
from data.notes import Note

Signature = npt.NDArray[np.uint32]  # (N_HASHES,)
N_HASHES = 64  # the share that agrees estimates the Jaccard index of two shingle sets within .06
NEAR = 0.7  # Jaccard index from which two notes teach the same
_SHINGLE = 4  # characters
_MOST_CHARACTERS = 2000
_DIGIT, _SPACE = re.compile(r"\d"), re.compile(r"\s+")
_DRAW = np.random.default_rng(20_2511)
_FACTORS = _DRAW.integers(2**63, size=N_HASHES, dtype=np.uint64) | np.uint64(1)
_TERMS = _DRAW.integers(2**63, size=N_HASHES, dtype=np.uint64)


def signature(note: Note) -> Signature:
    """Sign a note's title and body (its comments, where it has neither); digits and white space do not tell apart.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents.
    """
    text = note.title + note.body or "".join(comment.text for comment in note.comments)
    folded = _DIGIT.sub("0", _SPACE.sub("", normalize(text[:_MOST_CHARACTERS])))
    codes = np.frombuffer(folded.ljust(_SHINGLE, "\0").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    shingles = np.zeros(len(codes) - _SHINGLE + 1, dtype=np.uint64)
    for place in range(_SHINGLE):
        shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + codes[place : place + len(shingles)]
    hashed = (shingles[:, None] * _FACTORS + _TERMS) >> np.uint64(32)
    signed: Signature = hashed.min(axis=0).astype(np.uint32)
    return signed


def near_copies(signed: Signature, others: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Find the rows of `others`, (n, N_HASHES), that are near copies."""
    return np.flatnonzero((others == signed).mean(axis=1) >= NEAR) if len(others) else np.zeros(0, dtype=np.int64)
