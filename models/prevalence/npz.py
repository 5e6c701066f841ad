"""Plain arrays in one npz file: a format version, no pickle, and equal arrays give equal bytes."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import ModelError

_VERSION = "format_version"
Arrays = dict[str, npt.NDArray[Any]]


def arrays_as_bytes(version: int, arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Give the contents of an npz file."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{_VERSION: np.asarray(version)}, **arrays)
    return buffer.getvalue()


def read_arrays(path: Path) -> tuple[int | None, Arrays]:
    """Read the format version (None where there is none) and the arrays.

    Raises
    ------
    ModelError
        If the file is missing or is no npz of plain arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile, AttributeError, EOFError) as error:
        raise ModelError(f"{path}: validation statistics must be a readable npz without pickle.") from error
    version = arrays.pop(_VERSION, None)
    return (None if version is None or version.shape != () else int(version)), arrays
