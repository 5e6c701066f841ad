"""Comments that lead off the platform per 1,000, with an interval by the linearised ratio, clustered."""

from dataclasses import dataclass

import numpy as np

from serving.feeds.effective_interval import effective_interval
from serving.feeds.rows import CommentDensity, density_of
from serving.feeds.scored_columns import IntArray

PER = 1_000


@dataclass(frozen=True)
class CommentRatio:
    """Diverting comments among all; `n_eff` independent comments would say as much of the share."""

    comments: int
    diverting: int
    n_eff: float

    @property
    def share(self) -> float:
        """Diverting comments per comment; 0 without any comment."""
        return min(1.0, self.diverting / max(1, self.comments))

    @property
    def variance(self) -> float:
        """Sampling variance of the share; above zero even where no comment diverts."""
        middle = min(1.0, (self.diverting + 0.5) / (self.comments + 1))
        return middle * (1 - middle) / self.n_eff

    def density(self, level: float) -> CommentDensity:
        """Give the density per 1,000 comments, without a number where there is no comment."""
        if self.comments == 0:
            return CommentDensity(comments=0, diverting=0, density=None)
        interval = effective_interval(self.share, self.n_eff, level=level)
        per = density_of(self.share, interval, PER)
        return CommentDensity(comments=self.comments, diverting=self.diverting, density=per)


def comment_ratio(comments: IntArray, diverting: IntArray, cluster: IntArray) -> CommentRatio | None:
    """Count comments and those that divert, over the notes whose comments are known.

    Parameters
    ----------
    comments, diverting
        Of each note, shape (n_notes,); -1 is unknown.
    cluster
        Small numbers: notes of one author, or with one text, vary together; shape (n_notes,).

    Returns
    -------
    CommentRatio or None
        None where nothing is known. At most one effective comment a comment; where none diverts one a cluster, as
        nothing shows how they vary.

    References
    ----------
    Cochran (1977), Sampling techniques, ch. 6 (ratio estimator).
    """
    known = (comments >= 0) & (diverting >= 0)
    if not known.any():
        return None
    if not known.all():
        comments, diverting, cluster = comments[known], diverting[known], cluster[known]
    total, found = int(comments.sum()), int(diverting.sum())
    if total == 0:
        return CommentRatio(0, 0, 0.0)
    share = min(1.0, found / total)
    if not 0 < share < 1:
        n_clusters = np.count_nonzero(np.bincount(cluster[comments > 0]))
        return CommentRatio(total, found, float(n_clusters))
    sums = np.bincount(cluster, weights=diverting - share * comments)
    n_groups = int(np.count_nonzero(np.bincount(cluster)))
    variance = float(sums @ sums) / total**2 * (n_groups / max(1, n_groups - 1))
    return CommentRatio(total, found, min(float(total), share * (1 - share) / variance) if variance > 0 else total)
