"""Validation statistics: what out-of-fold predictions on labelled notes say of a classifier's errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from data.labels import LABELS
from models.prevalence.bins import bin_of, n_bins
from models.prevalence.classes import Groups, membership
from models.prevalence.npz import Arrays, arrays_as_bytes, read_arrays

FORMAT_VERSION = 1
_LABELS = tuple(label.value for label in LABELS)
_OF_SOURCES = {"sources", "source_means", "source_counts", "source_bins"}
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ValidationStatistics:
    """Sufficient statistics of predictions on labelled notes; C classes, S sources.

    Predictions must be cross-fitted by source on notes that no model chose. For the ratio they are of the author's own
    content, as `pa_organic` and `author_label` are.
    """

    classes: tuple[str, ...]
    means: FloatArray  # M (C, C): column j = mean posterior of notes whose gold label is j
    covariances: FloatArray  # S (C, C, C): [j] = covariance of the posterior within gold label j
    counts: IntArray  # n (C,): labelled notes of each gold label
    bins: IntArray  # (B, C): notes in each argmax x confidence bin, by gold label; B = 12 for the four labels
    sources: tuple[str, ...] = ()
    source_means: FloatArray | None = None  # (S, C, C): M of each source; zeros where it has no such note
    source_counts: IntArray | None = None  # (S, C)
    source_bins: IntArray | None = None  # (S, B, C)

    @cached_property
    def condition(self) -> float:
        """Condition number of M; infinite where a class has no labelled note."""
        return float(np.linalg.cond(self.means)) if np.all(self.counts > 0) else float("inf")

    @cached_property
    def inverse(self) -> FloatArray:
        """Inverse of M, (C, C)."""
        return np.asarray(np.linalg.inv(self.means), dtype=np.float64)

    def mean_covariance(self, weights: FloatArray) -> FloatArray:
        """Add S up with these weights of the classes, (C,) -> (C, C)."""
        size = len(self.classes)
        added: FloatArray = (weights @ self.covariances.reshape(size, -1)).reshape(size, size)
        return added

    @classmethod
    def from_predictions(
        cls,
        y_true: Sequence[str] | npt.NDArray[np.generic],
        proba: npt.NDArray[np.floating],
        sources: Sequence[str] | None = None,
        *,
        classes: Sequence[str] = _LABELS,
    ) -> Self:
        """Summarise out-of-fold predictions.

        Parameters
        ----------
        y_true
            Gold class names (or their positions in `classes`), shape (n_notes,).
        proba
            Calibrated posteriors, shape (n_notes, n_classes), columns in the order of `classes`, rows summing to 1.
        sources
            Where each note comes from, shape (n_notes,); without it no between-source variance is known.
        classes
            Names of the classes; the four labels by default.

        Raises
        ------
        ModelError
            If lengths or shapes differ, a class is unknown, or a row is no distribution.
        """
        posteriors = np.asarray(proba, dtype=np.float64)
        gold, size = _codes(y_true, classes), len(classes)
        if posteriors.shape != (len(gold), size):
            raise ModelError(f"'proba' must have shape {(len(gold), size)}. Got {posteriors.shape} instead.")
        if not (np.all(posteriors >= 0) and np.allclose(posteriors.sum(axis=1), 1.0, atol=1e-3)):
            raise ModelError("'proba' must hold distributions: rows >= 0 that sum to 1. Got other rows.")
        if sources is not None and len(sources) != len(gold):
            raise ModelError(f"'sources' must name {len(gold)} notes. Got {len(sources)} instead.")
        means, counts = _class_means(gold, posteriors)
        covariances = np.zeros((size, size, size))
        for j in range(size):
            if counts[j] > 1:
                covariances[j] = np.cov(posteriors[gold == j], rowvar=False)
        binned = bin_of(posteriors)
        bins = _count(binned, gold, size)
        if sources is None or len(gold) == 0:
            return cls(tuple(classes), means, covariances, counts, bins)
        named, where = np.unique(np.asarray(sources, dtype=str), return_inverse=True)
        inside = [where == s for s in range(len(named))]
        each = [_class_means(gold[rows], posteriors[rows]) for rows in inside]
        return cls(
            tuple(classes),
            means,
            covariances,
            counts,
            bins,
            tuple(map(str, named)),
            source_means=np.stack([m for m, _ in each]),
            source_counts=np.stack([n for _, n in each]),
            source_bins=np.stack([_count(binned[rows], gold[rows], size) for rows in inside]),
        )

    def collapse(self, groups: Groups) -> "ValidationStatistics":
        """Pool the four labels into groups, exactly as if the predictions had been summarised in groups.

        The make-up of a pooled class is taken to be that of the validation notes; where a feed mixes its members
        otherwise, the pooled share is biased.

        Raises
        ------
        ModelError
            If these statistics are collapsed already.
        """
        if self.classes != _LABELS:
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
        source_bins = None if self.source_bins is None else (self.source_bins @ add.T).astype(np.int64)
        return ValidationStatistics(
            tuple(groups), means, covariances, counts, bins, self.sources, source_means, source_counts, source_bins
        )

    def save(self, path: Path) -> None:
        """Write one npz of plain arrays."""
        path.write_bytes(self.to_bytes())

    def to_bytes(self) -> bytes:
        """Give the npz of plain arrays (no pickle); equal statistics give equal bytes."""
        return arrays_as_bytes(FORMAT_VERSION, self.to_arrays())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ModelError
            If the file is missing, is no npz, has another version, or its shapes do not fit each other.
        """
        version, arrays = read_arrays(path)
        if version != FORMAT_VERSION:
            raise ModelError(f"{path}: 'format_version' must be {FORMAT_VERSION}. Got {version} instead.")
        return cls.from_arrays(arrays, str(path))

    def to_arrays(self) -> Arrays:
        """Give every field that is known, by its name."""
        arrays = {f.name: np.asarray(value) for f in fields(self) if (value := getattr(self, f.name)) is not None}
        if not self.sources:
            del arrays["sources"]
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], path: str) -> Self:
        """Read what `to_arrays` gave; `path` says in errors where from.

        Raises
        ------
        ModelError
            If an array is missing or unknown, or shapes do not fit each other.
        """
        known = {f.name for f in fields(cls)}
        if not known - _OF_SOURCES <= arrays.keys() <= known:
            raise ModelError(f"{path}: arrays must be {', '.join(sorted(known))}. Got {', '.join(sorted(arrays))}.")
        classes = tuple(map(str, arrays["classes"]))
        sources = tuple(map(str, arrays.get("sources", ())))
        size, n_sources, rows = len(classes), len(sources), n_bins(len(classes))
        shapes = {
            "means": (size, size),
            "covariances": (size, size, size),
            "counts": (size,),
            "source_means": (n_sources, size, size),
            "source_counts": (n_sources, size),
            "source_bins": (n_sources, rows, size),
        }
        needed = set(shapes) - (_OF_SOURCES if not n_sources else {"source_bins"})  # older files have no bins by source
        for name in shapes.keys() & (arrays.keys() | needed):
            got = arrays[name].shape if name in arrays else None
            if got != shapes[name]:
                raise ModelError(f"{path}: {name!r} must have shape {shapes[name]}. Got {got} instead.")
        rest = {name: array for name, array in arrays.items() if name not in ("classes", "sources")}
        return cls(classes=classes, sources=sources, **rest)


def _codes(y_true: Sequence[str] | npt.NDArray[np.generic], classes: Sequence[str]) -> IntArray:
    """Turn class names or positions into positions in `classes`."""
    gold = np.asarray(y_true)
    if gold.dtype.kind in "iu":
        if len(gold) and not (gold.min() >= 0 and gold.max() < len(classes)):
            raise ModelError(f"label positions must lie in 0..{len(classes) - 1}. Got {gold.min()}..{gold.max()}.")
        return gold.astype(np.int64)
    position = {name: code for code, name in enumerate(classes)}
    names = [str(name) for name in gold]
    if unknown := sorted(set(names) - position.keys()):
        raise ModelError(f"gold labels must be among {', '.join(position)}. Got {unknown[0]!r} instead.")
    return np.array([position[name] for name in names], dtype=np.int64)


def _count(binned: IntArray, gold: IntArray, size: int) -> IntArray:
    """Count notes in each bin by gold class: (B, C)."""
    counts = np.zeros((n_bins(size), size), dtype=np.int64)
    np.add.at(counts, (binned, gold), 1)
    return counts


def _class_means(gold: IntArray, posteriors: FloatArray) -> tuple[FloatArray, IntArray]:
    """Mean posterior of each gold class as columns, and how many notes stand behind it (zeros for none)."""
    counts = np.bincount(gold, minlength=posteriors.shape[1]).astype(np.int64)
    indicator = np.eye(posteriors.shape[1])[gold]
    return (posteriors.T @ indicator) / np.maximum(counts, 1), counts


def _pool(means: FloatArray, counts: IntArray, add: FloatArray) -> FloatArray:
    """Pool columns by their counts, and add rows up to groups."""
    pooled: FloatArray = (add @ (means * counts) @ add.T) / np.maximum(add @ counts, 1)
    return pooled
