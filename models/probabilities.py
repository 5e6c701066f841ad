"""Probabilities of one note: what the classifier gives, what platform and rules settle, and the label that follows."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from data.labels import Label


class Probabilities(msgspec.Struct, frozen=True):
    """Of one note, or of its author's content alone: the three questions and the four labels (in `Label` order)."""

    commercial: float
    disclosed: float
    diversion: float
    labels: tuple[float, ...]


def probabilities_of(
    commercial: npt.NDArray[np.float64],
    disclosed: npt.NDArray[np.float64],
    diversion: npt.NDArray[np.float64],
    labels: npt.NDArray[np.float64],
) -> Sequence[Probabilities]:
    """Turn arrays of a batch into one `Probabilities` a note."""
    rows = zip(commercial.tolist(), disclosed.tolist(), diversion.tolist(), map(tuple, labels.tolist()), strict=True)
    return [Probabilities(*row) for row in rows]


def label_of(probabilities: Probabilities, thresholds: Mapping[str, float]) -> Label:
    """Derive the label in the guideline's order: diversion over its threshold, else commercial, then disclosed."""
    if probabilities.diversion >= thresholds["diversion"]:
        return Label.DIVERSION
    if probabilities.commercial >= thresholds["commercial"]:
        return Label.DISCLOSED_AD if probabilities.disclosed >= thresholds["disclosed"] else Label.UNDISCLOSED_AD
    return Label.ORGANIC


def as_disclosed(probabilities: Probabilities) -> Probabilities:
    """Take what the platform itself shows as an advertisement as commercial and disclosed."""
    diversion = probabilities.diversion
    return Probabilities(1.0, 1.0, diversion, (1 - diversion, diversion, 0.0, 0.0))


def as_diverting(probabilities: Probabilities) -> Probabilities:
    """Take a note with a link component that the rules forbade on its date as one that leads off the platform."""
    return Probabilities(probabilities.commercial, probabilities.disclosed, 1.0, (0.0, 1.0, 0.0, 0.0))
