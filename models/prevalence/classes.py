"""Groups of the four labels that a share is estimated for; every collapse of label columns is defined here."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from data.labels import LABELS, Label

Groups = Mapping[str, tuple[Label, ...]]

FOUR_CLASSES: Groups = {label.value: (label,) for label in LABELS}
TWO_CLASSES: Groups = {
    "not_organic": (Label.DISCLOSED_AD, Label.DIVERSION, Label.UNDISCLOSED_AD),
    "organic": (Label.ORGANIC,),
}
# Where labelled disclosed ads are too few to measure their errors, both kinds of ad are one share.
THREE_CLASSES: Groups = {
    "ad": (Label.DISCLOSED_AD, Label.UNDISCLOSED_AD),
    "diversion": (Label.DIVERSION,),
    "organic": (Label.ORGANIC,),
}


def membership(groups: Groups) -> npt.NDArray[np.float64]:
    """Give the 0/1 matrix (n_groups, 4) that adds label columns up to groups."""
    return np.array([[float(label in members) for label in LABELS] for members in groups.values()])


def collapse_proba(proba: npt.NDArray[np.floating], groups: Groups) -> npt.NDArray[np.float64]:
    """Add label columns up to groups: (n_notes, 4) -> (n_notes, n_groups)."""
    collapsed = np.zeros((len(proba), len(groups)))
    for column, members in zip(collapsed.T, groups.values(), strict=True):
        for label in members:
            column += proba[:, LABELS.index(label)]
    return collapsed
