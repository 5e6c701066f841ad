"""Find and stream the text that a fit learns from: labelled notes, loose comments, and unlabelled text."""

import gzip
import json
import zlib
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from data.errors import ConfigError, DataError
from training.gold import GOLD_FILES, LabeledNote, read_labeled

OWN_SOURCE = "huoren-corpus"
_COVERT_AD_SETS = {"chasm": ("chasm_train.jsonl", "chasm_dev.jsonl"), "adspectorx": ("rednote_covert_ads.jsonl",)}


@cache
def own_corpus() -> tuple[LabeledNote, ...]:
    """Read the notes that we wrote ourselves, once a process."""
    with resources.as_file(resources.files("data").joinpath("corpus/notes.jsonl")) as path:
        return tuple(read_labeled(path, source=OWN_SOURCE))


def in_site_comments() -> list[str]:
    """Read the comments that we wrote which stay on the platform, though they look like codes or calls."""
    text = resources.files("data").joinpath("corpus/in_site_comments.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def gold_notes(corpora: Path) -> list[LabeledNote]:
    """Read the real notes with three answers, train and dev: what is cross-validated over sources."""
    return [note for name in GOLD_FILES for note in read_labeled(_existing(corpora / name))]


def covert_ad_notes(corpora: Path, sets: Collection[str] = tuple(_COVERT_AD_SETS)) -> list[LabeledNote]:
    """Read the sets, of `chasm` and `adspectorx`, that only say covert advertisement or not."""
    return [
        note
        for source, names in _COVERT_AD_SETS.items()
        if source in sets
        for name in names
        for note in read_labeled(_existing(corpora / name), source=source)
    ]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Stream the objects of a JSONL file, plain or gzipped.

    Raises
    ------
    ConfigError
        If the file is missing.
    DataError
        Names file and line of the first row that is no JSON object, or the file that is no readable text.
    """
    for number, line in enumerate(_lines(_existing(path)), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{path.name}:{number}: a line must be one JSON object. Got invalid JSON.") from error
        if not isinstance(row, dict):
            raise DataError(f"{path.name}:{number}: a line must be one JSON object. Got {type(row).__name__}.")
        yield row


def texts(path: Path) -> Iterator[str]:
    """Stream the `text` of a file of short texts."""
    return (row["text"] for row in read_rows(path) if isinstance(row.get("text"), str))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ConfigError(f"the corpora folder must hold {path.name}. Got {path.parent} without it.")
    return path


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield from file
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: must be readable UTF-8 text. Got a {type(error).__name__}.") from error
