"""One class against all others: how an estimate of a single share is held."""

import numpy as np

from models.prevalence import SharesEstimate, Status


def one_share(
    name: str, share: float, variance: float, *, status: Status, n: int, n_eff: float, degrees: float | None = None
) -> SharesEstimate:
    """Hold a share and its variance, all of it this feed's own noise, as an estimate of `name` and `not_<name>`.

    `degrees` of freedom say how well the variance is known; None: as well as if it were given.
    """
    covariance = variance * np.array([[1.0, -1.0], [-1.0, 1.0]])
    shares = np.array([1 - share, share])
    return SharesEstimate(
        status,
        (f"not_{name}", name),
        n,
        n_eff,
        shares,
        covariance,
        own_covariance=covariance,
        degrees_of_freedom=None if degrees is None else np.full(2, degrees),
    )
