"""Verdicts that the database takes never: kept beside the journal, so that they hold up no others and are not lost."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from serving.journal.boots import REFUSED
from serving.journal.frames import Frame, read_frames, write_frame
from serving.journal.record import VerdictRecord
from serving.journal.sync import sync_file, sync_folder

_log = logging.getLogger(__name__)


def keep_refused(root: Path, record: VerdictRecord, reason: str) -> None:
    """Put one record aside, on the disk itself, under its verdict's id; what is kept of it already stays until then."""
    folder = root / REFUSED
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{record.verdict_id}.frame"
    staged = path.with_suffix(".new")
    file = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with write_frame([record], bytearray()) as frame, os.fdopen(os.dup(file), "wb") as stream:
            stream.write(frame)
        sync_file(file)
    finally:
        os.close(file)
    staged.replace(path)
    sync_folder(folder)
    _log.error("the database refuses verdict %s for good (%s); it is kept in %s", record.verdict_id, reason, REFUSED)


def read_refused(root: Path) -> Iterator[tuple[Path, list[VerdictRecord]]]:
    """Read what was put aside: each file and its records; a file that cannot be read is told and left."""
    for path in sorted((root / REFUSED).glob("*.frame")):
        try:
            data = path.read_bytes()
        except OSError as error:
            _log.error("the refused verdict %s cannot be read: %s", path.stem, error.strerror)
            continue
        for piece in read_frames(data):
            if isinstance(piece, Frame):
                yield path, piece.records
