"""Bootstrap of model-based shares: notes of the feed and the validation means are drawn again, many times."""

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.effective import normalise_weights
from models.prevalence.estimate import FloatArray
from models.prevalence.pacc import MAX_CONDITION, MIN_NOTES
from models.prevalence.simplex import project_simplex
from models.prevalence.validation import ValidationStatistics

_AT_ONCE = 100  # resamples held in memory


def bootstrap_shares(
    proba: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights: npt.NDArray[np.floating] | None = None,
    resamples: int = 1000,
    seed: int,
) -> FloatArray:
    """Resample PACC: an independent look at the interval of the shares behind a feed's notes.

    Notes are drawn with replacement; class means are drawn from the normal distribution that their validation counts
    and covariances give them. Between-source variance is not in it.

    Parameters
    ----------
    proba
        Posteriors, shape (n_notes, n_classes), columns in the order of `statistics.classes`.
    statistics
        Validation statistics of the classes wanted.
    weights
        What each note weighs, shape (n_notes,), not negative; 1 each without it.
    resamples
        How often to draw.
    seed
        Equal seeds give equal answers.

    Returns
    -------
    ndarray
        Shape (resamples, n_classes), rows on the simplex; its quantiles bound the process share.

    Raises
    ------
    ModelError
        If shapes differ, there are fewer than 50 effective notes, a weight is negative, a class has no validation
        note, or the classes are hardly told apart (condition number of M over 10).

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    posteriors, size = np.asarray(proba, dtype=np.float64), len(statistics.classes)
    if posteriors.ndim != 2 or posteriors.shape[1] != size or len(posteriors) == 0:
        raise ModelError(f"'proba' must have shape (n_notes, {size}), with a note at least. Got {posteriors.shape}.")
    if np.any(statistics.counts < 1):
        raise ModelError("every class must have validation notes. Got a class without any.")
    if statistics.condition > MAX_CONDITION:
        raise ModelError(f"the condition of M must be at most {MAX_CONDITION:.0f}. Got {statistics.condition:.1f}.")
    weigh, n_eff = normalise_weights(weights, len(posteriors))
    if n_eff < MIN_NOTES:
        raise ModelError(f"resampling needs {MIN_NOTES} effective notes. Got {n_eff:.0f} instead.")
    rng = np.random.default_rng(seed)
    weighed = np.column_stack([weigh[:, None] * posteriors, weigh])
    sums = np.concatenate([_resampled_sums(weighed, n, rng) for n in _parts(resamples)])
    means = _resampled_means(statistics, resamples, rng)
    return project_simplex(np.linalg.solve(means, (sums[:, :-1] / sums[:, -1:])[..., None])[..., 0])


def _parts(resamples: int) -> list[int]:
    whole, rest = divmod(resamples, _AT_ONCE)
    return [_AT_ONCE] * whole + ([rest] if rest else [])


def _resampled_sums(values: FloatArray, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Sum rows drawn with replacement, over and over: (n_notes, k) -> (resamples, k)."""
    n = len(values)
    drawn = rng.integers(0, n, (resamples, n), dtype=np.int32)
    counts = np.stack([np.bincount(row, minlength=n) for row in drawn])
    sums: FloatArray = counts.astype(np.float64) @ values
    return sums


def _resampled_means(statistics: ValidationStatistics, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Draw class means about those of validation: (resamples, n_classes, n_classes), columns by class."""
    means = np.repeat(statistics.means[None], resamples, axis=0)
    for j, count in enumerate(statistics.counts):
        values, vectors = np.linalg.eigh(statistics.covariances[j] / count)
        noise = rng.normal(size=(resamples, len(values))) * np.sqrt(np.maximum(values, 0.0))
        means[:, :, j] += noise @ vectors.T
    return means
