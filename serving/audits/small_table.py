"""Rows of a small file that people fill in, `.csv` or `.jsonl`, each with the place it stands at."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError

ENDINGS = (".jsonl", ".csv")


def read_bytes(path: Path, what: str) -> bytes:
    """Read a whole file; `what` names it in errors ("an audit file").

    Raises
    ------
    DataError
        If it cannot be read, or ends in neither `.jsonl` nor `.csv`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {what} must be a readable UTF-8 file.") from error
    check_ending(path, what)
    return content


def check_ending(path: Path, what: str) -> None:
    """Refuse a file that is neither `.jsonl` nor `.csv` by its name."""
    if path.suffix not in ENDINGS:
        raise DataError(f"{path}: {what} must end in .jsonl or .csv. Got {path.suffix!r} instead.")


def iter_rows(path: Path, content: bytes, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield `path:line` and the fields of each row; an empty cell is None, an empty line nothing.

    Raises
    ------
    DataError
        With `path:line`, if a row is no JSON object or has another number of cells than the header.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: {what} must be a readable UTF-8 file.") from error
    return _csv_rows(path, text) if path.suffix == ".csv" else _json_rows(path, text)


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for fields in reader:
            where = f"{path}:{reader.line_num}"
            if None in fields or None in fields.values():
                raise DataError(f"{where}: a row must have the {len(reader.fieldnames or ())} cells of the header.")
            if any(fields.values()):
                yield where, {name: value or None for name, value in fields.items()}
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: a row must be CSV with quotes that close. Got others.") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number}: a row must be one JSON object.") from error
