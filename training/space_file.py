"""The file of a learned space: n-gram frequencies and directions, half precision, no pickle."""

import zipfile
from pathlib import Path

import numpy as np

from data.errors import ConfigError, DataError
from models.ngrams import N_BUCKETS
from training.topic_space import TopicSpace


def write_space(path: Path, space: TopicSpace) -> None:
    """Write a space whole or not at all."""
    staged = path.with_name(f".{path.name}.partial")
    with staged.open("wb") as file:
        np.savez_compressed(file, idf=space.idf, directions=space.directions.astype(np.float16))
    staged.replace(path)


def read_space(path: Path) -> TopicSpace:
    """Read a space.

    Raises
    ------
    ConfigError
        If there is no such file.
    DataError
        If it is no space, or one of another n-gram table.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: must be a file that `huoren pretrain` wrote. Got none.")
    try:
        with np.load(path, allow_pickle=False) as stored:
            idf, directions = stored["idf"], stored["directions"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: must be a space that `huoren pretrain` wrote. Got something else.") from error
    if idf.shape != (N_BUCKETS,) or directions.ndim != 2 or len(directions) != N_BUCKETS:
        raise DataError(f"{path}: must hold {N_BUCKETS} rows of n-grams. Got {idf.shape} and {directions.shape}.")
    if not (np.isfinite(idf).all() and np.isfinite(directions).all()):
        raise DataError(f"{path}: must hold finite numbers only. Got others.")
    return TopicSpace(idf.astype(np.float32), directions.astype(np.float32))
