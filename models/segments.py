"""Segments: the stretches of text that n-grams are read from, each in the row that they are counted in.

A note is one row per field group, because the same words mean other things in them; a comment is one row. Hashtags
move to the tags wherever a source writes them.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec
import numba
import numpy as np
import numpy.typing as npt

from data.kernels import compile_kernel
from models.folded_text import Codes, FoldedText, fold_text
from models.text_batch import FieldGroup, TextBatch

N_GROUPS = len(FieldGroup)
_TAG, _SPACE = int(FieldGroup.TAG), ord(" ")
NOTE_SEEDS = np.array([0x2C1B3C6D, 0x297A2D39, 0xE4D8F1A3, 0x1B56C4E9, 0x91E10DA5, 0xD1B54A32], dtype=np.uint32)
COMMENT_SEEDS = np.array([0x7D9C2F4B], dtype=np.uint32)
TOPIC_SEEDS = np.array([0x5BD1E995], dtype=np.uint32)
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


def note_segments(batch: TextBatch, text: FoldedText | None = None) -> Segments:
    """Cut notes into segments, one row per note and `FieldGroup`.

    A hashtag in title or body leaves its segment and becomes a tag without "#". A note that has any loses its `tags`
    fields, which repeat them; so a note reads the same whichever way its source writes tags.

    Parameters
    ----------
    text
        The batch folded, where the caller has it.
    """
    text = text or fold_text(batch)
    cut_at_hashtags, _ = _compiled()
    tags = batch.fields_at(text.tag_starts), text.tag_starts, text.tag_ends
    cut = cut_at_hashtags(batch.text.bounds, batch.note_of_field, batch.group_of_field, *tags)
    return _trimmed(text, *cut, NOTE_SEEDS, len(batch.notes))


def author_segments(segments: Segments) -> Segments:
    """Keep of `note_segments` what the author wrote."""
    return _kept(segments, segments.rows % N_GROUPS != FieldGroup.OTHER_COMMENT)


def other_segments(segments: Segments) -> Segments:
    """Keep of `note_segments` what others commented."""
    return _kept(segments, segments.rows % N_GROUPS == FieldGroup.OTHER_COMMENT)


def topic_segments(segments: Segments) -> Segments:
    """Join title, body and tags of `note_segments` into one row a note: what it is about, wherever it says so."""
    groups = segments.rows % N_GROUPS
    kept = _kept(segments, groups <= _TAG)
    return Segments(kept.codes, kept.starts, kept.ends, kept.rows // N_GROUPS, TOPIC_SEEDS, kept.n_units)


def comment_segments(batch: TextBatch, text: FoldedText | None = None) -> Segments:
    """Make each comment, the author's or another's, a row of its own: row k is the k-th of the batch, note by note.

    Parameters
    ----------
    text
        The batch folded, where the caller has it.
    """
    fields, bounds = batch.comment_fields, batch.text.bounds
    rows = np.arange(len(fields))
    return _trimmed(text or fold_text(batch), bounds[fields], bounds[fields + 1] - 1, rows, COMMENT_SEEDS, len(fields))


def _kept(segments: Segments, mask: npt.NDArray[np.bool_]) -> Segments:
    starts, ends, rows = segments.starts[mask], segments.ends[mask], segments.rows[mask]
    return Segments(segments.codes, starts, ends, rows, segments.seeds, segments.n_units)


def _trimmed(
    text: FoldedText, starts: _Ints, ends: _Ints, rows: _Ints, seeds: npt.NDArray[np.uint32], n_units: int
) -> Segments:
    """Trim segments given in batch positions, drop the empty ones and sort the rest by row.

    They start and end on characters that folding keeps: none follows whitespace and is whitespace itself.
    """
    _, trim = _compiled()
    order = rows.argsort(kind="stable")
    return Segments(text.codes, *trim(text.codes, text.places(starts), text.places(ends), rows, order), seeds, n_units)


def _cut_at_hashtags(
    bounds: _Ints, notes: _Ints, groups: _Ints, fields: _Ints, tag_starts: _Ints, tag_ends: _Ints
) -> tuple[_Ints, _Ints, _Ints]:
    """Give starts, ends and rows: of fields behind their last hashtag, of the text before each hashtag, of hashtags.

    Hashtags are given by their field, start and end. Places of hashtags that stay in their comment are left empty.
    """
    n_fields, n_tags = len(notes), len(tag_starts)
    starts, ends = np.zeros(n_fields + 2 * n_tags, dtype=np.int64), np.zeros(n_fields + 2 * n_tags, dtype=np.int64)
    rows = np.zeros(n_fields + 2 * n_tags, dtype=np.int64)
    is_tagged = np.zeros(n_fields, dtype=np.bool_)  # notes with a hashtag in title or body
    for field in fields:
        if groups[field] < _TAG:
            is_tagged[notes[field]] = True
    for field in range(n_fields):
        rows[field] = notes[field] * N_GROUPS + groups[field]
        if not (groups[field] == _TAG and is_tagged[notes[field]]):  # else the tag repeats what the text says
            starts[field], ends[field] = bounds[field], bounds[field + 1] - 1
    for tag in range(n_tags):
        field, before, behind = fields[tag], n_fields + tag, n_fields + n_tags + tag
        if groups[field] < _TAG or (groups[field] == _TAG and not is_tagged[notes[field]]):
            starts[before], ends[before], rows[before] = starts[field], tag_starts[tag], rows[field]
            starts[behind], ends[behind] = tag_starts[tag] + 1, tag_ends[tag]
            rows[behind] = notes[field] * N_GROUPS + _TAG
            starts[field] = tag_ends[tag]
    return starts, ends, rows


def _trim(codes: Codes, starts: _Ints, ends: _Ints, rows: _Ints, order: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Give trimmed starts and ends and their rows in `order`, those left empty out; positions are places in `codes`."""
    n, size = 0, len(rows)
    kept_starts, kept_ends = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    kept_rows = np.empty(size, dtype=np.int64)
    for k in order:
        start = starts[k] + (codes[starts[k]] == _SPACE)
        end = ends[k] - (codes[ends[k] - 1] == _SPACE)
        if start < end:
            kept_starts[n], kept_ends[n], kept_rows[n] = start, end, rows[k]
            n += 1
    return kept_starts[:n], kept_ends[:n], kept_rows[:n]


@lru_cache(maxsize=1)
def _compiled() -> tuple[Callable[..., tuple[_Ints, _Ints, _Ints]], Callable[..., tuple[_Ints, _Ints, _Ints]]]:
    codes, ints = (numba.types.Array(dtype, 1, "C", readonly=True) for dtype in (numba.uint32, numba.int64))
    return compile_kernel(_cut_at_hashtags, (ints,) * 6), compile_kernel(_trim, (codes, *(ints,) * 4))
