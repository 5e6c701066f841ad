"""One file of the journal while it is written: it holds whole frames, whatever the disk does."""

import os
import time
from pathlib import Path

from serving.journal.sync import sync_file, sync_folder


class Segment:
    """A new file, which only its owner may read.

    Parameters
    ----------
    is_synced
        Each append is on the disk when it returns, the file's name too.

    Raises
    ------
    OSError
        If the disk refuses.
    """

    def __init__(self, path: Path, *, is_synced: bool) -> None:
        self._is_synced = is_synced
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._opened = time.monotonic()
        self.size = 0
        self.is_usable = True
        if is_synced:
            try:
                sync_folder(path.parent)
            except OSError:
                self.close()
                raise

    @property
    def age_seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._opened

    def append(self, frame: memoryview) -> None:
        """Write a frame, or cut off what was written of it and raise; `is_usable` then says whether to go on here."""
        is_whole = False
        try:
            written = os.write(self._file, frame)
            while written < len(frame):
                written += os.write(self._file, frame[written:])
            is_whole = True
            if self._is_synced:
                self.sync()
        except OSError:
            self.is_usable = not is_whole  # one that failed to sync is not to be trusted again
            try:
                os.ftruncate(self._file, self.size)
            except OSError:
                self.is_usable = False  # it ends with a begun frame, which is read by nobody
            raise
        self.size += len(frame)

    def sync(self) -> None:
        """Return once all of it is on the disk."""
        sync_file(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
