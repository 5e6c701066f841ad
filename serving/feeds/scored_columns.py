"""The columns of a scored archive that a share is made of, as arrays."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.labels import LABELS
from serving.feeds.scored_arrays import collect_arrays, rows_at
from serving.feeds.scored_query import QUERY_ERRORS, place_row, query_archive, query_batches, stream_archive
from serving.feeds.scorings import Scorings

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]
_EARLIEST = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class ScoredColumns:
    """Scored notes: the latest row of each note in each feed; times in microseconds since 1970-01-01 UTC.

    Every array has shape (n,) but `posteriors`. `feed`, `version`, `policy` and `channel` are positions among the
    names, `note` and `author` arbitrary codes: equal ids, equal codes. -1 is unknown. Where a `*_us` time is unknown
    it is 0 (`scored_us`: the earliest possible). `from_arrays` fills what is not given.
    """

    note_ids: pa.ChunkedArray  # strings
    feeds: tuple[str, ...]
    versions: tuple[str, ...]
    policies: tuple[str, ...]
    channels: tuple[str, ...]  # keywords
    note: IntArray
    feed: IntArray
    version: IntArray
    policy: IntArray
    earlier_version: IntArray  # the last other one that judged the note in its feed before; -1: none
    earlier_policy: IntArray
    channel: IntArray
    author: IntArray
    cluster: IntArray  # of an author's notes, or of copies and near-copies; codes with gaps
    published_us: IntArray
    dated: BoolArray
    collected_us: IntArray
    collected_known: BoolArray
    first_collected_us: IntArray  # of all scorings of the note in its feed; read it where `collected_known`
    scored_us: IntArray
    author_label: IntArray  # position in `LABELS`
    posteriors: Float32Array  # (n, 4), the author's own content
    q_commercial: Float32Array
    impressions: npt.NDArray[np.float64]  # NaN: unknown
    likes: npt.NDArray[np.float64]  # NaN: unknown
    n_comments: IntArray
    n_diverting_comments: IntArray

    @classmethod
    def from_arrays(
        cls, note_ids: Sequence[str], posteriors: npt.NDArray[np.floating], *, feeds: Sequence[str], **known: Any
    ) -> Self:
        """Make columns from ids, posteriors and whatever else is known.

        Parameters
        ----------
        note_ids
            Of each row.
        posteriors
            Shape (n, 4), columns in `LABELS` order.
        feeds
            Names; without `feed` every row is of the first.
        **known
            Other fields. Without them: one version and one policy, no channel, nothing known of author, times and
            counts, every row its own cluster, `author_label` the likeliest, `q_commercial` the two ads together.
        """
        n, ids = len(note_ids), pa.chunked_array([pa.array(note_ids, pa.string())])
        zeros, unknown, no = np.zeros(n, np.int64), np.full(n, -1), np.zeros(n, dtype=bool)
        ads = [at for at, label in enumerate(LABELS) if label.value.endswith("_ad")]
        given: dict[str, Any] = {
            "note_ids": ids,
            "feeds": tuple(feeds),
            "versions": ("m1",),
            "policies": ("p1",),
            "channels": (),
            "note": np.unique(np.asarray(note_ids, dtype=object), return_inverse=True)[1],
            **dict.fromkeys(("feed", "version", "policy", "published_us", "collected_us"), zeros),
            **dict.fromkeys(("channel", "author", "earlier_version", "earlier_policy"), unknown),
            **dict.fromkeys(("n_comments", "n_diverting_comments"), unknown),
            **dict.fromkeys(("dated", "collected_known"), no),
            **dict.fromkeys(("impressions", "likes"), np.full(n, np.nan)),
            "cluster": np.arange(n),
            "first_collected_us": known.get("collected_us", zeros),
            "scored_us": np.full(n, _EARLIEST),
            "author_label": posteriors.argmax(axis=1),
            "posteriors": posteriors.astype(np.float32),
            "q_commercial": posteriors[:, ads].sum(axis=1).astype(np.float32),
        }
        return cls(**(given | known))

    def take(self, rows: IntArray) -> Self:
        """Keep these rows, in this order."""
        return replace(self, **{field.name: rows_at(rows, getattr(self, field.name)) for field in fields(self)})

    def rows_of(self, note_ids: Sequence[str], among: IntArray | None = None) -> IntArray:
        """Find notes: their positions in `among` (some rows; None: all of them), -1 for a note that is not there.

        A note that stands there several times, as in several feeds, is found at its first.
        """
        ids = self.note_ids if among is None else self.note_ids.take(among)
        wanted = pa.array(note_ids, pa.string()).dictionary_encode()
        found = pc.index_in(ids, value_set=wanted.dictionary)  # this way round the hash table is the small one
        rows = np.flatnonzero(found.is_valid())[::-1]
        first: IntArray = np.full(len(wanted.dictionary), -1)
        first[np.asarray(found.take(rows))] = rows  # of several the first row is written last
        codes: IntArray = np.asarray(wanted.indices, dtype=np.int64)
        return first[codes]

    def latest(self, *, per_feed: bool) -> IntArray:
        """Rows with the latest `scored_us` of each note (in each feed, or overall); of equal ones the last."""
        return Scorings.of(self.note, self.scored_us, self.feed if per_feed else np.zeros_like(self.feed)).latest()


def read_scored(path: Path) -> ScoredColumns:
    """Read a scored archive, the latest row of each note in each feed: a `.parquet` or `.jsonl` file, or a folder.

    Raises
    ------
    DataError
        If the archive is missing or damaged, or a value is missing or unknown.
    """
    place = partial(place_row, path)
    with suppress(*QUERY_ERRORS):  # the slower reader says what is wrong, and where, and quotes nothing
        return ScoredColumns(**collect_arrays(query_archive(path), place))
    return ScoredColumns(**collect_arrays(stream_archive(path), place))


def join_scored(batches: Iterable[pa.RecordBatch]) -> ScoredColumns:
    """Join rows in memory as `read_scored` does those of files: batches of `serving.feeds.scored_query.COLUMNS_SCHEMA`.

    Raises
    ------
    DataError
        With the row, counted from 1, if a value is missing or unknown.
    """
    return ScoredColumns(**collect_arrays(query_batches(batches), lambda row: f"row {row + 1}"))
