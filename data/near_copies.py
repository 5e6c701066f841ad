"""Near-copies: keyed hashes of a text's 5-grams, of which texts of one template share some and others share none.

Only letters count (Han characters too): templates vary prices, contacts, emoji, punctuation and spaces. Of all
5-grams 9 min-hashes are taken, joined by three; two texts whose sets of 5-grams have a Jaccard similarity J share at
least one of the three with probability 1 - (1 - J^3)^3: .88 at J = .8, .33 at .5, .08 at .3.

References
----------
Broder (1997), On the resemblance and containment of documents; Leskovec et al. (2020), Mining of Massive Datasets,
chapter 3 (banding).
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data.errors import ConfigError
from data.kernels import compile_kernel
from data.scored import NEAR_HASHES

_BANDS, _ROWS = len(NEAR_HASHES), 3
MIN_LETTERS = 20
_LENGTH = 5  # letters of an n-gram
_SPARE_BITS = np.uint64(11)  # of 64: readers of JSON hold no more than 53 exactly
# numba takes uint32 * uint32 to uint64, and uint64 + int64 to float64: so constants are uint32 and every sum is masked.
_MASK = np.uint32(0xFFFFFFFF)
_BASE = np.uint32(0x9E3779B1)
_FIRST_FACTOR, _SECOND_FACTOR = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)  # of MurmurHash3's last step
_FIRST_SHIFT, _SECOND_SHIFT = np.uint32(16), np.uint32(13)

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]


def near_hashes(codes: Codes, starts: Positions, ends: Positions, *, key: bytes) -> list[tuple[int | None, ...]]:
    """Hash texts so that near-copies share a hash, each with those of the same place.

    Parameters
    ----------
    codes
        Normalised code points of many texts, shape (n_characters,).
    starts, ends
        Half-open positions of each text in `codes`, shape (n_texts,).
    key
        Secret: no one without it can try texts out.

    Returns
    -------
    list of tuple
        Three whole numbers of 53 bits for each text; None each for one of under 20 letters.

    Raises
    ------
    ConfigError
        If `key` is empty.
    """
    if not key:
        raise ConfigError("the key of near-copies must be non-empty bytes. Got none.")
    factors, offsets, secret = _draw(key)
    mins = np.zeros((len(starts), _BANDS * _ROWS), dtype=np.uint32)
    starts, ends = np.ascontiguousarray(starts), np.ascontiguousarray(ends)
    n_letters = _compiled()(codes, starts, ends, _letters(), factors, offsets, mins)
    content, size, blake = mins.tobytes(), _ROWS * mins.itemsize, hashlib.blake2b
    digests = [blake(secret + content[at : at + size], digest_size=8).digest() for at in range(0, len(content), size)]
    bands = (np.frombuffer(b"".join(digests), dtype=np.uint64) >> _SPARE_BITS).reshape(-1, _BANDS).tolist()
    unknown = (None,) * _BANDS
    return [
        tuple(of_text) if n >= MIN_LETTERS else unknown for of_text, n in zip(bands, n_letters.tolist(), strict=True)
    ]


def min_hashes_numpy(codes: Codes, starts: Positions, ends: Positions, *, key: bytes) -> Codes:
    """Take the min-hashes of texts, shape (n_texts, 9), 0 for a short one: the twin that the kernel is held against."""
    factors, offsets, _ = _draw(key)
    mins = np.zeros((len(starts), _BANDS * _ROWS), dtype=np.uint32)
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        text = codes[start:end]
        letters = text[_letters()[text]]
        if len(letters) >= MIN_LETTERS:
            grams = np.zeros(len(letters) - _LENGTH + 1, dtype=np.uint32)
            for place in range(_LENGTH):
                grams = grams * _BASE + letters[place : place + len(grams)]
            grams = (grams ^ (grams >> _FIRST_SHIFT)) * _FIRST_FACTOR
            grams = (grams ^ (grams >> _SECOND_SHIFT)) * _SECOND_FACTOR
            grams ^= grams >> _FIRST_SHIFT
            mins[at] = (grams[:, None] * factors + offsets).min(axis=0)
    return mins


@lru_cache(maxsize=16)
def _draw(key: bytes) -> tuple[Codes, Codes, bytes]:
    """Factors (odd) and offsets of the min-hashes, and what bands are hashed with."""
    seed = int.from_bytes(hashlib.blake2b(key, person=b"near seeds").digest())
    drawn = np.random.default_rng(seed).integers(0, 2**32, (2, _BANDS * _ROWS), dtype=np.uint32)
    # BLAKE2 needs no HMAC: a secret before the message will do, and takes half the time of its own keyed mode here.
    secret = hashlib.blake2b(key, digest_size=32, person=b"near bands").digest()
    return drawn[0] | np.uint32(1), drawn[1], secret


@lru_cache(maxsize=1)
def _letters() -> npt.NDArray[np.bool_]:
    """Table of letters; beyond the first plane, which emoji share, only the planes of Han characters have any."""
    table = np.zeros(0x110000, dtype=np.bool_)
    table[:0x10000] = [chr(point).isalpha() for point in range(0x10000)]
    table[0x20000:0x40000] = True
    return table


def _min_hashes(
    codes: Codes,
    starts: Positions,
    ends: Positions,
    is_letter: npt.NDArray[np.bool_],
    factors: Codes,
    offsets: Codes,
    mins: Codes,
) -> Positions:
    """Write each text's min-hashes to `mins` and return its number of letters; inner loops compile to vectors."""
    n_letters = np.zeros(len(starts), dtype=np.int64)
    longest = 0
    for at in range(len(starts)):
        longest = max(longest, ends[at] - starts[at])
    letters = np.empty(longest + 1, dtype=np.uint32)
    grams = np.empty(longest + 1, dtype=np.uint32)
    for at in range(len(starts)):
        n = 0
        for position in range(starts[at], ends[at]):
            letters[n] = codes[position]
            n += is_letter[codes[position]]
        n_letters[at] = n
        if n < MIN_LETTERS:
            continue
        size = n - _LENGTH + 1
        grams[:size] = 0
        for place in range(_LENGTH):
            for i in range(size):
                grams[i] = (grams[i] * _BASE + letters[place + i]) & _MASK
        for i in range(size):
            gram = ((grams[i] ^ (grams[i] >> _FIRST_SHIFT)) * _FIRST_FACTOR) & _MASK
            gram = ((gram ^ (gram >> _SECOND_SHIFT)) * _SECOND_FACTOR) & _MASK
            grams[i] = gram ^ (gram >> _FIRST_SHIFT)
        for k in range(len(factors)):
            least = _MASK
            for i in range(size):
                least = min(least, np.uint32((grams[i] * factors[k] + offsets[k]) & _MASK))
            mins[at, k] = least
    return n_letters


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., Positions]:
    import numba  # here: a report and `--help` of a verb need none

    codes, positions = (numba.types.Array(dtype, 1, "C", readonly=True) for dtype in (numba.uint32, numba.int64))
    flags = numba.types.Array(numba.boolean, 1, "C", readonly=True)
    signature = numba.int64[::1](codes, positions, positions, flags, codes, codes, numba.uint32[:, ::1])
    compiled: Callable[..., Positions] = compile_kernel(_min_hashes, signature)
    return compiled
