"""Rejected rows, streamed to a JSONL file that names where each stood and why, never what it said."""

import json
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from data.errors import DataError


def rejects_path(out: Path) -> Path:
    """Name the rejects file of an output: inside a folder of parts, beside a single file.

    Examples
    --------
    >>> rejects_path(Path("scored.jsonl")).as_posix(), rejects_path(Path("scored")).as_posix()
    ('scored.jsonl.rejects.jsonl', 'scored/rejects/rejects.jsonl')
    """
    if out.suffix in (".jsonl", ".parquet"):
        return out.with_name(f"{out.name}.rejects.jsonl")
    return out / "rejects" / "rejects.jsonl"


class Rejects:
    """Collect rejects; `count` says how many.

    Parameters
    ----------
    path
        JSONL file of `{source_file, source_row, error}`, created at the first reject (an old one is removed);
        None counts only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None
        if path is not None:
            path.unlink(missing_ok=True)  # rejects of an earlier run would be read as this one's

    def add(self, source_file: str, source_row: int, error: DataError) -> None:
        """Write one reject; `source_row` is the 1-based line (CSV: the row's first line; Parquet: the row)."""
        self.count += 1
        if self.path is None:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # backslashreplace: a file name may hold bytes that are not UTF-8.
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
        row = {"source_file": source_file, "source_row": source_row, "error": str(error)}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file; the count stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
