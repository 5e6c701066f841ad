"""What a note weighs in a share: 1, its impressions, or its likes."""

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from data.errors import ConfigError
from data.labels import Label

if TYPE_CHECKING:
    from serving.feeds.scored_columns import ScoredColumns

Weight = Literal["count", "exposure", "likes"]
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
FloatArray = npt.NDArray[np.float64]
_OWN = f"whose author's own content is {Label.ORGANIC}"
ESTIMANDS: dict[str, str] = {
    "count": f"count: share of notes {_OWN}, each note weighing 1",
    "exposure": f"exposure: share of impressions that fell on notes {_OWN}, each note weighing its impressions",
    "likes": f"engagement: share of likes that went to notes {_OWN}, each note weighing its likes",
}


def note_weights(columns: "ScoredColumns", weight: str) -> FloatArray | None:
    """Give each row's weight, shape (n,), NaN where it is not known; None where every note weighs 1.

    Raises
    ------
    ConfigError
        If the weight is none of count, exposure, likes.
    """
    if weight not in WEIGHTS:
        raise ConfigError(f"a weight must be one of {', '.join(WEIGHTS)}. Got {weight!r} instead.")
    if weight == "count":
        return None
    known = columns.impressions if weight == "exposure" else columns.likes
    return np.where(known >= 0, known, np.nan)


def refuse_weights(weights: FloatArray, weight: str) -> str | None:
    """Say why these notes cannot be weighed, or None where they can."""
    name = "impressions" if weight == "exposure" else "likes"
    if unknown := int(np.count_nonzero(np.isnan(weights))):
        return f"weight {weight} needs {name} of every note: {unknown} of {len(weights)} have none"
    if not weights.sum() > 0:
        return f"weight {weight} needs {name}: all notes have 0"
    return None
