"""Normalise text for detectors and models: one look-up table, and every position maps back to the original.

NFKC, width, zero-width and bidi controls, look-alikes (Ⓥ -> V, ➕ -> +, 寳 -> 宝), traditional to simplified, emoji
digits, and the platform's markup: "[笑哭R]" becomes one "☺", the "[话题]#" that ends a topic becomes a space.
Idempotent; the same code for fit and serve.
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
_STICKER, _SPACE, _TOPIC = ord("☺"), ord(" "), "[话题]"
# "[笑哭R]", "[doge]" (sticker); "[话题]#" (end of a topic); not "[1]", "[链接]"
_MARKUP = re.compile(r"\[(?:[一-鿿A-Za-z]{1,8}R|doge)\]|\[话题\]#?")


class Normalized(msgspec.Struct, frozen=True):
    """Normalised text whose character `i` came from `original[starts[i]:ends[i]]`.

    `text` is lower-cased, `cased` is not; both have the same length and positions. With several fields they are joined
    by `FIELD_BREAK`; `bounds[k]:bounds[k + 1] - 1` is field k in `text`; starts and ends count within the field.
    """

    text: str
    cased: str
    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]


class _Table(msgspec.Struct, frozen=True):
    one_to_one: npt.NDArray[np.uint32]  # (0x110000,), from _EXPANDS on where a code point becomes none or several
    lower: npt.NDArray[np.uint32]  # (0x110000,)
    first: npt.NDArray[np.int64]  # where the targets of code _EXPANDS + k begin
    lengths: npt.NDArray[np.int64]
    targets: npt.NDArray[np.uint32]


@lru_cache(maxsize=1)
def _table() -> _Table:
    with (
        resources.files("data").joinpath("normalize_table.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        points, lengths, targets, lower_pairs = (stored[name] for name in ("points", "lengths", "targets", "lower"))
    lengths, targets = lengths.astype(np.int64), targets.astype(np.uint32)
    one_to_one = np.arange(0x110000, dtype=np.uint32)
    first = np.cumsum(lengths) - lengths
    single = lengths == 1
    one_to_one[points[single]] = targets[first[single]]
    one_to_one[points[~single]] = _EXPANDS + np.flatnonzero(~single)
    lower = np.arange(0x110000, dtype=np.uint32)
    lower[lower_pairs[:, 0]] = lower_pairs[:, 1]
    return _Table(one_to_one, lower, first, lengths, targets)


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
    lengths = np.array([len(field) for field in fields], dtype=np.int64)
    joined = FIELD_BREAK.join(fields)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends_of_fields = (lengths + 1).cumsum() - 1  # where each field's break stands in the joined original
    field_starts = ends_of_fields - lengths
    codes = table.one_to_one.take(points)
    codes[ends_of_fields[:-1]] = 0
    codes, starts = _expand(codes, table)
    cased = _decode(codes)
    markup = list(_MARKUP.finditer(cased)) if "[" in cased else []
    if markup:
        codes, starts, ends = _fold_markup(codes, starts, markup)
        cased = _decode(codes)
    else:
        ends = starts + np.int32(1)
    bounds = np.zeros(len(fields) + 1, dtype=np.int64)
    bounds[1:-1] = (codes == 0).nonzero()[0] + 1
    bounds[-1] = len(codes) + 1
    if len(fields) > 1:  # positions within each field, not within the joined text
        shift = field_starts.astype(np.int32).repeat(bounds[1:] - bounds[:-1])[:-1]
        starts -= shift
        ends -= shift
    lowered = table.lower.take(codes)
    return Normalized(_decode(lowered), cased, lowered, starts, ends, bounds)


def _decode(codes: npt.NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le")


def _expand(codes: npt.NDArray[np.uint32], table: _Table) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    """Put what each expanding code point becomes (nothing, or several) in its place: codes, and whence each came."""
    is_expanding = codes >= _EXPANDS
    expanding = is_expanding.nonzero()[0]
    if not len(expanding):
        return codes, np.arange(len(codes), dtype=np.int32)
    entries = codes[expanding] - _EXPANDS
    lengths = table.lengths[entries]
    if not lengths.any():  # as it is nearly always: a variation selector behind an emoji
        return codes[~is_expanding], (~is_expanding).nonzero()[0].astype(np.int32)
    places = expanding + np.cumsum(lengths - 1) - (lengths - 1)  # where what each becomes will begin
    # From one character of the result to the next its origin moves by one: further past what vanished, not at all
    # within what expanded. The last move leads behind the end.
    moves = np.ones(len(codes) + int((lengths - 1).sum()) + 1, dtype=np.int32)
    np.add.at(moves, places[lengths == 0], 1)
    moves[_ranges(places + 1, lengths - 1)] = 0
    starts = np.cumsum(moves, dtype=np.int32)[:-1] - np.int32(1)
    codes = codes.take(starts)
    codes[_ranges(places, lengths)] = table.targets[_ranges(table.first[entries], lengths)]
    return codes, starts


def _ranges(first: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Join the ranges of `lengths` (none where one is not positive) that begin at `first`."""
    lengths = np.maximum(lengths, 0)
    before = np.cumsum(lengths) - lengths
    return np.repeat(first - before, lengths) + np.arange(lengths.sum())


def _fold_markup(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int32], markup: Sequence[re.Match[str]]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Replace each of `markup` by one character that covers all of it: codes, starts, ends."""
    ends = starts + np.int32(1)
    keep = np.ones(len(codes), dtype=np.bool_)
    for match in markup:
        first, end = match.span()
        codes[first] = _SPACE if match[0].startswith(_TOPIC) else _STICKER
        ends[first] = ends[end - 1]
        keep[first + 1 : end] = False
    return codes[keep], starts[keep], ends[keep]
