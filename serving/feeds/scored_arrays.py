"""Batches of a scored archive, checked and joined into arrays: strings as codes, the latest row of each note."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import DataError
from data.labels import LABELS
from data.scored import NEAR_HASHES
from models.prevalence import author_posteriors
from serving.feeds.note_clusters import join_notes
from serving.feeds.scorings import Scorings

IntArray = npt.NDArray[np.int64]
_HASHED = ("note", "author")
_NAMES = {"feed": "feeds", "channel": "channels", "version": "versions", "policy": "policies"}
_PLAIN = {
    **dict.fromkeys(("published_us", "collected_us", "scored_us"), np.int64),
    **dict.fromkeys(("n_comments", "n_diverting_comments", *NEAR_HASHES), np.int64),
    **dict.fromkeys(("dated", "collected_known"), np.bool_),
    **dict.fromkeys(("impressions", "likes"), np.float64),
    "q_commercial": np.float32,
}
_PROBABILITIES = (*(f"p_{label}" for label in LABELS), "pa_organic", "q_commercial")
_LABEL_NAMES = pa.array([label.value for label in LABELS])
_EARLIEST_US, _LATEST_US = (  # periods are named by years of four digits
    (date(year, 1, 1).toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000_000 for year in (1000, 9999)
)
_THREADS = 2  # numpy sorts and takes outside the interpreter's lock; more would hold more memory
_MOST = 1 + 1e-6  # a probability, with rounding


def collect_arrays(batches: Iterable[pa.RecordBatch], place: Callable[[int], str]) -> dict[str, Any]:
    """Join the batches of a query over scored rows into the fields of `ScoredColumns`.

    Parameters
    ----------
    batches
        As `serving.feeds.scored_query` gives them.
    place
        Says where a row, counted from 0, stands; for errors.

    Raises
    ------
    DataError
        With the row's place, if a value is missing or unknown.
    """
    pieces: dict[str, list[Any]] = {
        name: [] for name in ("note_id", *_HASHED, "text", *_NAMES, *_PLAIN, "author_label", "posteriors")
    }
    n = 0
    for batch in batches:
        for name, values in _checked(place, batch, n).items():
            pieces[name].append(values)
        n += len(batch)
    arrays: dict[str, Any] = {name: _joined(pieces.pop(name), dtype) for name, dtype in _PLAIN.items()}
    with ThreadPoolExecutor(_THREADS) as pool:
        hashed = [_joined(pieces.pop(name), np.uint64) for name in _HASHED]
        arrays |= dict(zip(_HASHED, pool.map(_codes, hashed), strict=True))
    arrays["text"] = _joined(pieces.pop("text"), np.uint64)
    for name, plural in _NAMES.items():
        arrays[plural], arrays[name] = _unified(pieces.pop(name))
    arrays["note_ids"] = pa.chunked_array(pieces.pop("note_id"), pa.string())
    arrays["author_label"] = _joined(pieces.pop("author_label"), np.int64)
    arrays["posteriors"] = np.concatenate([np.empty((0, len(LABELS)), np.float32), *pieces.pop("posteriors")])
    scorings = Scorings.of(arrays["note"], arrays["scored_us"], arrays["feed"])
    arrays |= {f"earlier_{name}": scorings.earlier(arrays[name]) for name in ("version", "policy")}
    arrays["first_collected_us"] = scorings.earliest(arrays["collected_us"], arrays["collected_known"])
    latest = scorings.latest()
    latest = latest[np.lexsort((arrays["published_us"][latest], arrays["feed"][latest]))]  # as a report takes them
    with ThreadPoolExecutor(_THREADS) as pool:
        taken = {name: pool.submit(_take, arrays, name, latest) for name in arrays}
        for each in taken.values():
            each.result()
    pa.default_memory_pool().release_unused()  # Arrow keeps the batches' memory for more of them
    near = [arrays.pop(name) for name in NEAR_HASHES]
    arrays["cluster"] = join_notes(arrays["author"], arrays.pop("text"), arrays["feed"], near)
    return arrays


def _checked(place: Callable[[int], str], batch: pa.RecordBatch, start: int) -> dict[str, Any]:
    """Take what is kept of a batch whose first row is the archive's row `start`, counted from 0."""

    def refuse(wrong: Any, what: str) -> None:
        if np.any(wrong):
            raise DataError(f"{place(start + int(np.argmax(wrong)))}: {what}")

    for name in ("note_id", "author_label", "version", *_PROBABILITIES):
        if batch[name].null_count:
            refuse(
                batch[name].is_null(), f"{'model_version' if name == 'version' else name!r} must be given. It is not."
            )
    refuse(pc.equal(batch["note_id"], ""), "'note_id' must be given. It is empty.")
    when = batch["published_us"].to_numpy()  # 0 where it is not known
    refuse(
        (when < _EARLIEST_US) | (when >= _LATEST_US), "'published_at' must lie in the years 1000 to 9998. It does not."
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
        **{name: batch[name].to_numpy(zero_copy_only=False) for name in (*_HASHED, "text", *_PLAIN)},
        **{name: batch[name].dictionary_encode() for name in _NAMES},
    }


def _joined(pieces: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *pieces], dtype=dtype)


def _codes(hashes: npt.NDArray[np.uint64]) -> IntArray:
    """Give equal hashes one number, from 0 in order of first appearance; -1 where there is none (0)."""
    codes = pa.array(hashes, mask=hashes == 0).dictionary_encode().indices
    return np.asarray(pc.fill_null(codes, -1), dtype=np.int64)


def _unified(pieces: list[pa.DictionaryArray]) -> tuple[tuple[str, ...], IntArray]:
    """Names in order of first appearance, and each row's position among them (-1 for null)."""
    column = pa.chunked_array(pieces, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
    codes = [np.asarray(pc.fill_null(chunk.indices, -1)) for chunk in column.chunks]
    names = column.chunk(0).dictionary.to_pylist() if codes else []
    return tuple(names), _joined(codes, np.int64)


def _take(arrays: dict[str, Any], name: str, rows: IntArray) -> None:
    """Keep rows of one array; in place, since two whole archives need not fit."""
    arrays[name] = rows_at(rows, arrays[name])


def rows_at(rows: IntArray, values: Any) -> Any:
    """Take rows of an array; names stay as they are."""
    if isinstance(values, tuple):
        return values
    return values.take(rows) if isinstance(values, pa.ChunkedArray) else values[rows]
