"""Rows of a small file that people fill in, `.csv` or `.jsonl`, each with the place it stands at."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from data.errors import DataError

ENDINGS = (".jsonl", ".csv")
_DELIMITERS = ",;\t"  # spreadsheets write the one that their country uses
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n", re.IGNORECASE)  # how Excel is told its delimiter
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
        raise DataError(f"{path}: {what} must be a readable UTF-8 file. Got {error.strerror}.") from error
    check_ending(path, what)
    return content


def check_ending(path: Path, what: str) -> None:
    """Refuse a file that is neither `.jsonl` nor `.csv` by its name."""
    if path.suffix not in ENDINGS:
        raise DataError(f"{path}: {what} must end in .jsonl or .csv. Got {path.suffix!r} instead.")


def iter_rows(path: Path, content: bytes, what: str, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield `path:line` and the fields of each row; an empty cell is None, an empty line nothing.

    A CSV may be as spreadsheets save it: UTF-8, UTF-16 or GB18030, cells parted by comma, semicolon or tab.

    Raises
    ------
    DataError
        With `path:line`, if a row is no JSON object or has another number of cells than the header, or the header
        names a column twice or lacks a `needed` one.
    """
    text = _decoded(path, content, what)
    return _csv_rows(path, text, what, needed) if path.suffix == ".csv" else _json_rows(path, text)


def _decoded(path: Path, content: bytes, what: str) -> str:
    encodings = ["utf-8-sig"]
    if path.suffix == ".csv":
        encodings = ["utf-16"] if content.startswith(_UTF16) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path}: {what} must be a readable UTF-8 file. Got bytes that are not UTF-8.")


def _csv_rows(path: Path, text: str, what: str, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str | None]]]:
    start = 1
    if _SEPARATOR_LINE.match(text):
        text, start = text.partition("\n")[2], 2
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count))
    names: list[str] = []
    try:
        for cells in reader:
            where = f"{path}:{reader.line_num + start - 1}"
            if not names:
                names = _header(where, cells, what, needed)
            elif any(cells):
                if len(cells) != len(names):
                    raise DataError(f"{where}: a row must have the {len(names)} cells of the header. Got {len(cells)}.")
                yield where, {name: cell or None for name, cell in zip(names, cells, strict=True) if name}
    except csv.Error as error:
        raise DataError(
            f"{path}:{reader.line_num + start - 1}: a row must be CSV with quotes that close. Got others."
        ) from error
    if not names:
        raise DataError(f"{path}: {what} must have the columns {', '.join(needed)}. Got an empty file.")


def _header(where: str, cells: list[str], what: str, needed: tuple[str, ...]) -> list[str]:
    names = [cell.strip() for cell in cells]  # spreadsheets may add columns without a name
    if missing := [name for name in needed if name not in names]:
        raise DataError(f"{where}: {what} must have the columns {', '.join(needed)}. Got no {missing[0]!r}.")
    if twice := [name for name in needed if names.count(name) > 1]:
        raise DataError(f"{where}: {what} must have each column once. Got {twice[0]!r} twice.")
    return names


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number}: a row must be one JSON object. Got another, or a part.") from error
