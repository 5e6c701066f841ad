"""Tables of the restoration: which characters may stand for those of a word, and how words are split or spelt."""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from itertools import pairwise, product

import msgspec
import numpy as np
import numpy.typing as npt

from data.normalize import normalize, normalize_fields
from models.signals.evasions import RESTORED_WORDS, SWAPPED_WORDS, evasions
from models.signals.triggers import TriggerFinder

FIRST, SECOND = np.uint8(1), np.uint8(2)
PAIR_BITS = 21  # of a code point: a pair is one number
_Masks = npt.NDArray[np.uint64]
# Joined over signs, besides restored words.
_ALSO_JOINED = (
    "vx",
    "wx",
    "qq",
    "v信",
    "加v",
    "加薇",
    "薇信",
    "众号",
    "二维",
    "预定",
    "热线",
    "购买",
    "价格",
    "折扣",
    "包邮",
    "福利",
    "门店",
    "橱窗",
    "直播",
    "电子",
    "子版",
)
_SIGNS = (*range(0x2500, 0x27C0), *range(0x1F300, 0x1FB00), *map(ord, " .·-*~/_|+=^丨"))
_RADICALS = frozenset("亻彳讠扌氵纟钅艹礻牜阝")  # never written alone: one split character is enough


class Tables(msgspec.Struct, frozen=True):
    """What the three steps of the restoration look up."""

    words: tuple[str, ...]  # of two characters; bit k of the masks is word k
    roles: npt.NDArray[np.uint8]  # (0x110000,) whether it may stand for a first (FIRST), a second (SECOND) character
    first: _Masks  # (0x110000,) words whose first character it may stand for
    second: _Masks
    ordinary: npt.NDArray[np.int64]  # pairs that ordinary text holds, sorted
    joined: frozenset[str]
    left: npt.NDArray[np.bool_]  # (0x110000,) first characters of `joined`
    is_sign: npt.NDArray[np.bool_]  # (0x110000,), none of `left`
    finder: TriggerFinder
    meant: tuple[tuple[str, str], ...]  # (written, meant) of each listener of `finder`


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Build the tables, once."""
    known = evasions()
    words = tuple(known[RESTORED_WORDS])
    first, second = np.zeros(0x110000, dtype=np.uint64), np.zeros(0x110000, dtype=np.uint64)
    for bit, word in enumerate(words):
        for masks, char in zip((first, second), word, strict=True):
            for alike in _alikes(char):
                masks[ord(alike)] |= np.uint64(1 << bit)
    joined = frozenset((*words, *_ALSO_JOINED))
    written = _writings(words)
    text = resources.files("data").joinpath("lexicons/ordinary_pairs.txt").read_text(encoding="utf-8")
    ordinary = {pair for line in text.splitlines() if not line.startswith("#") for pair in line.split()}
    keys = np.array([ord(pair[0]) << PAIR_BITS | ord(pair[1]) for pair in (*ordinary, *words)], dtype=np.int64)
    return Tables(
        words=words,
        roles=(first != 0) * FIRST | (second != 0) * SECOND,
        first=first,
        second=second,
        ordinary=np.sort(keys),
        joined=joined,
        left=_flags(ord(pair[0]) for pair in joined),
        is_sign=_flags(_SIGNS),
        finder=TriggerFinder({each: [number] for number, each in enumerate(written)}),
        meant=tuple(written.items()),
    )


def _flags(points: Iterable[int]) -> npt.NDArray[np.bool_]:
    flags = np.zeros(0x110000, dtype=np.bool_)
    flags[list(points)] = True
    return flags


def _alikes(char: str) -> set[str]:
    """Give the characters that sound or look like one, normalised, and itself."""
    known = evasions()
    alike = [char, *"".join(known["same_sound"].get(char, ())), *known["look_alikes"].get(char, ())]
    text = normalize_fields(alike)  # at once: one call a character would take a fifth of a second
    fields = (text.text[start : end - 1] for start, end in pairwise(text.bounds.tolist()))
    return {field for field in fields if len(field) == 1}


def _writings(words: Iterable[str]) -> dict[str, str]:
    """Write words with split characters, in pinyin, with emoji or two characters swapped: written -> meant."""
    known = evasions()
    splits, pinyin = known["split_characters"], known["pinyin_initials"]
    found = {split: char for char, written in splits.items() for split in written if split[0] in _RADICALS}
    found.update((each, meant) for meant, written in known["in_context"].items() for each in written)
    found.update((each, word) for word in known[SWAPPED_WORDS] for each in _swaps(word))
    for word in words:
        ways = [(char, *map(normalize, splits.get(char, ()))) for char in word]
        found.update(("".join(way), word) for way in product(*ways) if "".join(way) != word)
        if all(char in pinyin for char in word):
            (one,), (other,) = pinyin[word[0]], pinyin[word[1]]
            spelt = (one + other, f"{one} {other}", one + word[1], word[0] + other)
            found.update((each, word) for each in spelt if len(one) > 1 and len(other) > 1)
    return {normalize(written): meant for written, meant in found.items()}


def _swaps(word: str) -> set[str]:
    """Swap each two neighbours of a word."""
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)} - {word}
