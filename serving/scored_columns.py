"""The columns of a scored archive that a share is made of, as arrays."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import DataError
from data.labels import LABELS
from models.prevalence import author_posteriors
from serving.note_clusters import join_notes
from serving.scored_query import QUERY_ERRORS, place_row, query_archive, stream_archive

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]
_HASHED = ("note", "author", "text")
_NAMES = {"feed": "feeds", "channel": "channels", "version": "versions", "policy": "policies"}
_PLAIN = {
    **dict.fromkeys(("published_us", "collected_us", "scored_us", "n_comments", "n_diverting_comments"), np.int64),
    **dict.fromkeys(("dated", "collected_known"), np.bool_),
    **dict.fromkeys(("impressions", "likes"), np.float64),
    "q_commercial": np.float32,
}
_PROBABILITIES = (*(f"p_{label}" for label in LABELS), "pa_organic", "q_commercial")
_LABEL_NAMES = pa.array([label.value for label in LABELS])
_MOST = 1 + 1e-6  # a probability, with rounding
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
    channel: IntArray
    author: IntArray
    cluster: IntArray  # notes joined by an author or a text
    published_us: IntArray
    dated: BoolArray
    collected_us: IntArray
    collected_known: BoolArray
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
            **dict.fromkeys(("channel", "author", "n_comments", "n_diverting_comments"), unknown),
            **dict.fromkeys(("dated", "collected_known"), no),
            **dict.fromkeys(("impressions", "likes"), np.full(n, np.nan)),
            "cluster": np.arange(n),
            "scored_us": np.full(n, _EARLIEST),
            "author_label": posteriors.argmax(axis=1),
            "posteriors": posteriors.astype(np.float32),
            "q_commercial": posteriors[:, ads].sum(axis=1).astype(np.float32),
        }
        return cls(**(given | known))

    def take(self, rows: IntArray) -> Self:
        """Keep these rows, in this order."""
        return replace(self, **{field.name: _at(rows, getattr(self, field.name)) for field in fields(self)})

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
        return _latest(self.note, self.scored_us, self.feed if per_feed else np.zeros_like(self.feed))


def read_scored(path: Path) -> ScoredColumns:
    """Read a scored archive, the latest row of each note in each feed: a `.parquet` or `.jsonl` file, or a folder.

    Raises
    ------
    DataError
        If the archive is missing or damaged, or a value is missing or unknown.
    """
    with suppress(*QUERY_ERRORS):  # the slower reader says what is wrong, and where, and quotes nothing
        return _collect(path, query_archive(path))
    return _collect(path, stream_archive(path))


def _collect(path: Path, batches: Iterable[pa.RecordBatch]) -> ScoredColumns:
    pieces: dict[str, list[Any]] = {
        name: [] for name in ("note_id", *_HASHED, *_NAMES, *_PLAIN, "author_label", "posteriors")
    }
    n = 0
    for batch in batches:
        for name, values in _checked(path, batch, n).items():
            pieces[name].append(values)
        n += len(batch)
    arrays: dict[str, Any] = {name: _joined(pieces.pop(name), dtype) for name, dtype in _PLAIN.items()}
    arrays |= {name: _codes(_joined(pieces.pop(name), np.uint64)) for name in _HASHED}
    for name, plural in _NAMES.items():
        arrays[plural], arrays[name] = _unified(pieces.pop(name))
    arrays["note_ids"] = pa.chunked_array(pieces.pop("note_id"), pa.string())
    arrays["author_label"] = _joined(pieces.pop("author_label"), np.int64)
    arrays["posteriors"] = np.concatenate([np.empty((0, len(LABELS)), np.float32), *pieces.pop("posteriors")])
    latest = _latest(arrays["note"], arrays["scored_us"], arrays["feed"])
    if len(latest) < n:
        for name, values in arrays.items():  # one by one: two whole archives need not fit
            arrays[name] = _at(latest, values)
    pa.default_memory_pool().release_unused()  # Arrow keeps the batches' memory for more of them
    arrays["cluster"] = join_notes(arrays["author"], arrays.pop("text"))
    return ScoredColumns(**arrays)


def _checked(path: Path, batch: pa.RecordBatch, start: int) -> dict[str, Any]:
    """Take what is kept of a batch whose first row is the archive's row `start`, counted from 0."""

    def refuse(wrong: Any, what: str) -> None:
        if np.any(wrong):
            raise DataError(f"{place_row(path, start + int(np.argmax(wrong)))}: {what}")

    for name in ("note_id", "author_label", "version", *_PROBABILITIES):
        if batch[name].null_count:
            refuse(
                batch[name].is_null(), f"{'model_version' if name == 'version' else name!r} must be given. It is not."
            )
    label = pc.index_in(batch["author_label"], _LABEL_NAMES)
    if label.null_count:
        refuse(label.is_null(), f"'author_label' must be one of {', '.join(LABELS)}. Got another.")
    values = np.column_stack([batch[name].to_numpy() for name in _PROBABILITIES])
    if not (values.min(initial=0) >= 0 and values.max(initial=1) <= _MOST):  # NaN is neither
        for at, name in enumerate(_PROBABILITIES):
            refuse(~((values[:, at] >= 0) & (values[:, at] <= _MOST)), f"{name!r} must lie in [0, 1]. It does not.")
    scores = values[:, : len(LABELS)]
    refuse(~(np.abs(scores.sum(axis=1) - 1.0) < 0.01), "'p_*' must sum to 1. They do not.")
    return {
        "note_id": batch["note_id"],
        "author_label": label.to_numpy(),
        "posteriors": author_posteriors(scores, values[:, _PROBABILITIES.index("pa_organic")]).astype(np.float32),
        **{name: batch[name].to_numpy(zero_copy_only=False) for name in (*_HASHED, *_PLAIN)},
        **{name: batch[name].dictionary_encode() for name in _NAMES},
    }


def _joined(pieces: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *pieces], dtype=dtype)


def _codes(hashes: npt.NDArray[np.uint64]) -> IntArray:
    """Give equal hashes one number, from 0; -1 where there is none (0)."""
    each, codes = np.unique(hashes, return_inverse=True)
    return codes - 1 if len(each) and each[0] == 0 else codes


def _unified(pieces: list[pa.DictionaryArray]) -> tuple[tuple[str, ...], IntArray]:
    """Names in order of first appearance, and each row's position among them (-1 for null)."""
    column = pa.chunked_array(pieces, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
    codes = [np.asarray(pc.fill_null(chunk.indices, -1)) for chunk in column.chunks]
    names = column.chunk(0).dictionary.to_pylist() if codes else []
    return tuple(names), _joined(codes, np.int64)


def _at(rows: IntArray, values: Any) -> Any:
    """Take rows of an array; names stay as they are."""
    if isinstance(values, tuple):
        return values
    return values.take(rows) if isinstance(values, pa.ChunkedArray) else values[rows]


def _latest(note: IntArray, time: IntArray, feed: IntArray) -> IntArray:
    """Find the row of each note in each feed with the latest time, of equal times the last; ascending."""
    repeated = np.bincount(note)[note] > 1
    rows = np.flatnonzero(repeated)
    order = rows[np.lexsort((time[rows], note[rows], feed[rows]))]
    is_last = (np.diff(note[order], append=-1) != 0) | (np.diff(feed[order], append=-1) != 0)
    kept = ~repeated
    kept[order[is_last]] = True
    return np.flatnonzero(kept)
