"""The part of a manifest that the model card and the NOTICE tell, checked."""

from collections.abc import Mapping
from typing import Any

import msgspec

from data.errors import ModelError


class TrainingData(msgspec.Struct, frozen=True):
    """One file that the weights were trained on, labelled or not."""

    name: str
    rows: int
    sha256: str
    licence: str


class CardManifest(msgspec.Struct, frozen=True):
    """What a card needs of `manifest.json`; other keys are for loading."""

    model_version: str
    created_at: str
    format: str | int
    normaliser_version: str | int
    requires: str | list[str] | dict[str, str]
    training_data: tuple[TrainingData, ...]
    label_thresholds: dict[str, float] = {}


def read_card_manifest(manifest: Mapping[str, Any]) -> CardManifest:
    """Check a manifest for what its card tells.

    Raises
    ------
    ModelError
        If a key is missing or of the wrong type, or no training data is named.
    """
    try:
        checked = msgspec.convert(dict(manifest), CardManifest)
    except msgspec.ValidationError as error:
        raise ModelError(f"manifest.json: a card must find its keys. {error}.") from error
    if not checked.training_data:
        raise ModelError("manifest.json: 'training_data' must name what the model learned from. Got an empty list.")
    return checked
