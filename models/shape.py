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
_EMOJI, _PIN, _CHECK = (1 + _CLASSES.index(name) for name in ("emoji", "pin", "check"))  # the last two are emoji too
_COLUMN = {name: column for column, name in enumerate(SHAPE)}
_ASKS = _COLUMN["asks_share"]
# Columns that are log1p of a size, and what brings them to the range of the others.
_SIZES = [_COLUMN[name] for name in ("title_length", "body_length", "n_tags", *_CLASSES)]
_SCALES = np.array([4, 6, 3, *[4] * len(_CLASSES)])
# Plain integers: an enum's members are slow to look up and to compare.
_N_GROUPS, _TAG = len(FieldGroup), int(FieldGroup.TAG)
_AUTHOR_COMMENT, _OTHER_COMMENT = int(FieldGroup.AUTHOR_COMMENT), int(FieldGroup.OTHER_COMMENT)


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
    n_notes, bounds = len(batch.notes), batch.text.bounds
    lengths = bounds[1:] - bounds[:-1] - 1
    titles = np.array(batch.note_fields[:-1], dtype=np.int64)  # each note's fields begin with title and body
    bodies = titles + 1
    group_of = batch.note_of_field * _N_GROUPS + batch.group_of_field
    n_fields = np.bincount(group_of, minlength=n_notes * _N_GROUPS).reshape(n_notes, _N_GROUPS)
    chars = _class_counts(batch)
    written = chars[titles, _HASHTAG] + chars[bodies, _HASHTAG]
    sizes = np.empty((n_notes, len(_SIZES)), dtype=np.int64)
    sizes[:, 0] = lengths[titles]
    sizes[:, 1] = body = lengths[bodies]
    sizes[:, 2] = tags = np.where(written > 0, written, n_fields[:, _TAG])
    sizes[:, 3:] = chars[bodies, 1:_HASHTAG]
    whole = np.empty((n_notes, len(SHAPE)), dtype=np.float32)
    whole[:, _SIZES] = np.log1p(sizes) / _SCALES
    for name, answer in (
        ("no_body", body < 15), ("caption_body", (body >= 15) & (body < 60)), ("long_body", body > 400),
        ("no_tags", tags == 0), ("many_tags", tags >= 6),
    ):  # fmt: skip
        whole[:, _COLUMN[name]] = answer
    author = whole.copy()
    # How many comments there are is no feature: crawls keep different shares of a thread, and any comment would count.
    whole[:, _ASKS] = reader_asks / (n_fields[:, _AUTHOR_COMMENT] + n_fields[:, _OTHER_COMMENT] + 1)
    author[:, _ASKS] = 0
    return whole, author


def _class_counts(batch: TextBatch) -> _Ints:
    """Count the characters of each class in each field: (n_fields, _N_COUNTED)."""
    classes = _class_table().take(batch.text.codes)
    counted = classes.nonzero()[0]
    n_fields = len(batch.originals)
    keys = batch.fields_at(counted) * _N_COUNTED + classes[counted]
    counts = np.bincount(keys, minlength=n_fields * _N_COUNTED).reshape(n_fields, _N_COUNTED)
    for narrower in (_PIN, _CHECK):
        counts[:, _EMOJI] += counts[:, narrower]
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
