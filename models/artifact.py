"""The artifact: a folder that training writes and serving reads; it refuses what it does not know.

No pickle anywhere: `manifest.json`, `weights.safetensors`, `policy.toml`, and what a fit on corpora adds.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from data.errors import ModelError
from data.labels import LABELS, QUESTIONS
from data.normalize import NORMALISER_VERSION
from models.calibration import Calibration, read_calibration
from models.features import feature_names
from models.linear import LinearModel, model_from_tensors
from models.manifest import MANIFEST, Manifest, StoredFile, check_version, feature_spec, read_manifest
from models.policy import Policy, load_policy
from models.signals import scanner

WEIGHTS, POLICY, VALIDATION = "weights.safetensors", "policy.toml", "validation.npz"
TRAINED_NOTES = "trained_notes.npy"
_KNOWN_FILES = frozenset({WEIGHTS, POLICY, VALIDATION, TRAINED_NOTES, "CARD.md", "NOTICE"})


class Artifact(msgspec.Struct, frozen=True):
    """A checked artifact in memory."""

    manifest: Manifest
    model: LinearModel
    calibration: Calibration
    policy: Policy


def released_folder() -> Path:
    """Folder of the weights that ship with huoren."""
    return Path(str(files("models").joinpath("released")))


def load_artifact(folder: Path | None = None) -> Artifact:
    """Read and check an artifact folder; None means the released one.

    Raises
    ------
    ModelError
        If the folder is no artifact of this format, a key, file or feature is unknown, a hash differs or the weights
        do not fit.
    """
    folder = folder or released_folder()
    manifest = read_manifest(folder)
    _check_versions(manifest, folder)
    for name, stored in manifest.files.items():
        _check_file(folder / name, stored)
    try:
        tensors = load_tensors((folder / WEIGHTS).read_bytes())
    except SafetensorError as error:
        raise ModelError(f"{folder / WEIGHTS}: must be a safetensors file. Got one that is not readable.") from error
    detectors = scanner().detectors
    model = model_from_tensors(tensors, n_features=len(feature_names(detectors)), n_comment_features=len(detectors) + 2)
    return Artifact(manifest, model, read_calibration(manifest.calibration), load_policy(folder / POLICY))


def write_artifact(
    folder: Path, *, model: LinearModel, manifest: Manifest, policy: str, extra: Mapping[str, bytes]
) -> Manifest:
    """Write an artifact folder; the manifest last, so that a half-written folder is refused.

    Files that an earlier artifact left there and this one has not are removed: a report would read old statistics.

    Parameters
    ----------
    manifest
        Its `files` are filled in here.
    policy
        The text of `policy.toml`.
    extra
        Contents of `validation.npz`, `trained_notes.npy`, `CARD.md`, `NOTICE`, where there are any.

    Raises
    ------
    ModelError
        If `extra` holds a file that artifacts do not know, or the version is no plain name.
    """
    if unknown := extra.keys() - _KNOWN_FILES:
        raise ModelError(f"an artifact holds {', '.join(sorted(_KNOWN_FILES))}. Got {sorted(unknown)[0]!r} as well.")
    check_version(manifest.model_version)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    tensors = model.tensors().items()
    half = {name: tensor.astype(np.float16) if tensor.size > 1000 else tensor for name, tensor in tensors}
    contents = {WEIGHTS: save_tensors(half), POLICY: policy.encode(), **extra}
    for name in _KNOWN_FILES - contents.keys():
        (folder / name).unlink(missing_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    stored = {name: StoredFile(hashlib.sha256(content).hexdigest(), len(content)) for name, content in contents.items()}
    complete = msgspec.structs.replace(manifest, files=stored)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(complete), indent=1) + b"\n")
    return complete


def _check_versions(manifest: Manifest, folder: Path) -> None:
    path = folder / MANIFEST
    expected: tuple[tuple[str, Any, Any], ...] = (
        ("labels", manifest.labels, tuple(LABELS)),
        ("questions", manifest.questions, tuple(QUESTIONS)),
        ("normaliser_version", manifest.normaliser_version, NORMALISER_VERSION),
        ("features", manifest.features, feature_spec()),
    )
    for name, got, wanted in expected:
        if got != wanted:
            raise ModelError(
                f"{path}: {name!r} must fit this version of huoren. Got others: fit the model again, or install the "
                "version that made it."
            )
    if manifest.label_thresholds.keys() != set(QUESTIONS):
        got = ", ".join(sorted(manifest.label_thresholds))
        raise ModelError(f"{path}: 'label_thresholds' must hold {', '.join(QUESTIONS)}. Got {got}.")
    if missing := {WEIGHTS, POLICY} - manifest.files.keys():
        raise ModelError(f"{path}: 'files' must hold {sorted(missing)[0]!r}. Got none.")
    if unknown := manifest.files.keys() - _KNOWN_FILES:
        known = ", ".join(sorted(_KNOWN_FILES))
        raise ModelError(f"{path}: 'files' must be among {known}. Got {sorted(unknown)[0]!r}.")


def _check_file(path: Path, stored: StoredFile) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the manifest names it, so it must be readable. Got {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise ModelError(f"{path}: its SHA-256 must be the manifest's. Got another: the file was changed or cut.")
