"""Precision, recall and F1 by label, as a model's own manifest tells them."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A figure with its interval."""

    value: float
    ci_low: float
    ci_high: float
    level: float


class LabelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one label on one set; figures are null where `status` is not "measured"."""

    set: str
    label: str
    status: str
    positives: int
    precision: Figure | None = None
    recall: Figure | None = None
    f1: Figure | None = None


class _Labels(msgspec.Struct, frozen=True):
    per_label: dict[str, dict[str, Any]] = {}


class _Overall(msgspec.Struct, frozen=True):
    labels: _Labels = _Labels()


class _Set(msgspec.Struct, frozen=True):
    name: str
    overall: _Overall = _Overall()


class _Metrics(msgspec.Struct, frozen=True):
    sets: list[_Set] = []


def figures_of(metrics: Mapping[str, Any]) -> list[LabelFigures]:
    """Take the figures by label out of a manifest's metrics; metrics of another shape tell nothing."""
    try:
        return [
            msgspec.convert({"set": each.name, "label": label, **measured}, LabelFigures)
            for each in msgspec.convert(metrics, _Metrics).sets
            for label, measured in each.overall.labels.per_label.items()
        ]
    except msgspec.ValidationError:
        return []
