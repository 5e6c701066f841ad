"""Segments: the stretches of text that n-grams are read from, each in the row that they are counted in.

A note is one row per field group, because the same words mean other things in them; a comment is one row. Hashtags
move to the tags wherever a source writes them, digits become "0" (contacts and prices must not be learnt by heart),
and a run of whitespace becomes one space.
"""

import re
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from models.text_batch import FieldGroup, TextBatch

N_GROUPS = len(FieldGroup)
NOTE_SEEDS = np.array([0x2C1B3C6D, 0x297A2D39, 0xE4D8F1A3, 0x1B56C4E9, 0x91E10DA5, 0xD1B54A32], dtype=np.uint32)
COMMENT_SEEDS = np.array([0x7D9C2F4B], dtype=np.uint32)
TOPIC_SEEDS = np.array([0x5BD1E995], dtype=np.uint32)
_HASHTAG = re.compile(r"#[^\s#\0]{1,40}")  # "#防晒 #通勤" holds two; not "# 防晒"
_TAG = int(FieldGroup.TAG)  # a plain int: comparing with the enum is slow
_Ints = npt.NDArray[np.int64]


class Segments(msgspec.Struct, frozen=True):
    """Stretches `codes[starts[k]:ends[k]]`, none of them empty, in order of `rows`.

    Row `unit * len(seeds) + group` is counted and normalised on its own; a unit (a note, a comment) gets the scores.

    Attributes
    ----------
    codes
        Folded code points of the whole batch.
    starts, ends, rows
        (n_segments,) half-open positions in `codes`, and the row of each segment.
    seeds
        (n_groups,) hash seed of each group.
    n_units
        Number of notes or comments, those without text included.
    """

    codes: npt.NDArray[np.uint32]
    starts: _Ints
    ends: _Ints
    rows: _Ints
    seeds: npt.NDArray[np.uint32]
    n_units: int

    @property
    def n_rows(self) -> int:
        """Number of rows: units times groups."""
        return self.n_units * len(self.seeds)


def note_segments(batch: TextBatch) -> Segments:
    """Cut notes into segments, one row per note and `FieldGroup`.

    A hashtag in title or body leaves its segment and becomes a tag without "#". A note that has any loses its `tags`
    fields, which repeat them; so a note reads the same whichever way its source writes tags.
    """
    starts, ends = batch.bounds[:-1], [bound - 1 for bound in batch.bounds[1:]]
    rows = [note * N_GROUPS + group for note, group in zip(batch.field_note, batch.field_group, strict=True)]
    tagged = set()  # notes with a hashtag in title or body; these fields stand before the note's tags
    for match in _HASHTAG.finditer(batch.text.text):
        start, end = match.span()
        field = batch.field_at(start)
        note, group = divmod(rows[field], N_GROUPS)
        if group > _TAG or (group == _TAG and note in tagged):
            continue
        if group < _TAG:
            tagged.add(note)
        starts += (starts[field], start + 1)
        ends += (start, end)
        rows += (rows[field], note * N_GROUPS + _TAG)
        starts[field] = end
    for note in tagged:
        for field in range(batch.note_fields[note], batch.note_fields[note + 1]):
            if rows[field] % N_GROUPS == _TAG:
                ends[field] = starts[field]
    arrays = [np.array(values, dtype=np.int64) for values in (starts, ends, rows)]
    return _fold(batch, arrays[0], arrays[1], arrays[2], NOTE_SEEDS, len(batch.notes))


def author_segments(segments: Segments) -> Segments:
    """Keep of `note_segments` what the author wrote."""
    return _kept(segments, segments.rows % N_GROUPS != FieldGroup.OTHER_COMMENT)


def other_segments(segments: Segments) -> Segments:
    """Keep of `note_segments` what others commented."""
    return _kept(segments, segments.rows % N_GROUPS == FieldGroup.OTHER_COMMENT)


def topic_segments(segments: Segments) -> Segments:
    """Join title, body and tags of `note_segments` into one row a note: what it is about, wherever it says so."""
    groups = segments.rows % N_GROUPS
    kept = _kept(segments, groups <= FieldGroup.TAG)
    return Segments(kept.codes, kept.starts, kept.ends, kept.rows // N_GROUPS, TOPIC_SEEDS, kept.n_units)


def comment_segments(batch: TextBatch) -> Segments:
    """Make each comment, the author's or another's, a row of its own: row k is the k-th of the batch, note by note."""
    groups = np.array(batch.field_group)
    fields = np.flatnonzero((groups == FieldGroup.AUTHOR_COMMENT) | (groups == FieldGroup.OTHER_COMMENT))
    bounds = batch.text.bounds
    return _fold(batch, bounds[fields], bounds[fields + 1] - 1, np.arange(len(fields)), COMMENT_SEEDS, len(fields))


def _kept(segments: Segments, mask: npt.NDArray[np.bool_]) -> Segments:
    starts, ends, rows = segments.starts[mask], segments.ends[mask], segments.rows[mask]
    return Segments(segments.codes, starts, ends, rows, segments.seeds, segments.n_units)


@lru_cache(maxsize=1)
def _folded() -> npt.NDArray[np.uint32]:
    """Table of folded code points; beyond the first plane Python versions differ in digits, so none is folded there."""
    folded = np.arange(0x110000, dtype=np.uint32)
    for point in range(0x10000):
        if chr(point).isdigit():
            folded[point] = ord("0")
        elif chr(point).isspace():
            folded[point] = ord(" ")
    return folded


def _fold(
    batch: TextBatch, starts: _Ints, ends: _Ints, rows: _Ints, seeds: npt.NDArray[np.uint32], n_units: int
) -> Segments:
    """Fold digits and whitespace of the text, trim the segments, drop the empty ones and sort the rest by row."""
    codes = _folded()[np.append(batch.text.codes, np.uint32(0))]  # every segment's end is a position in it
    is_space = codes == ord(" ")
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[1:] = ~(is_space[1:] & is_space[:-1])  # segments start and end on characters that are kept
    codes = codes[kept]
    moved = np.cumsum(kept) - 1
    starts, ends = moved[starts], moved[ends]
    starts += codes[starts] == ord(" ")
    ends -= codes[ends - 1] == ord(" ")
    order = np.argsort(rows, kind="stable")
    order = order[starts[order] < ends[order]]
    return Segments(codes, starts[order], ends[order], rows[order], seeds, n_units)
