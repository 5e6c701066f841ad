"""What a report needs of an artifact folder: the model's version, its training data, its validation statistics."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from data.errors import ModelError
from models.prevalence import Validation, ValidationStatistics


@dataclass(frozen=True, eq=False)
class ReportModel:
    """`validation` is None where the model was fitted without corpora to validate on."""

    version: str
    training_hashes: frozenset[str]
    validation: Validation | None

    @property
    def statistics(self) -> ValidationStatistics | None:
        """Of the four labels of the author's own content."""
        return None if self.validation is None else self.validation.author


def released_folder() -> Path:
    """Folder of the weights that ship with huoren."""
    return Path(str(files("models").joinpath("released")))


def read_report_model(folder: Path) -> ReportModel:
    """Read a model's manifest and validation statistics, without its weights.

    Raises
    ------
    ModelError
        If the manifest is missing or names no version, or the statistics are unreadable.
    """
    path = folder / "manifest.json"
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(f"{path}: a model folder must hold a readable manifest.json.") from error
    version, training = manifest.get("model_version"), manifest.get("training_data", [])
    if not isinstance(version, str) or not isinstance(training, list):
        raise ModelError(f"{path}: must hold a 'model_version' and a list 'training_data'.")
    hashes = frozenset(str(entry["sha256"]) for entry in training if isinstance(entry, dict) and "sha256" in entry)
    file = folder / "validation.npz"
    return ReportModel(version, hashes, Validation.load(file) if file.exists() else None)
