"""Validation statistics: what out-of-fold predictions on labelled notes say of a classifier's errors."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence.classes import Groups, membership

FORMAT_VERSION = 1
CONFIDENCE_EDGES = (0.6, 0.85)  # with 4 labels: 12 bins of argmax x confidence, for the test of label shift
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ValidationStatistics:
    """Sufficient statistics of predictions on labelled notes; C classes, S sources.

    Predictions must be cross-fitted by source on notes that no model chose, for the author's own content,
    as `pa_organic` and `author_label` are: those are what the ratio is made of.
    """

    classes: tuple[str, ...]
    means: FloatArray  # M (C, C): column j = mean posterior of notes whose gold label is j
    covariances: FloatArray  # S (C, C, C): [j] = covariance of the posterior within gold label j
    counts: IntArray  # n (C,): labelled notes of each gold label
    bins: IntArray  # (12, C): notes in each argmax x confidence bin, by gold label
    sources: tuple[str, ...] = ()
    source_means: FloatArray | None = None  # (S, C, C): M of each source; zeros where it has no such note
    source_counts: IntArray | None = None  # (S, C)

    @classmethod
    def from_predictions(
        cls,
        y_true: Sequence[str] | npt.NDArray[np.generic],
        proba: npt.NDArray[np.floating],
        sources: Sequence[str] | None = None,
    ) -> Self:
        """Summarise out-of-fold predictions.

        Parameters
        ----------
        y_true
            Gold label ids (or their positions in `LABELS`), shape (n_notes,).
        proba
            Calibrated posteriors, shape (n_notes, 4), columns in `LABELS` order, rows summing to 1.
        sources
            Where each note comes from, shape (n_notes,); without it no between-source variance is known.

        Raises
        ------
        ModelError
            If lengths or shapes differ, a label is unknown, or a row is no distribution.
        """
        posteriors = np.asarray(proba, dtype=np.float64)
        gold = _codes(y_true)
        if posteriors.shape != (len(gold), len(LABELS)):
            expected = (len(gold), len(LABELS))
            raise ModelError(f"'proba' must have shape {expected}. Got {posteriors.shape} instead.")
        if not (np.all(posteriors >= 0) and np.allclose(posteriors.sum(axis=1), 1.0, atol=1e-3)):
            raise ModelError("'proba' must hold distributions: rows >= 0 that sum to 1. Got other rows.")
        if sources is not None and len(sources) != len(gold):
            raise ModelError(f"'sources' must name {len(gold)} notes. Got {len(sources)} instead.")
        size = len(LABELS)
        means, counts = _class_means(gold, posteriors)
        covariances = np.zeros((size, size, size))
        for j in range(size):
            if counts[j] > 1:
                covariances[j] = np.cov(posteriors[gold == j], rowvar=False)
        binned = posteriors.argmax(axis=1) * (len(CONFIDENCE_EDGES) + 1)
        binned = binned + np.searchsorted(CONFIDENCE_EDGES, posteriors.max(axis=1), side="right")
        bins = np.zeros((size * (len(CONFIDENCE_EDGES) + 1), size), dtype=np.int64)
        np.add.at(bins, (binned, gold), 1)
        labels = tuple(label.value for label in LABELS)
        if sources is None:
            return cls(labels, means, covariances, counts, bins)
        named, where = np.unique(np.asarray(sources, dtype=str), return_inverse=True)
        each = [_class_means(gold[where == s], posteriors[where == s]) for s in range(len(named))]
        source_means, source_counts = np.stack([m for m, _ in each]), np.stack([n for _, n in each])
        return cls(labels, means, covariances, counts, bins, tuple(map(str, named)), source_means, source_counts)

    def collapse(self, groups: Groups) -> "ValidationStatistics":
        """Pool the four labels into groups, exactly as if the predictions had been summarised in groups.

        The make-up of a pooled class is taken to be that of the validation notes; where a feed mixes its members
        otherwise, the pooled share is biased.

        Raises
        ------
        ModelError
            If these statistics are collapsed already.
        """
        if self.classes != tuple(label.value for label in LABELS):
            raise ModelError(f"only statistics of the four labels collapse. Got {', '.join(self.classes)} instead.")
        add = membership(groups)
        counts = (add @ self.counts).astype(np.int64)
        means = _pool(self.means, self.counts, add)
        covariances = np.zeros((len(add), len(add), len(add)))
        for g, members in enumerate(add.astype(bool)):
            scatter = np.zeros((len(add), len(add)))
            for j in np.flatnonzero(members):
                apart = add @ self.means[:, j] - means[:, g]
                scatter += max(0, self.counts[j] - 1) * (add @ self.covariances[j] @ add.T)
                scatter += self.counts[j] * np.outer(apart, apart)
            covariances[g] = scatter / max(1, counts[g] - 1)
        bins = (self.bins @ add.T).astype(np.int64)
        if self.source_means is None or self.source_counts is None:
            return ValidationStatistics(tuple(groups), means, covariances, counts, bins)
        pairs = zip(self.source_means, self.source_counts, strict=True)
        source_means = np.stack([_pool(m, n, add) for m, n in pairs])
        source_counts = (self.source_counts @ add.T).astype(np.int64)
        return ValidationStatistics(
            tuple(groups), means, covariances, counts, bins, self.sources, source_means, source_counts
        )

    def save(self, path: Path) -> None:
        """Write one npz of plain arrays."""
        path.write_bytes(self.to_bytes())

    def to_bytes(self) -> bytes:
        """Give the npz of plain arrays (no pickle); equal statistics give equal bytes."""
        arrays = {f.name: np.asarray(value) for f in fields(self) if (value := getattr(self, f.name)) is not None}
        if not self.sources:
            del arrays["sources"]
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, format_version=np.asarray(FORMAT_VERSION), **arrays)
        return buffer.getvalue()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ModelError
            If the file is missing, is no npz, has another version, or its shapes do not fit each other.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
        except (OSError, ValueError, zipfile.BadZipFile, AttributeError, EOFError) as error:
            raise ModelError(f"{path}: validation statistics must be a readable npz without pickle.") from error
        version = arrays.pop("format_version", None)
        if version is None or version.shape != () or int(version) != FORMAT_VERSION:
            raise ModelError(f"{path}: 'format_version' must be {FORMAT_VERSION}. Got {version} instead.")
        known = {f.name for f in fields(cls)}
        required = known - {"sources", "source_means", "source_counts"}
        if not required <= arrays.keys() <= known:
            raise ModelError(f"{path}: arrays must be {', '.join(sorted(known))}. Got {', '.join(sorted(arrays))}.")
        classes = tuple(map(str, arrays["classes"]))
        sources = tuple(map(str, arrays.get("sources", ())))
        size, n_sources = len(classes), len(sources)
        shapes = {"means": (size, size), "covariances": (size, size, size), "counts": (size,)}
        if n_sources:
            shapes |= {"source_means": (n_sources, size, size), "source_counts": (n_sources, size)}
        for name, shape in shapes.items():
            got = arrays[name].shape if name in arrays else None
            if got != shape:
                raise ModelError(f"{path}: {name!r} must have shape {shape}. Got {got} instead.")
        return cls(
            classes,
            arrays["means"],
            arrays["covariances"],
            arrays["counts"],
            arrays["bins"],
            sources,
            arrays.get("source_means"),
            arrays.get("source_counts"),
        )


def _codes(y_true: Sequence[str] | npt.NDArray[np.generic]) -> IntArray:
    """Turn label ids or positions into positions in `LABELS`."""
    gold = np.asarray(y_true)
    if gold.dtype.kind in "iu":
        if len(gold) and not (gold.min() >= 0 and gold.max() < len(LABELS)):
            raise ModelError(f"label positions must lie in 0..{len(LABELS) - 1}. Got {gold.min()}..{gold.max()}.")
        return gold.astype(np.int64)
    position = {label.value: code for code, label in enumerate(LABELS)}
    names = [str(name) for name in gold]
    if unknown := sorted(set(names) - position.keys()):
        raise ModelError(f"gold labels must be among {', '.join(position)}. Got {unknown[0]!r} instead.")
    return np.array([position[name] for name in names], dtype=np.int64)


def _class_means(gold: IntArray, posteriors: FloatArray) -> tuple[FloatArray, IntArray]:
    """Mean posterior of each gold class as columns, and how many notes stand behind it (zeros for none)."""
    counts = np.bincount(gold, minlength=posteriors.shape[1]).astype(np.int64)
    indicator = np.eye(posteriors.shape[1])[gold]
    return (posteriors.T @ indicator) / np.maximum(counts, 1), counts


def _pool(means: FloatArray, counts: IntArray, add: FloatArray) -> FloatArray:
    """Pool columns by their counts, and add rows up to groups."""
    pooled: FloatArray = (add @ (means * counts) @ add.T) / np.maximum(add @ counts, 1)
    return pooled
