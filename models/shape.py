"""The shape of a note: how long its parts are, which sorts of characters it holds, how it is tagged and answered."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.text_batch import FieldGroup, TextBatch

Floats = npt.NDArray[np.float32]
_Ints = npt.NDArray[np.int64]

# What is counted per character class; the classes carry across topics where words do not.
_CLASSES = ("digits", "latin", "emoji", "exclamation", "question", "line", "pin", "check")
_HASHTAG, _N_COUNTED = len(_CLASSES) + 1, len(_CLASSES) + 2  # class k is counted as k + 1, what is in none as 0
SHAPE = (
    "title_length", "body_length", "no_body", "caption_body", "long_body", "n_tags", "no_tags", "many_tags",
    *_CLASSES, "asks_share",
)  # fmt: skip


def shapes(batch: TextBatch, reader_asks: _Ints) -> tuple[Floats, Floats]:
    """Describe title, body, tags and thread of each note.

    Parameters
    ----------
    reader_asks
        (n_notes,) how many comments by others ask where to buy.

    Returns
    -------
    tuple
        Two arrays (n_notes, len(SHAPE)): of the whole thread, and as if nobody but the author had commented.
    """
    n_notes, n_groups = len(batch.notes), len(FieldGroup)
    lengths = np.diff(batch.text.bounds) - 1
    titles = np.array(batch.note_fields[:-1], dtype=np.int64)  # each note's fields begin with title and body
    bodies = titles + 1
    group_of = batch.note_of_field * n_groups + batch.group_of_field
    shape = (n_notes, n_groups)
    n_fields = np.bincount(group_of, minlength=n_notes * n_groups).reshape(shape)
    own, others = n_fields[:, FieldGroup.AUTHOR_COMMENT], n_fields[:, FieldGroup.OTHER_COMMENT]
    chars = _class_counts(batch)
    written = chars[titles, _HASHTAG] + chars[bodies, _HASHTAG]
    tags = np.where(written > 0, written, n_fields[:, FieldGroup.TAG])
    body = lengths[bodies]
    content = [
        np.log1p(lengths[titles]) / 4, np.log1p(body) / 6, body < 15, (body >= 15) & (body < 60), body > 400,
        np.log1p(tags) / 3, tags == 0, tags >= 6, *(np.log1p(chars[bodies, 1:_HASHTAG].T) / 4),
    ]  # fmt: skip
    # How many comments there are is no feature: crawls keep different shares of a thread, and any comment would count.
    whole = [*content, reader_asks / (own + others + 1)]
    author = [*content, np.zeros(n_notes)]
    return _columns(whole), _columns(author)


def _columns(columns: list[npt.NDArray[np.generic]]) -> Floats:
    table = np.empty((len(columns[0]), len(columns)), dtype=np.float32)
    for index, column in enumerate(columns):
        table[:, index] = column
    return table


def _class_counts(batch: TextBatch) -> _Ints:
    """Count the characters of each class in each field: (n_fields, _N_COUNTED)."""
    classes = _class_table()[batch.text.codes]
    counted = np.flatnonzero(classes)
    n_fields = len(batch.originals)
    field_of = np.repeat(np.arange(n_fields), np.diff(batch.text.bounds))
    keys = field_of[counted] * _N_COUNTED + classes[counted]
    counts = np.bincount(keys, minlength=n_fields * _N_COUNTED).reshape(n_fields, _N_COUNTED)
    for name in ("pin", "check"):  # which are emoji too
        counts[:, 1 + _CLASSES.index("emoji")] += counts[:, 1 + _CLASSES.index(name)]
    return counts


@lru_cache(maxsize=1)
def _class_table() -> npt.NDArray[np.uint8]:
    """Table from a code point to its class, 0 for none; of two classes the narrower."""
    table = np.zeros(0x110000, dtype=np.uint8)
    for name, points in (
        ("digits", range(0x30, 0x3A)),
        ("latin", range(0x61, 0x7B)),
        ("emoji", range(0x2600, 0x27C0)),
        ("emoji", range(0x1F300, 0x110000)),
        ("exclamation", [ord("!")]),
        ("question", [ord("?")]),
        ("line", [ord("\n")]),
        ("pin", [ord("📍"), ord("☎"), ord("📞")]),
        ("check", [ord("✅")]),
    ):
        table[points] = 1 + _CLASSES.index(name)
    table[ord("#")] = _HASHTAG
    return table
