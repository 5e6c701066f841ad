"""The columns of a scored archive that a share is made of, as arrays."""

from dataclasses import dataclass
from pathlib import Path

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
_REQUIRED = ("note_id", "author_label", *(f"p_{label}" for label in LABELS), "pa_organic", "model_version")
_COLUMNS = (*_REQUIRED, "feed_id", "keyword", "author_id", "published_at", "scored_at")


@dataclass(frozen=True, eq=False)
class ScoredColumns:
    """Scored notes, one row each; times in microseconds since 1970-01-01 UTC.

    `note`, `feed`, `version` and `author` are positions among the names; an unknown author is -1.
    """

    note_ids: tuple[str, ...]
    feeds: tuple[str, ...]
    versions: tuple[str, ...]
    note: IntArray
    feed: IntArray
    version: IntArray
    author: IntArray
    published_us: IntArray
    dated: npt.NDArray[np.bool_]
    scored_us: IntArray  # earliest possible where unknown
    author_label: IntArray  # position in `LABELS`
    posteriors: npt.NDArray[np.float64]  # (n, 4), the author's own content

    def latest(self, *, per_feed: bool) -> IntArray:
        """Rows with the latest `scored_at` of each note (in each feed, or overall); of equal ones the last."""
        group = self.feed * len(self.note_ids) + self.note if per_feed else self.note
        order = np.lexsort((np.arange(len(group)), self.scored_us, group))
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
    note_ids, note = _coded(table["note_id"])
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
    return ScoredColumns(
        note_ids=note_ids,
        feeds=feeds,
        versions=versions,
        note=note,
        feed=feed_codes,
        version=version,
        author=author,
        published_us=published,
        dated=dated,
        scored_us=np.where(known, scored, np.iinfo(np.int64).min),
        author_label=np.array([position[name] for name in names], dtype=np.int64)[label_codes],
        posteriors=author_posteriors(scores, pa_organic),
    )


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
