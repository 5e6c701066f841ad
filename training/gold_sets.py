"""Labelled files to measure on: each with its name and hash, so that a figure says what it was measured on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import DataError
from training.gold import LabeledNote, read_labeled


@dataclass(frozen=True)
class GoldSet:
    """One labelled file."""

    name: str
    sha256: str
    rows: list[LabeledNote]


def read_sets(paths: Sequence[Path]) -> list[GoldSet]:
    """Read labelled files whole; their names stand for them in the report.

    Raises
    ------
    DataError
        If a file cannot be read, holds no note, or has the name of another.
    """
    sets: list[GoldSet] = []
    for path in paths:
        try:
            rows, sha256 = read_labeled(path), hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: a labelled file must be readable UTF-8. Got a {type(error).__name__}.") from error
        if not rows:
            raise DataError(f"{path}: a labelled file must hold at least one note. Got none.")
        if path.name in {each.name for each in sets}:
            raise DataError(f"{path}: each file must have its own name. Got a second {path.name!r}.")
        sets.append(GoldSet(path.name, sha256, rows))
    return sets
