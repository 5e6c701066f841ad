"""Segments: the stretches of text that n-grams are read from, each in the row that they are counted in.

A note is one row per field group, because the same words mean other things in them; a comment is one row. Hashtags
move to the tags wherever a source writes them.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from models.folded_text import FoldedText, fold_text
from models.text_batch import FieldGroup, TextBatch

N_GROUPS = len(FieldGroup)
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
    notes, groups = batch.note_of_field, batch.group_of_field
    starts, ends = batch.text.bounds[:-1].copy(), batch.text.bounds[1:] - 1
    fields = batch.fields_at(text.tag_starts)
    in_text = groups[fields] < FieldGroup.TAG
    is_tagged = np.zeros(len(batch.notes), dtype=np.bool_)  # notes with a hashtag in title or body
    is_tagged[notes[fields[in_text]]] = True
    is_repeated = (groups == FieldGroup.TAG) & is_tagged[notes]
    ends[is_repeated] = starts[is_repeated]
    is_moved = in_text | ((groups[fields] == FieldGroup.TAG) & ~is_repeated[fields])
    fields, tag_starts, tag_ends = fields[is_moved], text.tag_starts[is_moved], text.tag_ends[is_moved]
    is_first = np.diff(fields, prepend=-1) > 0  # of its field's hashtags
    before = starts[fields]  # where the text before each hashtag starts
    before[~is_first] = tag_ends[:-1][~is_first[1:]]
    is_last = np.diff(fields, append=len(notes)) > 0
    starts[fields[is_last]] = tag_ends[is_last]
    rows = notes * N_GROUPS + groups
    return _cut(
        text,
        np.concatenate([starts, before, tag_starts + 1]),
        np.concatenate([ends, tag_starts, tag_ends]),
        np.concatenate([rows, rows[fields], notes[fields] * N_GROUPS + FieldGroup.TAG]),
        NOTE_SEEDS,
        len(batch.notes),
    )


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


def comment_segments(batch: TextBatch, text: FoldedText | None = None) -> Segments:
    """Make each comment, the author's or another's, a row of its own: row k is the k-th of the batch, note by note.

    Parameters
    ----------
    text
        The batch folded, where the caller has it.
    """
    groups, bounds = batch.group_of_field, batch.text.bounds
    fields = np.flatnonzero((groups == FieldGroup.AUTHOR_COMMENT) | (groups == FieldGroup.OTHER_COMMENT))
    rows = np.arange(len(fields))
    return _cut(text or fold_text(batch), bounds[fields], bounds[fields + 1] - 1, rows, COMMENT_SEEDS, len(fields))


def _kept(segments: Segments, mask: npt.NDArray[np.bool_]) -> Segments:
    starts, ends, rows = segments.starts[mask], segments.ends[mask], segments.rows[mask]
    return Segments(segments.codes, starts, ends, rows, segments.seeds, segments.n_units)


def _cut(
    text: FoldedText, starts: _Ints, ends: _Ints, rows: _Ints, seeds: npt.NDArray[np.uint32], n_units: int
) -> Segments:
    """Trim segments given in batch positions, drop the empty ones and sort the rest by row.

    They start and end on characters that folding keeps: none follows whitespace and is whitespace itself.
    """
    starts, ends = text.places(starts), text.places(ends)
    starts += text.codes[starts] == ord(" ")
    ends -= text.codes[ends - 1] == ord(" ")
    order = np.argsort(rows, kind="stable")
    order = order[starts[order] < ends[order]]
    return Segments(text.codes, starts[order], ends[order], rows[order], seeds, n_units)
