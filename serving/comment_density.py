"""Comments that lead off the platform per 1,000, with an interval by the linearised ratio, clustered."""

from dataclasses import dataclass

import numpy as np

from serving.effective_interval import effective_interval
from serving.feed_rows import CommentDensity, density_of
from serving.scored_columns import IntArray

PER = 1_000


@dataclass(frozen=True)
class CommentRatio:
    """Diverting comments among all; `n_eff` independent comments would say as much of the share."""

    comments: int
    diverting: int
    n_eff: float

    @property
    def share(self) -> float:
        """Diverting comments per comment."""
        return min(1.0, self.diverting / self.comments)

    @property
    def variance(self) -> float:
        """Sampling variance of the share; above zero even where no comment diverts."""
        middle = min(1.0, (self.diverting + 0.5) / (self.comments + 1))
        return middle * (1 - middle) / self.n_eff


def comment_ratio(comments: IntArray, diverting: IntArray, cluster: IntArray) -> CommentRatio | None:
    """Share of comments that divert, over the notes whose comments are known.

    Parameters
    ----------
    comments, diverting
        Of each note, shape (n_notes,); -1 is unknown.
    cluster
        Notes of one author, or with one text, vary together; shape (n_notes,).

    Returns
    -------
    CommentRatio or None
        None where nothing is known, or there is no comment. At most one effective comment a comment; where none
        diverts one a cluster, as nothing shows how they vary.

    References
    ----------
    Cochran (1977), Sampling techniques, ch. 6 (ratio estimator).
    """
    known = (comments > 0) & (diverting >= 0)
    if not known.any():
        return None
    of, hits = comments[known].astype(np.float64), diverting[known].astype(np.float64)
    total, found = float(of.sum()), float(hits.sum())
    share = min(1.0, found / total)
    _, group = np.unique(cluster[known], return_inverse=True)
    sums = np.bincount(group, weights=hits - share * of)
    n_groups = len(sums)
    variance = float(sums @ sums) / total**2 * (n_groups / max(1, n_groups - 1))
    if not 0 < share < 1:
        return CommentRatio(int(total), int(found), float(n_groups))
    return CommentRatio(int(total), int(found), total if variance == 0 else min(total, share * (1 - share) / variance))


def comment_density(
    comments: IntArray, diverting: IntArray, cluster: IntArray, *, level: float
) -> CommentDensity | None:
    """Give the density with its interval; None where no note's comments are known."""
    if not np.any((comments >= 0) & (diverting >= 0)):
        return None
    ratio = comment_ratio(comments, diverting, cluster)
    if ratio is None:
        return CommentDensity(comments=0, diverting=0, density=None)
    interval = effective_interval(ratio.share, ratio.n_eff, level=level)
    return CommentDensity(
        comments=ratio.comments, diverting=ratio.diverting, density=density_of(ratio.share, interval, PER)
    )
