"""What a report needs of an artifact folder: the model's version, its training data, its validation statistics."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from data.dates import day_in_shanghai, parse_time
from data.errors import DataError, ModelError
from models.prevalence import Validation, ValidationStatistics
from models.trained_notes import TrainedNotes
from serving.audits.file import AuditFile


@dataclass(frozen=True, eq=False)
class ReportModel:
    """`validation` is None where the model was fitted without corpora to validate on."""

    version: str
    training_hashes: frozenset[str]
    validation: Validation | None
    trained_notes: TrainedNotes | None = None
    made_on: str | None = None  # ISO day in Asia/Shanghai

    @property
    def statistics(self) -> ValidationStatistics | None:
        """Of the four labels of the author's own content."""
        return None if self.validation is None else self.validation.author

    def learned_from(self, audit: AuditFile) -> bool:
        """Tell whether the model was trained on an audit: on the file, or on notes whose labels are not younger.

        A label that was given after the model was made cannot have taught it, though it knew the note.
        """
        if audit.sha256 in self.training_hashes:
            return True
        if self.trained_notes is None:
            return False
        younger = (row.labelled_at and self.made_on and row.labelled_at > self.made_on for row in audit.rows)
        old = [row.note_id for row, is_younger in zip(audit.rows, younger, strict=True) if row.label and not is_younger]
        return self.trained_notes.count(old) > 0


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
    validation, trained = folder / "validation.npz", folder / "trained_notes.npy"
    return ReportModel(
        version,
        hashes,
        Validation.load(validation) if validation.exists() else None,
        TrainedNotes.load(trained) if trained.exists() else None,
        _day_of(manifest.get("created_at"), path),
    )


def _day_of(created_at: object, path: Path) -> str | None:
    try:
        created = parse_time(created_at)
    except DataError as error:
        raise ModelError(f"{path}: 'created_at' must be a time. Got another value.") from error
    return None if created is None else day_in_shanghai(created)
