"""The artifact: a folder that training writes and serving reads; it refuses what it does not know. No pickle anywhere."""

import hashlib
import re
from datetime import datetime
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
from models.ngrams import BUCKET_BITS, NGRAM_LENGTHS
from models.policy import Policy, load_policy
from models.signals import scanner

FORMAT = "huoren-linear-1"
MANIFEST, WEIGHTS, POLICY, VALIDATION = "manifest.json", "weights.safetensors", "policy.toml", "validation.npz"
_KNOWN_FILES = frozenset({WEIGHTS, POLICY, VALIDATION, "CARD.md", "NOTICE"})
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class StoredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the folder."""

    sha256: str
    bytes: int


class FeatureSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the weights were fitted on; `hash` covers the names and order of all features."""

    hash: str
    ngrams: tuple[int, ...]
    seed: str
    buckets: int
    fields: tuple[str, ...]


class TrainingSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file that the weights were fitted on."""

    name: str
    rows: int
    sha256: str
    licence: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`manifest.json`."""

    format: str
    model_version: str
    created_at: datetime
    requires: dict[str, str]
    labels: tuple[str, ...]
    questions: tuple[str, ...]
    features: FeatureSpec
    normaliser_version: int
    label_thresholds: dict[str, float]
    calibration: dict[str, dict[str, float]]
    explicit_floor: float  # P(diversion) is at least this where a code or contact is written out in full
    files: dict[str, StoredFile]
    training_data: tuple[TrainingSet, ...]
    metrics: dict[str, Any]


class Artifact(msgspec.Struct, frozen=True):
    """A checked artifact in memory."""

    manifest: Manifest
    model: LinearModel
    calibration: Calibration
    policy: Policy


def released_folder() -> Path:
    """Folder of the weights that ship with huoren."""
    return Path(str(files("models").joinpath("released")))


def feature_spec() -> FeatureSpec:
    """Describe the features that this version of the code computes."""
    names = feature_names(scanner().detectors)
    text = "\n".join([*names, *(detector.name for detector in scanner().detectors)])
    return FeatureSpec(
        hash=hashlib.sha256(text.encode()).hexdigest(),
        ngrams=NGRAM_LENGTHS,
        seed="groups-1",
        buckets=1 << BUCKET_BITS,
        fields=("title", "body", "tags", "author_comments", "other_comments", "image_texts", "topic", "comment"),
    )


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


def read_manifest(folder: Path) -> Manifest:
    """Read `manifest.json` alone.

    Raises
    ------
    ModelError
        If it is missing, no JSON, or a key is unknown, missing or of the wrong type.
    """
    path = folder / MANIFEST
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: a model folder must hold a readable manifest.json. Got {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise ModelError(f"{path}: must be JSON. Got {error}.") from error
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        raise ModelError(f"{path}: 'format' must be {FORMAT!r}. Got {found!r} instead.")
    try:
        return msgspec.convert(raw, Manifest)
    except msgspec.ValidationError as error:
        raise ModelError(f"{path}: {error}.") from error


def write_artifact(folder: Path, *, model: LinearModel, manifest: Manifest, policy: str, extra: dict[str, bytes]) -> Manifest:
    """Write an artifact folder; the manifest last, so that a half-written folder is refused.

    Parameters
    ----------
    manifest
        Its `files` are filled in here.
    policy
        The text of `policy.toml`.
    extra
        Contents of `validation.npz`, `CARD.md`, `NOTICE`, where there are any.

    Raises
    ------
    ModelError
        If `extra` holds a file that artifacts do not know, or the version is no plain name.
    """
    if unknown := extra.keys() - _KNOWN_FILES:
        raise ModelError(f"an artifact holds {', '.join(sorted(_KNOWN_FILES))}. Got {sorted(unknown)[0]!r} as well.")
    if not _VERSION.fullmatch(manifest.model_version):
        raise ModelError("a model version must be letters, digits, '.', '_' and '-'. Got other characters.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    half = {name: tensor.astype(np.float16) if tensor.size > 1000 else tensor for name, tensor in model.tensors().items()}
    contents = {WEIGHTS: save_tensors(half), POLICY: policy.encode(), **extra}
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
            raise ModelError(f"{path}: {name!r} must fit this version of huoren. Got others: fit the model again, or install the version that made it.")
    if manifest.label_thresholds.keys() != set(QUESTIONS):
        raise ModelError(f"{path}: 'label_thresholds' must hold {', '.join(QUESTIONS)}. Got {', '.join(sorted(manifest.label_thresholds))}.")
    if missing := {WEIGHTS, POLICY} - manifest.files.keys():
        raise ModelError(f"{path}: 'files' must hold {sorted(missing)[0]!r}. Got none.")
    if unknown := manifest.files.keys() - _KNOWN_FILES:
        raise ModelError(f"{path}: 'files' must be among {', '.join(sorted(_KNOWN_FILES))}. Got {sorted(unknown)[0]!r}.")


def _check_file(path: Path, stored: StoredFile) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the manifest names this file, so it must be readable. Got {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise ModelError(f"{path}: its SHA-256 must be the manifest's. Got another: the file was changed or cut.")
