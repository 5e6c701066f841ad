"""Predictions for real labelled notes by models that never saw their sources, as `huoren fit --metrics` writes them."""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.errors import ConfigError, DataError
from data.labels import LABELS
from training.acceptance.check import FloatArray
from training.fit import add_arguments, run

FILE = "predictions.csv"
_COLUMNS = ("source", "author_label", *(f"pa_{label.value}" for label in LABELS))


@dataclass(frozen=True, eq=False)
class Predictions:
    """Labelled notes of real sources; labels and scores are of the author's own content."""

    sources: tuple[str, ...]  # (n,)
    labels: tuple[str, ...]  # (n,)
    proba: FloatArray  # (n, 4)


def read_predictions(folder: Path) -> Predictions:
    """Read the rows that have a label.

    Raises
    ------
    ConfigError
        If the folder holds no predictions.
    DataError
        Names the file where a column is missing, or the line with an unknown label or a score that is no number.
    """
    path, names = folder / FILE, {label.value for label in LABELS}
    if not path.is_file():
        raise ConfigError(f"{folder}: must hold the {FILE} of `huoren fit --metrics`. Got none.")
    sources, labels, scores = [], [], []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
            raise DataError(f"{path}: must have the columns {', '.join(_COLUMNS)}. Got none named {missing[0]!r}.")
        for row in reader:
            if not row["author_label"]:
                continue
            if row["author_label"] not in names:
                raise DataError(f"{path}:{reader.line_num}: 'author_label' must be a label. Got something else.")
            try:
                scores.append([float(row[f"pa_{label.value}"]) for label in LABELS])
            except ValueError as error:
                raise DataError(f"{path}:{reader.line_num}: scores must be numbers. Got something else.") from error
            sources.append(row["source"])
            labels.append(row["author_label"])
    return Predictions(tuple(sources), tuple(labels), np.array(scores).reshape(-1, len(LABELS)))


def make_predictions(corpora: Path, work: Path) -> Path:
    """Fit with sources held out in turn, without word vectors, and give the folder of figures.

    Takes minutes at first; finished stages of the same corpora and recipe are kept in `work`.
    """
    folder = work / "metrics"
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = ["--corpora", str(corpora), "--work", str(work), "--metrics", str(folder), "--force", "--quiet"]
    run(parser.parse_args([str(work / "model"), "--version", "acceptance", *options]))
    return folder
