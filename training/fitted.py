"""What a fit learned, and what an artifact says of it: manifest and policy."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import msgspec

from data.labels import LABELS, QUESTIONS
from data.normalize import NORMALISER_VERSION
from models.calibration import Calibration
from models.linear import LinearModel
from models.manifest import FORMAT, Manifest, TrainingSet, feature_spec
from models.prevalence import Validation
from training.crossfit import CrossFit
from training.thresholds import FALSE_REVIEWS


class Fitted(msgspec.Struct, frozen=True):
    """What a fit learned, before it is written."""

    model: LinearModel
    calibration: Calibration
    thresholds: dict[str, float]
    review: dict[str, float]  # review thresholds of the policy, by its table; empty where no source was held out
    floor: float
    training_data: tuple[TrainingSet, ...]
    figures: dict[str, Any]
    validation: Validation | None
    crossed: CrossFit | None = None
    left_out: int = 0  # notes of the analysts' data that taught nothing: the corpora measure on them, or hold them
    not_held_out: str = ""  # why not, where notes might have been


def manifest_of(fitted: Fitted, version: str) -> Manifest:
    """Describe a fit; the files are filled in when it is written."""
    return Manifest(
        format=FORMAT,
        model_version=version,
        created_at=datetime.now(tz=UTC).replace(microsecond=0),
        requires={"huoren": ">=0.1", "python": ">=3.11"},
        labels=tuple(map(str, LABELS)),
        questions=tuple(map(str, QUESTIONS)),
        features=feature_spec(),
        normaliser_version=NORMALISER_VERSION,
        label_thresholds={str(name): value for name, value in fitted.thresholds.items()},
        calibration=msgspec.to_builtins(fitted.calibration),
        explicit_floor=fitted.floor,
        files={},
        training_data=fitted.training_data,
        metrics={},
    )


def policy_text(review: Mapping[str, float], version: str) -> str:
    """Write the default policy with the fitted review thresholds, if any, under the model's version."""
    text = resources.files("models").joinpath("policy.toml").read_text(encoding="utf-8")
    text = re.sub(r'^version = "[^"]*"', f'version = "{version}"', text, flags=re.MULTILINE)
    for table in ("diversion", "undisclosed_ad"):
        if table in review:
            line = f"{review[table]}  # chosen by `huoren fit`: {FALSE_REVIEWS:.0%} of organic notes lie over it"
        else:
            line = "0.5  # not fitted: no source was held out"
        text = re.sub(rf"(\[{table}\][^\[]*?review = )[^\n]*", rf"\g<1>{line}", text)
    return text
