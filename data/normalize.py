"""Normalise text for detectors and models: one look-up table, and every position maps back to the original.

NFKC, width, zero-width and bidi controls, look-alikes (Ⓥ -> V, ➕ -> +, 寳 -> 宝), traditional to simplified, emoji digits, and
the platform's markup: "[笑哭R]" becomes one "☺", the "[话题]#" that ends a topic becomes a space. Idempotent; the same code for fit and serve.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

import msgspec
import numpy as np
import numpy.typing as npt

NORMALISER_VERSION = 1
FIELD_BREAK = "\0"  # stands between fields of joined text; never inside one (a NUL in the input becomes a space)
_EXPANDS = 0x110000  # in the table: this code point becomes none or several
_STICKER = ord("☺")
# "[笑哭R]", "[doge]" (sticker); "[话题]#" (end of a topic); not "[1]", "[链接]"
_MARKUP = re.compile(r"\[(?:[一-鿿A-Za-z]{1,8}R|doge)\]|\[话题\]#?")


class Normalized(msgspec.Struct, frozen=True):
    """Normalised text whose character `i` came from `original[starts[i]:ends[i]]`.

    `text` is lower-cased, `cased` is not; both have the same length and positions. With several fields they are joined by
    `FIELD_BREAK`; `bounds[k]:bounds[k + 1] - 1` is field k in `text`; starts and ends count within the field.
    """

    text: str
    cased: str
    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]


class _Table(msgspec.Struct, frozen=True):
    one_to_one: npt.NDArray[np.uint32]  # (0x110000,), _EXPANDS where a code point becomes none or several
    lower: npt.NDArray[np.uint32]  # (0x110000,)
    expansions: dict[int, npt.NDArray[np.uint32]]


@lru_cache(maxsize=1)
def _table() -> _Table:
    with resources.files("data").joinpath("normalize_table.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        points, lengths, targets, lower_pairs = (stored[name] for name in ("points", "lengths", "targets", "lower"))
    one_to_one = np.arange(0x110000, dtype=np.uint32)
    first = np.cumsum(lengths, dtype=np.int64) - lengths
    single = lengths == 1
    one_to_one[points[single]] = targets[first[single]]
    one_to_one[points[~single]] = _EXPANDS
    expansions = {
        int(point): targets[start : start + length].astype(np.uint32)
        for point, start, length in zip(points[~single], first[~single], lengths[~single], strict=True)
    }
    lower = np.arange(0x110000, dtype=np.uint32)
    lower[lower_pairs[:, 0]] = lower_pairs[:, 1]
    return _Table(one_to_one, lower, expansions)


def normalize(text: str) -> str:
    """Normalise one text.

    Examples
    --------
    >>> normalize("加Ⓥ信➕１３８[笑哭R]")
    '加v信+138☺'
    """
    return normalize_fields([text]).text


def normalize_fields(fields: Sequence[str]) -> Normalized:
    """Normalise several texts in one pass (a note's fields, or those of many notes).

    Parameters
    ----------
    fields
        Original texts; lone surrogates and NULs are allowed.

    Returns
    -------
    Normalized
        The joined text with its map back; positions are code points.
    """
    table = _table()
    lengths = np.fromiter((len(field) for field in fields), dtype=np.int64, count=len(fields))
    joined = FIELD_BREAK.join(fields)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends_of_fields = np.cumsum(lengths + 1) - 1  # where each field's break stands in the joined original
    field_starts = ends_of_fields - lengths
    codes = table.one_to_one[points]
    starts = np.arange(len(points), dtype=np.int32)
    breaks = ends_of_fields[:-1]
    codes[breaks] = 0
    expands = np.flatnonzero(codes == _EXPANDS)
    if len(expands):
        codes, starts = _expand(points, codes, starts, expands, table.expansions)
    ends = starts + np.int32(1)
    cased = _decode(codes)
    if "[" in cased and (markup := list(_MARKUP.finditer(cased))):
        codes, starts, ends = _fold_markup(codes, starts, ends, markup)
        cased = _decode(codes)
    bounds = np.zeros(len(fields) + 1, dtype=np.int64)
    bounds[1:-1] = np.flatnonzero(codes == 0) + 1
    bounds[-1] = len(codes) + 1
    if len(fields) > 1:  # positions within each field, not within the joined text
        shift = np.repeat(field_starts, np.diff(bounds))[:-1].astype(np.int32)
        starts, ends = starts - shift, ends - shift
    lowered = table.lower[codes]
    return Normalized(_decode(lowered), cased, lowered, starts, ends, bounds)


def _decode(codes: npt.NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le")


def _expand(
    points: npt.NDArray[np.uint32],
    codes: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int32],
    expands: npt.NDArray[np.int64],
    expansions: dict[int, npt.NDArray[np.uint32]],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    """Put what each expanding code point becomes (nothing, or several) in its place."""
    targets = [expansions[point] for point in points[expands].tolist()]
    counts = np.ones(len(codes), dtype=np.int64)
    counts[expands] = [len(target) for target in targets]
    first = np.cumsum(counts) - counts
    codes, starts = np.repeat(codes, counts), np.repeat(starts, counts)
    for position, target in zip(first[expands].tolist(), targets, strict=True):
        codes[position : position + len(target)] = target
    return codes, starts


def _fold_markup(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32], markup: list[re.Match[str]]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Replace each piece of markup by one character that covers all of it."""
    first = np.array([match.start() for match in markup])
    last = np.array([match.end() - 1 for match in markup])
    codes, ends = codes.copy(), ends.copy()
    codes[first] = [ord(" ") if match.group().startswith("[话题]") else _STICKER for match in markup]
    ends[first] = ends[last]
    opened = np.zeros(len(codes) + 1, dtype=np.int64)
    opened[first + 1] += 1
    opened[last + 1] -= 1
    keep = np.cumsum(opened[:-1]) == 0
    return codes[keep], starts[keep], ends[keep]
