"""The table that sets a model beside its twin, which learned from less: what the other data is worth."""

from collections.abc import Iterator, Mapping
from typing import Any

from data.errors import ModelError
from models.card_figures import Block, figure_text, table_head, table_row

_FIGURES = {
    "commercial AUC": ("questions", "commercial", "auc"),
    "diversion F1": ("labels", "per_label", "diversion", "f1"),
    "macro-3": ("labels", "macro_3"),
}


def render_twin(metrics: Block, twin: Mapping[str, Any]) -> str:
    """Write the figures of a model and its twin side by side, on every set with labels that both were measured on.

    Parameters
    ----------
    metrics
        What `huoren evaluate --json` prints for the model.
    twin
        The twin's `manifest.json`, with its metrics.

    Raises
    ------
    ModelError
        If the twin has no metrics, or shares no such set.
    """
    try:
        measured = {each["sha256"]: each for each in twin["metrics"]["sets"]}
        shared = [each for each in metrics["sets"] if each["sha256"] in measured and "labels" in each["overall"]]
        if not shared:
            raise ModelError("a twin must be measured on a set of the model's, with labels. Got none in common.")
        lines = [f"Both learn alike; `{twin['model_version']}` was trained on {', '.join(_names(twin))} alone."]
        for each in shared:
            lines += _set(each, measured[each["sha256"]], metrics["model_version"], twin["model_version"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"a twin must be a measured model. Got a {type(error).__name__} ({error}).") from error
    return "\n".join(lines)


def _names(twin: Mapping[str, Any]) -> list[str]:
    return [each["name"] for each in twin["training_data"]]


def _set(each: Block, other: Block, version: str, of_twin: str) -> Iterator[str]:
    yield from table_head(each["name"], version, of_twin)
    for name, where in _FIGURES.items():
        yield table_row(name, *(figure_text(_figure(block["overall"], where)) for block in (each, other)))


def _figure(overall: Block, where: tuple[str, ...]) -> Block | None:
    *path, last = where
    for key in path:
        overall = overall[key]
    return overall.get(last)  # absent where too few notes show it
