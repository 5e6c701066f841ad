"""Many notes laid out as one normalised text, so that each scan runs once a batch instead of once a note."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from data.normalize import Normalized, normalize_fields
from data.notes import Comment, Note


class FieldGroup(IntEnum):
    """Fields that share features: kept apart because the same words mean other things in them."""

    TITLE = 0
    BODY = 1
    TAG = 2
    AUTHOR_COMMENT = 3
    OTHER_COMMENT = 4  # also comments whose writer is unknown
    IMAGE = 5


# Plain integers: an enum's members are slow to look up and to compare.
_TITLE_AND_BODY = (int(FieldGroup.TITLE), int(FieldGroup.BODY))
_TAG, _IMAGE = int(FieldGroup.TAG), int(FieldGroup.IMAGE)
_AUTHOR_COMMENT, _OTHER_COMMENT = int(FieldGroup.AUTHOR_COMMENT), int(FieldGroup.OTHER_COMMENT)


class TextBatch:
    """The fields of `notes`, normalised and joined; field k belongs to note `field_note[k]`.

    Attributes
    ----------
    text
        `Normalized` text of all fields, joined by NUL; positions in it are "batch positions".
    field_note, field_group, field_index
        For each field: position of its note, its group, its index within the note's tags, comments or image texts.
    note_of_field, group_of_field, comment_fields
        `field_note` and `field_group` as arrays; (n_comments,) fields that hold comments.
    note_fields
        `note_fields[i]:note_fields[i + 1]` are the fields of note i.
    """

    def __init__(self, notes: Sequence[Note]) -> None:
        self.notes = notes
        self.originals: list[str] = []
        self.field_note: list[int] = []
        self.field_group: list[int] = []
        self.field_index: list[int] = []
        self.note_fields: list[int] = [0]
        for position, note in enumerate(notes):
            self._add(position, note)
        self.note_of_field = np.array(self.field_note, dtype=np.int64)
        self.group_of_field = np.array(self.field_group, dtype=np.int64)
        is_comment = (self.group_of_field == _AUTHOR_COMMENT) | (self.group_of_field == _OTHER_COMMENT)
        self.comment_fields = is_comment.nonzero()[0]
        self.text: Normalized = normalize_fields(self.originals)
        self.bounds: list[int] = self.text.bounds.tolist()

    def _add(self, position: int, note: Note) -> None:
        before = len(self.originals)
        self.originals += (note.title, note.body)
        self.field_group += _TITLE_AND_BODY
        self.field_index += (0, 0)
        if note.tags:
            self._append(note.tags, [_TAG] * len(note.tags))
        if note.comments:
            groups = [_AUTHOR_COMMENT if comment.is_author else _OTHER_COMMENT for comment in note.comments]
            self._append([comment.text for comment in note.comments], groups)
        if note.image_texts:
            self._append(note.image_texts, [_IMAGE] * len(note.image_texts))
        self.field_note += [position] * (len(self.originals) - before)
        self.note_fields.append(len(self.originals))

    def _append(self, texts: Sequence[str], groups: list[int]) -> None:
        self.originals += texts
        self.field_group += groups
        self.field_index += range(len(texts))

    def field_at(self, position: int) -> int:
        """Field that holds a batch position."""
        return bisect_right(self.bounds, position) - 1

    def fields_at(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Fields that hold batch positions."""
        return np.searchsorted(self.text.bounds, positions, side="right") - 1

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a half-open, non-empty span of batch positions within one field into positions of its original text."""
        return int(self.text.starts[start]), int(self.text.ends[end - 1])

    def comment_of(self, field: int) -> Comment | None:
        """Comment that a field holds, or None for any other field."""
        if self.field_group[field] in (_AUTHOR_COMMENT, _OTHER_COMMENT):
            return self.notes[self.field_note[field]].comments[self.field_index[field]]
        return None

    def field_name(self, field: int) -> str:
        """Name of a field as evidence writes it: "title", "body", "tags[0]", "comments[2]", "image_texts[0]"."""
        group, index = self.field_group[field], self.field_index[field]
        return _NAMES[group] if group in _TITLE_AND_BODY else f"{_NAMES[group]}[{index}]"


_NAMES: dict[int, str] = {
    FieldGroup.TITLE: "title",
    FieldGroup.BODY: "body",
    FieldGroup.TAG: "tags",
    FieldGroup.AUTHOR_COMMENT: "comments",
    FieldGroup.OTHER_COMMENT: "comments",
    FieldGroup.IMAGE: "image_texts",
}
