"""The columns of a scored archive that a share is made of, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import DataError
from data.labels import LABELS
from data.scored import SCHEMA
from data.scored_reader import iter_scored
from models.prevalence import author_posteriors

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Float32Array = npt.NDArray[np.float32]
_REQUIRED = ("note_id", "author_label", *(f"p_{label}" for label in LABELS), "pa_organic", "model_version")
_COLUMNS = (*_REQUIRED, "feed_id", "keyword", "author_id", "published_at", "scored_at")
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
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: kept.take(rows) for name, kept in arrays.items() if not isinstance(kept, tuple)})

    def rows_of(self, note_ids: Sequence[str], among: IntArray | None = None) -> IntArray:
        """Find notes: their positions in `among` (some rows; None: all of them), -1 for a note that is not there.

        A note that stands there several times, as in several feeds, is found at its first.
        """
        ids = self.note_ids if among is None else self.note_ids.take(among)
        found = pc.index_in(pa.array(note_ids, pa.string()), value_set=ids)
        return np.asarray(pc.fill_null(found, -1), dtype=np.int64)

    def latest(self, *, per_feed: bool) -> IntArray:
        """Rows with the latest `scored_us` of each note (in each feed, or overall); of equal ones the last."""
        group = self.feed * (self.note.max(initial=0) + 1) + self.note if per_feed else self.note
        return latest_rows(group, self.scored_us)


def latest_rows(group: IntArray, time: IntArray) -> IntArray:
    """Rows with the latest time of each group, ascending; of equal times the last."""
    order = np.lexsort((np.arange(len(group)), time, group))
    last = np.append(np.diff(group[order]) != 0, True)[: len(order)]
    return np.sort(order[last])


def read_scored(path: Path) -> ScoredColumns:
    """Read a scored archive: a `.parquet` or `.jsonl` file, or a folder of parts.

    Raises
    ------
    DataError
        If the archive is missing or damaged, or a value is missing or unknown.
    """
    schema = pa.schema([SCHEMA.field(name) for name in _COLUMNS])
    table = pa.Table.from_batches(iter_scored(path, columns=_COLUMNS, batch_rows=65_536), schema=schema)
    for name in _REQUIRED:
        if table[name].null_count:
            raise DataError(f"{path}: every row must have {name!r}. Got {table[name].null_count} rows without.")
    feed = pc.coalesce(_filled(table["feed_id"]), _filled(table["keyword"]), "default")
    feeds, feed_codes = _coded(feed)
    versions, version = _coded(table["model_version"])
    _, author = _coded(_filled(table["author_id"]))
    position = {label.value: at for at, label in enumerate(LABELS)}
    names, label_codes = _coded(table["author_label"])
    if unknown := [name for name in names if name not in position]:
        raise DataError(f"{path}: 'author_label' must be one of {', '.join(position)}. Got {unknown[0]!r} instead.")
    scores = np.column_stack([table[f"p_{label}"].to_numpy().astype(np.float64) for label in LABELS])
    pa_organic = table["pa_organic"].to_numpy().astype(np.float64)
    if not (_in_unit(scores) and _in_unit(pa_organic) and np.allclose(scores.sum(axis=1), 1.0, atol=1e-2)):
        raise DataError(f"{path}: 'p_*' and 'pa_organic' must be probabilities, 'p_*' summing to 1. Got others.")
    published, dated = _microseconds(table["published_at"])
    scored, known = _microseconds(table["scored_at"])
    columns = ScoredColumns.from_arrays(
        table["note_id"].to_pylist(),
        author_posteriors(scores, pa_organic),
        feeds=feeds,
        versions=versions,
        feed=feed_codes,
        version=version,
        author=author,
        published_us=published,
        dated=dated,
        scored_us=np.where(known, scored, _EARLIEST),
        author_label=np.array([position[name] for name in names], dtype=np.int64)[label_codes],
    )
    return columns.take(columns.latest(per_feed=True))


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read empty strings as missing."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], IntArray]:
    """Names in order of first appearance, and each row's position among them (-1 for null)."""
    encoded = pa.concat_arrays([pa.array([], pa.string()), *column.chunks]).dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return tuple(encoded.dictionary.to_pylist()), codes.astype(np.int64)


def _microseconds(column: pa.ChunkedArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    known = np.asarray(pc.is_valid(column))
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0)), known


def _in_unit(values: npt.NDArray[np.float64]) -> bool:
    return bool(np.all((values >= 0) & (values <= 1 + 1e-6)))
