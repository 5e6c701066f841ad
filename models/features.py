"""Features of a batch beside its n-grams: how often each detector fired in each region, and the shape of the note."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from models.shape import SHAPE, shapes
from models.signals.detector import Detector
from models.signals.hits import Hits
from models.text_batch import TextBatch

Floats = npt.NDArray[np.float32]

REGIONS = ("text", "tags", "author_comments", "other_comments")
_REGION_OF = np.array([0, 0, 1, 2, 3, 0])  # by FieldGroup; text in images is read as the author's text
_OWN_COMMENTS, _OTHERS = REGIONS.index("author_comments"), REGIONS.index("other_comments")


class Features(msgspec.Struct, frozen=True):
    """Dense features of notes and of their comments.

    Attributes
    ----------
    notes
        (n_notes, n_features): the whole thread.
    author
        (n_notes, n_features): as if nobody but the author had commented.
    comments
        (n_comments, n_detectors + 2): each comment of the batch on its own, in order of the batch's fields.
    """

    notes: Floats
    author: Floats
    comments: Floats


def feature_names(detectors: Sequence[Detector]) -> tuple[str, ...]:
    """Name the columns of `Features.notes`, in their order."""
    fired = [
        f"{kind}:{detector.name}:{region}" for kind in ("count", "any") for detector in detectors for region in REGIONS
    ]
    return (*fired, *(f"shape:{name}" for name in SHAPE))


def extract(batch: TextBatch, hits: Hits, detectors: Sequence[Detector]) -> Features:
    """Count hits per note, detector and region, and describe each note's shape.

    Parameters
    ----------
    hits
        Of `Scanner.scan` over the same batch.
    detectors
        The scanner's detectors: they give the columns.
    """
    n_notes, width = len(batch.notes), len(detectors) * len(REGIONS)
    region_of_field = _REGION_OF[batch.group_of_field]
    cells = batch.note_of_field[hits.fields] * width + hits.detectors * len(REGIONS) + region_of_field[hits.fields]
    counts = np.bincount(cells, minlength=n_notes * width)
    fired = counts.nonzero()[0]
    rows, columns = np.divmod(fired, width)
    asks = [detector.name for detector in detectors].index("reader_asks")
    shape, author_shape = shapes(batch, counts[asks * len(REGIONS) + _OTHERS :: width])
    notes = np.zeros((n_notes, 2 * width + len(SHAPE)), dtype=np.float32)
    notes[rows, columns] = np.log1p(counts[fired].astype(np.float32))
    notes[rows, width + columns] = 1
    notes[:, 2 * width :] = shape
    author = notes.copy()
    author[:, _OTHERS : 2 * width : len(REGIONS)] = 0
    author[:, 2 * width :] = author_shape
    return Features(notes, author, _comment_features(batch, hits, region_of_field, len(detectors)))


def _comment_features(batch: TextBatch, hits: Hits, region_of_field: npt.NDArray[np.int64], n_detectors: int) -> Floats:
    fields, bounds = batch.comment_fields, batch.text.bounds
    features = np.zeros((len(fields), n_detectors + 2), dtype=np.float32)
    inside = region_of_field[hits.fields] >= _OWN_COMMENTS
    features[fields.searchsorted(hits.fields[inside]), hits.detectors[inside]] = 1
    lengths = bounds[fields + 1] - bounds[fields] - 1
    features[:, -2] = np.log1p(lengths) / 4
    features[:, -1] = lengths > 60  # a long comment tells a story or pastes a share text
    return features
