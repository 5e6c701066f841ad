"""Which notes a model learned from: hashes of their ids beside its weights, which audits are checked against."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import ModelError

_HASH_BYTES = 8


class TrainedNotes:
    """A set of note ids, as hashes: it tells whether a note is in it, and no ids."""

    def __init__(self, hashes: npt.NDArray[np.uint64]) -> None:
        self._hashes = hashes  # (n,) sorted

    @classmethod
    def of(cls, note_ids: Iterable[str]) -> "TrainedNotes":
        """Hash the ids of notes."""
        return cls(np.unique(np.array([_hashed(note_id) for note_id in note_ids], dtype="<u8")))

    @classmethod
    def load(cls, path: Path) -> "TrainedNotes":
        """Read what `to_bytes` wrote.

        Raises
        ------
        ModelError
            If it is no such file.
        """
        try:
            hashes: npt.NDArray[Any] = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(f"{path}: hashes of note ids must be readable. They are not.") from error
        if not isinstance(hashes, np.ndarray) or hashes.dtype != np.uint64 or hashes.ndim != 1:
            raise ModelError(f"{path}: hashes of note ids must be 64-bit numbers in a row. Got others.")
        return cls(hashes)

    def to_bytes(self) -> bytes:
        """Write as .npy."""
        out = io.BytesIO()
        np.save(out, self._hashes, allow_pickle=False)
        return out.getvalue()

    def count(self, note_ids: Iterable[str]) -> int:
        """Count those of these notes that are among them."""
        wanted = np.array([_hashed(note_id) for note_id in note_ids], dtype="<u8")
        return int(np.isin(wanted, self._hashes).sum())


def _hashed(note_id: str) -> int:
    return int.from_bytes(hashlib.sha256(note_id.encode("utf-8", "surrogatepass")).digest()[:_HASH_BYTES], "big")
