"""What `huoren classify` was given: plain text, one JSON note, or notes as JSON lines."""

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from data.errors import DataError
from data.json_text import decode_json
from data.notes import Note, note_from_mapping
from data.streams import STDIN, read_lines

_FILE = re.compile(r"\.(json|jsonl|ndjson)(\.gz|\.zst)?$")  # "note.json", "notes.jsonl.gz"; not "看看 json"
_OBJECT = re.compile(r'\s*\{\s*(["}]|$)')  # '{"title": ...'; not "{限时}好物"
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT_NOTE_ID = "text"
_MAX_NAME = 1024  # characters: what is longer is a text that happens to end like a file name


def read_input(source: str) -> Iterator[Note | DataError]:
    """Yield the notes of an argument; a note that cannot be read comes as an error in its place.

    Parameters
    ----------
    source
        `-` for standard input, the name of a JSON file, or else the text itself (the body of a note without a date).
    """
    if source == "-":
        return _read(STDIN)
    # os.path, unlike pathlib, raises nothing for a text too long to be a name.
    if os.path.isdir(source):
        return iter([DataError(f"{source}: must be a text or a file. Got a folder; for archives use `huoren score`.")])
    if _FILE.search(source) and len(source) <= _MAX_NAME and "\n" not in source:
        if not os.path.exists(source):
            return iter([DataError(f"{source}: the file must exist. Got no such file.")])
        return _read(Path(source), must_be_json=True)
    if os.path.isfile(source):
        return iter([DataError(f"{source}: the name must end in .json or .jsonl. For archives use `huoren score`.")])
    # An argument in a terminal's old encoding holds lone surrogates; one code point stands for one.
    return iter([Note(note_id=_TEXT_NOTE_ID, body=_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", source))])


def _read(path: Path, *, must_be_json: bool = False) -> Iterator[Note | DataError]:
    lines: Iterator[tuple[int, str | DataError]] = ((number, _decoded(line)) for number, line in read_lines(path))
    first = next(((number, line) for number, line in lines if isinstance(line, DataError) or line.strip()), None)
    if first is None:
        yield DataError(f"{path}: there must be a note or text to classify. Got nothing.")
        return
    number, line = first
    if not must_be_json and not isinstance(line, DataError) and not _OBJECT.match(line):
        yield _whole_text(path, line, lines)
        return
    if not isinstance(line, DataError) and not _is_json(line):
        rest = list(lines)
        if not any(isinstance(row, str) and _OBJECT.match(row) and _is_json(row) for _, row in rest):
            text = _whole_text(path, line, iter(rest))  # one object over several lines
            yield _note(path, number, text.body) if isinstance(text, Note) else text
            return
        lines = iter(rest)  # a damaged line before whole ones
    for at, row in chain([first], lines):
        if isinstance(row, DataError) or row.strip():
            yield _note(path, at, row)


def _decoded(line: bytes | DataError) -> str | DataError:
    try:
        return line if isinstance(line, DataError) else line.decode("utf-8")
    except UnicodeDecodeError as error:
        return DataError(f"the text must be UTF-8. Byte {error.start + 1} of this line is not.")


def _is_json(line: str) -> bool:
    try:
        decode_json(line)
    except DataError:
        return False
    return True


def _whole_text(path: Path, line: str, lines: Iterator[tuple[int, str | DataError]]) -> Note | DataError:
    parts = [line]
    for number, row in lines:
        if isinstance(row, DataError):
            return DataError(f"{path}:{number}: {row}")
        parts.append(row)
    return Note(note_id=_TEXT_NOTE_ID, body="".join(parts).rstrip("\r\n"))


def _note(path: Path, number: int, row: str | DataError) -> Note | DataError:
    try:
        if isinstance(row, DataError):
            raise row
        return note_from_mapping(decode_json(row))
    except DataError as error:
        return DataError(f"{path}:{number}: {error}")
