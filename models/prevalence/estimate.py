"""What an estimator of shares answers: shares with covariance, a status, and reasons for a refusal."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from models.prevalence.intervals import Interval, normal_interval
from models.prevalence.student import variance_stretch

FloatArray = npt.NDArray[np.float64]


class Status(StrEnum):
    """How a published share came to be, the most trusted first, or why there is none."""

    AUDITED = "audited"  # a probability sample is labelled: the headline
    SHRUNK = "shrunk"  # model-based, corrected by few labels of its own and by other feeds' audits
    SHRUNK_UNAUDITED = "shrunk_unaudited"  # as shrunk, by other feeds' audits alone
    MODEL_BASED = "model_based"  # corrected by validation statistics, between-source variance included
    SCREENING = "screening"  # as model_based, but the step to a new source is not in the interval
    INSUFFICIENT = "insufficient"
    AUDIT_USED_IN_TRAINING = "audit_used_in_training"
    AUDIT_BROKEN = "audit_broken"
    MIXED_VERSIONS = "mixed_versions"
    EMPTY = "empty"

    @property
    def has_number(self) -> bool:
        """Whether a share stands behind this status."""
        return self in _WITH_NUMBER


_WITH_NUMBER = frozenset({Status.AUDITED, Status.SHRUNK, Status.SHRUNK_UNAUDITED, Status.MODEL_BASED, Status.SCREENING})


@dataclass(frozen=True)
class SharesEstimate:
    """Shares of classes in one feed and period.

    `shares` has shape (n_classes,) in the order of `classes` and `covariance` (n_classes, n_classes);
    both are None where the status has no number. `n` counts the labels of an audit, or the notes.
    `own_covariance` is the part of `covariance` that is this feed-and-period's own noise: it does not come back
    in another period, as errors of the validation statistics do. `degrees_of_freedom` (n_classes,) says how well
    the variances are known; None: as well as if they were given.
    """

    status: Status
    classes: tuple[str, ...]
    n: int
    n_eff: float
    shares: FloatArray | None = None
    covariance: FloatArray | None = None
    condition: float | None = None
    reasons: tuple[str, ...] = field(default=())
    own_covariance: FloatArray | None = None
    degrees_of_freedom: FloatArray | None = None

    def share(self, name: str) -> float | None:
        """Share of a class, or None without a number."""
        return None if self.shares is None else float(self.shares[self.classes.index(name)])

    def realised(self, name: str, *, level: float = 0.95) -> Interval | None:
        """Interval of the share among exactly these notes."""
        return self._interval(name, 0.0, level)

    def process(self, name: str, *, level: float = 0.95) -> Interval | None:
        """Interval of the share behind these notes, for "did it change?": adds share (1 - share) / n_eff."""
        share = self.share(name)
        if share is None:
            return None
        return self._interval(name, max(0.0, share * (1 - share)) / self.n_eff, level)

    def _interval(self, name: str, added: float, level: float) -> Interval | None:
        if self.shares is None or self.covariance is None:
            return None
        at = self.classes.index(name)
        own = float(self.covariance[at, at])
        degrees = float("inf") if self.degrees_of_freedom is None else float(self.degrees_of_freedom[at])
        if own > 0:
            degrees *= ((own + added) / own) ** 2  # what is added is known
        variance = (own + added) * variance_stretch(degrees, level=level)
        return normal_interval(float(self.shares[at]), variance, level=level)

    def ratio(self, name: str, of: tuple[str, ...], *, level: float = 0.95) -> tuple[float, Interval] | None:
        """Share of one class within several (say disclosed ads among all ads), by the delta method.

        Returns
        -------
        tuple of float and Interval, or None
            None without a number, or where the classes together have no share.
        """
        if self.shares is None or self.covariance is None:
            return None
        inside = np.array([each in of for each in self.classes], dtype=np.float64)
        total = float(inside @ self.shares)
        if total <= 0:
            return None
        value = float(self.shares[self.classes.index(name)]) / total
        gradient = (np.array([each == name for each in self.classes], dtype=np.float64) - value * inside) / total
        variance = max(0.0, float(gradient @ self.covariance @ gradient))
        if self.degrees_of_freedom is not None:
            used = [each in (name, *of) for each in self.classes]
            variance *= variance_stretch(float(self.degrees_of_freedom[used].min()), level=level)
        return value, normal_interval(value, variance, level=level)
