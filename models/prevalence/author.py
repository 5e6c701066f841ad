"""Posteriors of the author's own content, from those of the whole thread."""

import numpy as np
import numpy.typing as npt

from data.labels import LABELS, Label

_DIVERSION, _ORGANIC = LABELS.index(Label.DIVERSION), LABELS.index(Label.ORGANIC)


def author_posteriors(
    scores: npt.NDArray[np.floating], pa_organic: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Take other people's diversion out of a note's posteriors.

    Somebody else's diverting comment moves the same part of every other label to diversion; that part is known from
    what it took of organic, so the ads get theirs back and diversion keeps the rest.

    Parameters
    ----------
    scores
        Posteriors of notes with their threads, shape (n_notes, 4), columns in `LABELS` order.
    pa_organic
        P(organic) of the author's own content, shape (n_notes,).

    Returns
    -------
    ndarray
        Shape (n_notes, 4); rows sum to 1 and the organic column is `pa_organic`.
    """
    thread, organic = np.asarray(scores, dtype=np.float64), np.asarray(pa_organic, dtype=np.float64)
    own = thread * (organic / np.maximum(thread[:, _ORGANIC], 1e-9))[:, None]
    own[:, _ORGANIC] = own[:, _DIVERSION] = 0.0
    ads = own.sum(axis=1)
    own *= np.minimum(1.0, (1.0 - organic) / np.maximum(ads, 1e-12))[:, None]
    own[:, _ORGANIC] = organic
    own[:, _DIVERSION] = np.maximum(0.0, 1.0 - own.sum(axis=1))
    return own
