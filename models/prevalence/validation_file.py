"""`validation.npz` of a model: what its out-of-fold predictions say of its errors, for each thing that is estimated."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from data.errors import ModelError
from models.prevalence.npz import Arrays, arrays_as_bytes, read_arrays
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import FORMAT_VERSION as AUTHOR_ALONE
from models.prevalence.validation import ValidationStatistics

FORMAT_VERSION = 2
COMMERCIAL = ("commercial", "not_commercial")
_AUTHOR, _COMMERCIAL = "author.", "commercial."
_TEMPERATURE, _BIASES = "scaling.temperature", "scaling.biases"


@dataclass(frozen=True, eq=False)
class Validation:
    """Validation statistics of one model.

    Attributes
    ----------
    author
        Of the four labels of the author's own content.
    commercial
        Of the question whether a note is commercial, its whole thread read; classes `COMMERCIAL`.
    scaling
        Makes posteriors of the four labels hold at the mix of `author`.
    """

    author: ValidationStatistics
    commercial: ValidationStatistics | None = None
    scaling: TemperatureScaling | None = None

    def to_bytes(self) -> bytes:
        """Give the npz of plain arrays (no pickle); equal statistics give equal bytes."""
        arrays = {_AUTHOR + name: array for name, array in self.author.to_arrays().items()}
        if self.commercial is not None:
            arrays |= {_COMMERCIAL + name: array for name, array in self.commercial.to_arrays().items()}
        if self.scaling is not None:
            arrays |= {_TEMPERATURE: np.asarray(self.scaling.temperature), _BIASES: self.scaling.biases}
        return arrays_as_bytes(FORMAT_VERSION, arrays)

    def save(self, path: Path) -> None:
        """Write one npz of plain arrays."""
        path.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote, or the file of an older model, which has statistics of the author's labels alone.

        Raises
        ------
        ModelError
            If the file is missing, is no npz, has another version, or its shapes do not fit each other.
        """
        version, arrays = read_arrays(path)
        if version == AUTHOR_ALONE:
            return cls(ValidationStatistics.from_arrays(arrays, str(path)))
        if version != FORMAT_VERSION:
            wanted = f"{AUTHOR_ALONE} or {FORMAT_VERSION}"
            raise ModelError(f"{path}: 'format_version' must be {wanted}. Got {version} instead.")
        author, commercial = _with_prefix(arrays, _AUTHOR), _with_prefix(arrays, _COMMERCIAL)
        scaling = {name: arrays[name] for name in (_TEMPERATURE, _BIASES) if name in arrays}
        if len(arrays) > len(author) + len(commercial) + len(scaling) or len(scaling) == 1:
            raise ModelError(f"{path}: arrays must be those of this version. Got {', '.join(sorted(arrays))}.")
        statistics = ValidationStatistics.from_arrays(author, str(path))
        return cls(
            author=statistics,
            commercial=ValidationStatistics.from_arrays(commercial, str(path)) if commercial else None,
            scaling=_scaling(scaling, len(statistics.classes), path) if scaling else None,
        )


def _with_prefix(arrays: Arrays, prefix: str) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _scaling(arrays: Arrays, size: int, path: Path) -> TemperatureScaling:
    temperature, biases = arrays[_TEMPERATURE], arrays[_BIASES]
    if temperature.shape != () or biases.shape != (size,) or not float(temperature) > 0:
        raise ModelError(f"{path}: scaling must be one temperature over 0 and {size} biases. Got others.")
    return TemperatureScaling(float(temperature), np.asarray(biases, dtype=np.float64))
