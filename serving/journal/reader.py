"""Read a segment's frames, also while its writer still appends."""

import logging
from collections.abc import Iterator
from pathlib import Path

from serving.journal.frames import Damage, Frame, Tear, read_frames

_log = logging.getLogger(__name__)


def read_segment(segment: Path, start: int = 0, *, is_closed: bool) -> Iterator[Frame | Damage]:
    """Read from a position, in bytes, on; a segment that is gone has nothing.

    Parameters
    ----------
    is_closed
        Nobody writes it any more. Of an open one only what stands before the first unreadable byte is read:
        the rest may be on its way.
    """
    try:
        with segment.open("rb") as file:
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return
    for piece in read_frames(data):
        match piece:
            case Frame(end, records):
                yield Frame(start + end, records)
            case Damage(begin, end) if is_closed:
                yield Damage(start + begin, start + end)
            case Tear(begin) if is_closed:
                cut = len(data) - begin
                _log.info("segment %s/%s ends with %d bytes cut off", segment.parent.name, segment.name, cut)
            case _:
                return
