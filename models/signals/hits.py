"""What a scan found: counts of everything as arrays, objects only for what can be shown as evidence."""

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from models.signals.detector import Hit


class Hits(msgspec.Struct, frozen=True):
    """All hits of a batch.

    Iterating, `len` and `evidence` give the hits of evidence kinds, sorted by start; hits of kind "-" are features only.

    Attributes
    ----------
    fields, detectors
        (n_hits,) for every hit, in no order: the batch's field, and the scanner's detector.
    evidence
        Hits of evidence kinds as objects.
    """

    fields: npt.NDArray[np.int64]
    detectors: npt.NDArray[np.int64]
    evidence: list[Hit]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.evidence)

    def __len__(self) -> int:
        return len(self.evidence)
