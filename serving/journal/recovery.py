"""What became of the claims of processes that died: their journals tell."""

from collections.abc import Iterator
from pathlib import Path

from serving.journal import boots
from serving.journal.claims import Claims
from serving.journal.frames import Frame
from serving.journal.reader import read_segment
from serving.journal.record import VerdictRecord


def recover_claims(root: Path, claims: Claims) -> None:
    """Finish the claims of dead boots whose verdict was written, release the others.

    Needs no database. Whoever deletes a segment must have settled its records' claims before.

    Raises
    ------
    JournalFailed, OSError
        If the claims or the journal cannot be read.
    """
    for boot in claims.running_boots():
        if not boots.is_alive(root / boot):
            for records in _read_boot(root / boot):
                claims.settle(records)
            claims.release_boot(boot)


def _read_boot(boot: Path) -> Iterator[list[VerdictRecord]]:
    for segment in boots.list_segments(boot):
        for piece in read_segment(segment, is_closed=True):
            if isinstance(piece, Frame):
                yield piece.records
