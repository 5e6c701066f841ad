"""`manifest.json` of an artifact: what the weights are, what they were fitted on, and what they expect of the code."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from data.errors import ModelError
from models.features import feature_names
from models.ngrams import BUCKET_BITS, NGRAM_LENGTHS
from models.signals import scanner

FORMAT = "huoren-linear-1"
MANIFEST = "manifest.json"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


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
    label_thresholds: dict[str, Share]
    calibration: dict[str, dict[str, float]]
    explicit_floor: Share  # P(diversion) is at least this where a code or contact is written out in full
    files: dict[str, StoredFile]
    training_data: tuple[TrainingSet, ...]
    metrics: dict[str, Any]


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


def check_version(version: str) -> str:
    """Return a model version that is a plain name; it stands in file names and URLs.

    Raises
    ------
    ModelError
        If it is none.
    """
    if not _VERSION.fullmatch(version):
        raise ModelError("a model version must be letters, digits, '.', '_' and '-'. Got other characters.")
    return version
