"""Decisive words restored for detectors: 彳敚信, 信微, 维芯, weixin and 微✨信 are read as 微信, at their places in the text.

Only what detectors read is restored: n-grams, phrases and hashes see the text as it was written. Three steps, each on
the outcome of the one before: split characters, pinyin, emoji and swapped neighbours become the word; signs inside a word
vanish; two characters that sound or look like a word become it, unless ordinary text holds that pair.
"""

import copy
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from models.signals.detector import Hit
from models.signals.edits import Edit, Edits
from models.signals.restored_tables import FIRST, PAIR_BITS, Tables, tables
from models.text_batch import TextBatch

_Codes = npt.NDArray[np.uint32]
_LONGEST_RUN = 3  # signs between two characters of a word
# Not joined over these signs: "好滴 我去", "进~群里" are clauses; "W x 品牌" is two names; "主~页" is for `disguised`.
_APART_OVER = {"主页": ".~*-", "简介": ".~*-", "vx": " ", "wx": " ", "qq": " "}
_CLAUSE_ENDS, _APART_IN_CLAUSES = frozenset("我私群"), " ~"
_IN_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.@_-/")  # pinyin beside these is part of an address or id


class Restored:
    """A batch as detectors read it; its attribute `batch` is the batch given where nothing was restored.

    In a restored batch `text.text`, `text.cased`, `text.codes` and the bounds are the restored text's, and only these.
    """

    def __init__(self, batch: TextBatch) -> None:
        self.batch = batch
        self._steps: list[Edits] = []

    def apply(self, edits: Edits) -> None:
        """Restore what one step found."""
        if not self._steps:
            self.batch = copy.copy(self.batch)
        self._steps.append(edits)
        text, cased = edits.replaced(self.batch.text.text), edits.replaced(self.batch.text.cased)
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
        bounds = edits.moved(self.batch.text.bounds)
        self.batch.text = msgspec.structs.replace(self.batch.text, text=text, cased=cased, codes=codes, bounds=bounds)
        self.batch.bounds = bounds.tolist()

    def hits(self, found: Sequence[Hit]) -> list[Hit]:
        """Give hits in the restored text their positions in the batch."""
        if not self._steps:
            return list(found)
        return [hit._replace(start=self._origin(hit.start)[0], end=self._origin(hit.end - 1)[1]) for hit in found]

    def _origin(self, place: int) -> tuple[int, int]:
        """Tell what span of the batch a restored character came from."""
        start, end = place, place + 1
        for edits in reversed(self._steps):
            start, end = edits.origin(start)[0], edits.origin(end - 1)[1]
        return start, end


def restore(batch: TextBatch) -> Restored:
    """Restore the decisive words of a batch."""
    restored = Restored(batch)
    for step in (_spelt_out, _signs_inside, _alike):
        if found := list(step(restored.batch.text.codes, tables())):
            restored.apply(Edits(found))
    return restored


def _signs_inside(codes: _Codes, known: Tables) -> Iterator[Edit]:
    """Find runs of signs between two characters of a word."""
    is_sign = known.is_sign.take(codes)
    starts = (known.left.take(codes[:-1]) & is_sign[1:]).nonzero()[0] + 1
    for start in starts.tolist():
        stop = start + 1
        while stop < len(codes) and is_sign[stop] and stop - start <= _LONGEST_RUN:
            stop += 1
        if stop == len(codes) or stop - start > _LONGEST_RUN:
            continue
        pair = chr(codes[start - 1]) + chr(codes[stop])
        if pair not in known.joined or (pair.isascii() and _in_name(codes, start - 2, stop + 1)):
            continue
        apart = _APART_OVER.get(pair, _APART_IN_CLAUSES if pair[1] in _CLAUSE_ENDS else "")
        if not any(chr(code) in apart for code in codes[start:stop]):
            yield start, stop, ""


def _spelt_out(codes: _Codes, known: Tables) -> Iterator[Edit]:
    """Find split, spelt, drawn and swapped words: of overlapping ones the first, and of those the longest."""
    starts, ends, numbers = known.finder.find(codes)
    if not len(starts):
        return
    reached = 0
    for at in np.lexsort((-ends, starts)).tolist():
        start, end = int(starts[at]), int(ends[at])
        number = int(numbers[at])
        written, meant = known.meant[number]
        before = start - 1 if written[0].isascii() else -1
        behind = end if written[-1].isascii() else -1
        if start < reached or _in_name(codes, before, behind) or _is_seam(codes, start, end, known, number):
            continue
        reached = end
        yield start, end, meant


def _in_name(codes: _Codes, *places: int) -> bool:
    """Tell whether a letter, digit or sign of an address stands at one of the places; a negative one is none."""
    return any(0 <= place < len(codes) and chr(codes[place]) in _IN_NAME for place in places)


def _is_seam(codes: _Codes, start: int, end: int, known: Tables, number: int) -> bool:
    """Tell whether two swapped characters belong to words beside them: 信微 in 微信微博, 信私 in 微信私聊."""
    written, meant = known.meant[number]
    if len(meant) != 2 or written != meant[::-1]:
        return False
    behind = chr(codes[end]) if end < len(codes) else ""
    beside = chr(codes[start - 1]) + written[0], written[1] + behind  # a text begins with NUL
    return any(pair == meant or pair in known.joined for pair in beside)


def _alike(codes: _Codes, known: Tables) -> Iterator[Edit]:
    """Find pairs that sound or look like a word."""
    roles = known.roles.take(codes)
    places = (roles[:-1] & (roles[1:] >> 1) & FIRST).nonzero()[0]
    bits = known.first.take(codes[places]) & known.second.take(codes[places + 1])
    places, bits = places[bits != 0], bits[bits != 0]
    if not len(places):
        return
    pairs = codes[places].astype(np.int64) << PAIR_BITS | codes[places + 1]
    at = np.searchsorted(known.ordinary, pairs)
    is_new = known.ordinary.take(at, mode="clip") != pairs
    reached = 0
    for place, bit in zip(places[is_new].tolist(), bits[is_new].tolist(), strict=True):
        word = known.words[(bit & -bit).bit_length() - 1]
        done = max(0, reached - place)  # 1 where the pair before gave the first character: 佳薇芯 is 加微信
        yield place + done, place + 2, word[done:]
        reached = place + 2
