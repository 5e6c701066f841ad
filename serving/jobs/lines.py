"""The lines of a job's input, from where it was left: a note each, or why a line is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from data.notes import Note
from serving.api.note_body import read_note
from serving.api.problems import RequestError

MAX_LINE_BYTES = 2**20


class Line(NamedTuple):
    """One line that is not blank: its 1-based number, where the next one begins (bytes), and what it holds."""

    number: int
    end: int
    note: Note | RequestError


def read_lines(path: Path, *, start: int, number: int) -> Iterator[Line]:
    """Read from byte `start` on, after `number` lines; a line of any length takes at most 1 MiB of memory.

    Raises
    ------
    OSError
        If the file is gone.
    """
    with path.open("rb") as file:
        file.seek(start)
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            is_long = len(line.rstrip(b"\r\n")) > MAX_LINE_BYTES
            if not line.endswith(b"\n"):
                _skip_line(file)
            if line.strip() or is_long:
                yield Line(number, file.tell(), _too_long() if is_long else read_note(msgspec.Raw(line)))


def _skip_line(file: BinaryIO) -> None:
    while (part := file.readline(MAX_LINE_BYTES)) and not part.endswith(b"\n"):
        pass


def _too_long() -> RequestError:
    return RequestError(413, f"a line must be at most {MAX_LINE_BYTES} bytes. Got more.", pointer="")
