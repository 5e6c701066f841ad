"""Write a scored archive, to one file or a folder of parts; nothing half written bears its final name."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec
import pyarrow.parquet as pq

from data.errors import DataError
from data.scored import ANSWER_VERSION, SCHEMA, flatten, to_batch

_ROW_GROUP_ROWS = 8192  # rows held in memory before they are written


class ScoredWriter:
    """Context manager that takes rows (the answer object plus the carried keys) as dicts, in input order.

    Each file is written as `.NAME.tmp` and renamed when whole; after an error the unfinished one is removed and the
    finished parts stay.

    Parameters
    ----------
    out
        `NAME.jsonl` or `NAME.parquet` (replaced when it exists), else a folder that holds no parts yet.
    part_rows
        Rows per part of a folder.

    Raises
    ------
    DataError
        If the folder already holds parts, or `out` names a file where a folder is needed or the reverse.
    """

    def __init__(self, out: str | os.PathLike[str], *, part_rows: int = 100_000) -> None:
        self.out = Path(out)
        self.rows = 0
        self._is_folder = self.out.suffix not in (".jsonl", ".parquet")
        self._part_rows = part_rows
        self._part = 0
        self._rows_in_file = 0
        self._waiting: list[dict[str, Any]] = []
        self._lines: IO[bytes] | None = None
        self._parquet: pq.ParquetWriter | None = None
        if self.out.exists() and self._is_folder != self.out.is_dir():
            raise DataError(f"{self.out}: must be a {'folder' if self._is_folder else 'file'}. Got the other.")
        if self._is_folder and next(self.out.glob("*.parquet"), None) is not None:
            raise DataError(
                f"{self.out}: the folder must hold no Parquet parts yet. Got some; remove them or name another."
            )

    def write(self, row: Mapping[str, Any]) -> None:
        """Take one row; see `data.scored.flatten` for what it must hold."""
        flat = flatten(row)
        if self._lines is None and self._parquet is None:
            self._open()
        if self._lines is not None:
            self._lines.write(_as_line(row))
        self._waiting.append(flat)
        self.rows += 1
        self._rows_in_file += 1
        full = self._is_folder and self._rows_in_file == self._part_rows
        if full or len(self._waiting) == _ROW_GROUP_ROWS:
            self._flush()
        if full:
            self._finish()

    def close(self) -> None:
        """Finish the last file; an archive without a row is written too, as an empty file or part."""
        if self._lines is None and self._parquet is None and self._part == 0:
            self._open()
        if self._lines is not None or self._parquet is not None:
            self._flush()
            self._finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self._discard()

    @property
    def _target(self) -> Path:
        return self.out / f"part-{self._part:05d}.parquet" if self._is_folder else self.out

    @property
    def _temporary(self) -> Path:
        return self._target.with_name(f".{self._target.name}.tmp")

    def _open(self) -> None:
        self._temporary.parent.mkdir(parents=True, exist_ok=True)
        if self._target.suffix == ".jsonl":
            self._lines = self._temporary.open("wb")
        else:
            self._parquet = pq.ParquetWriter(self._temporary, SCHEMA, compression="zstd")

    def _flush(self) -> None:
        batch = to_batch(self._waiting)  # built for JSONL too: its check is that what is written can be read back
        if self._parquet is not None and self._waiting:
            self._parquet.write_batch(batch)
        self._waiting = []

    def _release(self) -> None:
        for file in (self._lines, self._parquet):
            if file is not None:
                file.close()
        self._lines = self._parquet = None

    def _finish(self) -> None:
        self._release()
        os.replace(self._temporary, self._target)
        self._part += 1
        self._rows_in_file = 0

    def _discard(self) -> None:
        if self._lines is not None or self._parquet is not None:
            self._release()
            self._temporary.unlink(missing_ok=True)


def _as_line(row: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode({"schema_version": ANSWER_VERSION, **row}) + b"\n"
    except (TypeError, ValueError) as error:
        raise DataError(f"a scored row must hold JSON values and whole characters ({type(error).__name__}).") from error
