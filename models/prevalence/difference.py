"""Difference of two feeds' or periods' shares, b minus a: what both owe to the same validation largely cancels."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data.errors import ModelError
from models.prevalence.estimate import FloatArray, SharesEstimate, Status
from models.prevalence.intervals import normal_quantile
from models.prevalence.pacc import estimate_shares, validation_covariance
from models.prevalence.student import sum_degrees, variance_stretch
from models.prevalence.validation import ValidationStatistics


@dataclass(frozen=True)
class DifferenceInterval:
    """A two-sided interval of a difference of shares; in [-1, 1]."""

    ci_low: float
    ci_high: float
    level: float = 0.95


@dataclass(frozen=True)
class ShareDifference:
    """Differences of the shares of classes, b minus a.

    `differences` has shape (n_classes,) in the order of `classes` and `covariance` (n_classes, n_classes); both are
    None where either status has no number. `status` is the less trusted one of the two. `degrees_of_freedom`
    (n_classes,) says how well the variances are known; None: as well as if they were given.
    """

    status: Status
    classes: tuple[str, ...]
    differences: FloatArray | None = None
    covariance: FloatArray | None = None
    reasons: tuple[str, ...] = field(default=())
    degrees_of_freedom: FloatArray | None = None

    def difference(self, name: str) -> float | None:
        """Difference of a class's share, or None without a number."""
        return None if self.differences is None else float(self.differences[self.classes.index(name)])

    def interval(self, name: str, *, level: float = 0.95) -> DifferenceInterval | None:
        """Interval of a class's difference, or None without a number."""
        if self.differences is None or self.covariance is None:
            return None
        at = self.classes.index(name)
        middle = float(self.differences[at])
        degrees = float("inf") if self.degrees_of_freedom is None else float(self.degrees_of_freedom[at])
        variance = max(0.0, float(self.covariance[at, at])) * variance_stretch(degrees, level=level)
        half = normal_quantile(level) * float(np.sqrt(variance))
        low, high = (min(1.0, max(-1.0, end)) for end in (middle - half, middle + half))
        return DifferenceInterval(low, high, level)


def subtract_model_based(
    proba_b: npt.NDArray[np.floating],
    proba_a: npt.NDArray[np.floating],
    statistics: ValidationStatistics,
    *,
    weights_b: npt.NDArray[np.floating] | None = None,
    weights_a: npt.NDArray[np.floating] | None = None,
    clusters_b: npt.NDArray[np.integer] | None = None,
    clusters_a: npt.NDArray[np.integer] | None = None,
    same_source: bool,
    process: bool = False,
) -> ShareDifference:
    """Subtract PACC's shares of a from those of b.

    Parameters
    ----------
    proba_b, proba_a
        Posteriors, shapes (n_b, n_classes) and (n_a, n_classes), columns in the order of `statistics.classes`.
    statistics
        Validation statistics, collapsed to the classes wanted.
    weights_b, weights_a, clusters_b, clusters_a
        As `estimate_shares` takes them.
    same_source
        Both are of one feed, whose style is taken to stay as it is: the step to a new source then acts on the
        difference of the shares alone. Otherwise it is made twice.
    process
        Add what share (1 - share) / n_eff of each leaves open: the difference behind these notes, and not among them.

    Raises
    ------
    ModelError
        If shapes differ, or a weight or cluster is negative.
    """
    b = estimate_shares(proba_b, statistics, weights=weights_b, clusters=clusters_b)
    a = estimate_shares(proba_a, statistics, weights=weights_a, clusters=clusters_a)
    return subtract_estimates(b, a, statistics, same_source=same_source, process=process)


def subtract_estimates(
    b: SharesEstimate,
    a: SharesEstimate,
    statistics: ValidationStatistics,
    *,
    same_source: bool,
    process: bool = False,
) -> ShareDifference:
    """Subtract as `subtract_model_based` does, from what `estimate_shares` answered by these statistics."""
    if b.shares is None or a.shares is None or b.own_covariance is None or a.own_covariance is None:
        return _without_number(b, a)
    apart = b.shares - a.shares
    shared, _ = validation_covariance(statistics, apart, (apart,) if same_source else (b.shares, a.shares))
    covariance = b.own_covariance + a.own_covariance + shared
    if process:
        covariance = covariance + _process_noise(b, b.shares) + _process_noise(a, a.shares)
    return ShareDifference(b.status, b.classes, apart, covariance, b.reasons)


def subtract_independent(b: SharesEstimate, a: SharesEstimate) -> ShareDifference:
    """Subtract shares whose errors have nothing in common, as those of two audits; for "did it change?".

    The covariance is that of the shares behind the notes: share (1 - share) / n_eff of each is in it. Where few labels
    stand behind a variance, the interval is Student's, by the degrees of freedom of both together.

    Raises
    ------
    ModelError
        If the classes differ.

    References
    ----------
    Welch (1947), The generalization of 'Student's' problem when several different population variances are involved.
    """
    if b.classes != a.classes:
        raise ModelError(f"shares of the same classes subtract. Got {', '.join(b.classes)} and {', '.join(a.classes)}.")
    if b.shares is None or a.shares is None or b.covariance is None or a.covariance is None:
        return _without_number(b, a)
    covariance = b.covariance + a.covariance + _process_noise(b, b.shares) + _process_noise(a, a.shares)
    status = max(b.status, a.status, key=list(Status).index)
    of_b, of_a = (np.diag(b.covariance), b.degrees_of_freedom), (np.diag(a.covariance), a.degrees_of_freedom)
    degrees = sum_degrees(np.diag(covariance), of_b, of_a)
    return ShareDifference(status, b.classes, b.shares - a.shares, covariance, _reasons(b, a), degrees)


def _process_noise(estimate: SharesEstimate, shares: FloatArray) -> FloatArray:
    inside = np.clip(shares, 0.0, 1.0)  # from under 30 labels they may lie outside
    noise: FloatArray = (np.diag(inside) - np.outer(inside, inside)) / estimate.n_eff
    return noise


def _without_number(b: SharesEstimate, a: SharesEstimate) -> ShareDifference:
    refused = [each for each in (b, a) if each.shares is None or each.covariance is None]
    return ShareDifference(refused[0].status, b.classes, reasons=_reasons(*refused))


def _reasons(*estimates: SharesEstimate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for each in estimates for reason in each.reasons))
