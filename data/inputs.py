"""Which files an archive consists of: files, folders of them, or standard input."""

import os
from collections.abc import Iterable
from pathlib import Path

from data.errors import DataError
from data.rows import LINE_SUFFIXES
from data.streams import STDIN

_SUFFIXES = (*(f"{suffix}{packed}" for suffix in LINE_SUFFIXES for packed in ("", ".gz", ".zst")), ".parquet")


def find_files(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """List the files of an archive; folders are searched with their subfolders, in name order.

    Left out of folders: hidden files, rejects, a crawl's `*_creators_*` (accounts, no notes), files of other kinds.

    Raises
    ------
    DataError
        If a path does not exist or may not be read, a file's kind is unknown, or a folder holds nothing to read.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files = [file for path in given for file in _files_at(Path(path))]
    return list(dict.fromkeys(files))  # a folder and a file in it: read once


def _files_at(path: Path) -> list[Path]:
    if path == STDIN:
        return [path]
    if path.is_dir():
        inside = [_readable(path), *sorted(path.rglob("*"))]
        found = [file for file in inside[1:] if _is_archive(file.relative_to(path)) and file.is_file()]
        for each in (*found, *(each for each in inside if each.is_dir())):
            _readable(each)  # else a folder's files would be missing without a word
        if not found:
            raise DataError(f"{path}: a folder must hold {_kinds()} files. Got none.")
        return found
    if not path.exists():
        raise DataError(f"{path}: the file must exist. Got no such file.")
    if not path.name.lower().endswith(_SUFFIXES):
        raise DataError(f"{path}: the name must end in {_kinds()}. Got {path.suffix!r} instead.")
    return [_readable(path)]


def _readable(path: Path) -> Path:
    if not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
        raise DataError(f"{path}: must be readable. Got Permission denied.")
    return path


def _is_archive(path: Path) -> bool:
    left_out = path.name.endswith(".rejects.jsonl") or "_creators_" in path.name or "rejects" in path.parts[:-1]
    hidden = any(part.startswith(".") for part in path.parts)
    return path.name.lower().endswith(_SUFFIXES) and not left_out and not hidden


def _kinds() -> str:
    return f"{', '.join(LINE_SUFFIXES)} (plain, .gz or .zst) or .parquet"
