"""Finished stages of a fit, kept in a work folder, so that a fit that was stopped goes on where it was.

A stage is one `.npz` file beside the hash of all that it depends on: code, packages, data and its part of the recipe. A
file of another hash, or one that is not whole, is computed again and replaced.
"""

import hashlib
import importlib.metadata
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]
_KEY = "key"
_PACKAGES = ("numpy", "scipy", "scikit-learn")  # their versions may change the last bits
_NOT_CODE = frozenset({"__pycache__", "archive", "clean", "labels", "released"})


class Keep(Protocol):
    """Give a stage's arrays: kept ones, or else those that `compute` makes."""

    def __call__(self, stage: str, depends_on: Iterable[Any], compute: Callable[[], Arrays], /) -> Arrays:
        """Compute, or take what an earlier run kept."""


def keep_nothing(stage: str, depends_on: Iterable[Any], compute: Callable[[], Arrays], /) -> Arrays:
    """Compute, where there is no work folder."""
    return compute()


class Checkpoints:
    """A work folder; itself a `Keep`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.resumed: list[str] = []  # stages that an earlier run had finished

    def __call__(self, stage: str, depends_on: Iterable[Any], compute: Callable[[], Arrays], /) -> Arrays:
        """Give the arrays of a stage, and keep them where they are new."""
        key, path = digest(code_hash(), stage, *depends_on), self.folder / f"{stage}.npz"
        if (kept := _read(path, key)) is not None:
            self.resumed.append(stage)
            return kept
        arrays = compute()
        _write(path, key, arrays)
        return arrays


def digest(*parts: Any) -> str:
    """Hash what a stage depends on: bytes, arrays, files (`Path`) by content, all else as JSON."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
            continue
        if isinstance(part, np.ndarray):
            part = f"{part.dtype} {part.shape}".encode() + np.ascontiguousarray(part).tobytes()
        elif not isinstance(part, bytes):
            part = msgspec.json.encode(part)
        total.update(hashlib.sha256(part).digest())  # of fixed length: parts cannot run into each other
    return total.hexdigest()


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Hash every file of the code that a fit runs, and the versions of the packages that compute."""
    root = Path(__file__).parents[1]
    files = [
        path
        for package in ("data", "models", "training")
        for path in sorted((root / package).rglob("*"))
        if path.is_file() and not _NOT_CODE.intersection(path.relative_to(root).parts)
    ]
    names = [path.relative_to(root).as_posix() for path in files]
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return digest(names, versions, *files)


def _read(path: Path, key: str) -> Arrays | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if str(stored[_KEY]) != key:
                return None
            return {name: stored[name] for name in stored.files if name != _KEY}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):  # missing, cut or not ours
        return None


def _write(path: Path, key: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write a file that appears whole or not at all, also where the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    named: dict[str, Any] = {_KEY: np.array(key), **arrays}
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **named)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
