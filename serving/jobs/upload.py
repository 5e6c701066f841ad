"""A job's input on its way to disk: counted and hashed while it is written, gone unless it is whole."""

import hashlib
import os
import shutil
from pathlib import Path

from data.errors import DataError
from serving.jobs.spool import INPUT, UPLOAD, lock_folder, require_room
from serving.journal.record import new_id

MAX_NOTES = 2_000_000


class Upload:
    """The lines of one job, a note each.

    Attributes
    ----------
    notes
        Lines that are not blank; right once `finish` was called.

    Raises
    ------
    OSError
        From every method, as when the disk is full.
    """

    def __init__(self, spool: Path) -> None:
        self.folder = spool / f"{new_id()}{UPLOAD}"
        self.folder.mkdir(mode=0o700)
        self._file, self._lock, self._is_given = -1, None, False
        try:
            self._lock = lock_folder(self.folder)
            self._file = os.open(self.folder / INPUT, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            self.discard()
            raise
        self._digest = hashlib.sha256()
        self.notes = self._lines = 0
        self._is_in_note = False

    @property
    def sha256(self) -> str:
        """Hash of what was written, 64 hex digits."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Write the next bytes, cut wherever they were.

        Raises
        ------
        DataError
            If there are more notes, or lines, than a job may have.
        """
        self._digest.update(data)
        head, *rest = data.split(b"\n")
        self._lines += len(rest)
        self._is_in_note = self._is_in_note or bool(head.strip())
        for line in rest:
            self.notes += self._is_in_note
            self._is_in_note = bool(line.strip())
        self._refuse_too_many()
        require_room(self.folder, len(data))
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    def finish(self) -> None:
        """Bring the input to disk.

        Raises
        ------
        DataError
            If there are more notes, or lines, than a job may have.
        """
        self.notes += self._is_in_note
        self._is_in_note = False
        self._refuse_too_many()
        os.fsync(self._file)

    def move_to(self, folder: Path) -> bool:
        """Give the input to a job; False where the folder is taken: another upload of the same job was faster.

        The folder stays locked until `discard`, so that nobody takes it for one that was left.
        """
        try:
            self.folder.rename(folder)
        except OSError:
            if folder.exists():
                return False
            raise
        self._is_given = True
        return True

    def discard(self) -> None:
        """Let go of the folder, and leave nothing of it where it was not given away."""
        if not self._is_given:
            shutil.rmtree(self.folder, ignore_errors=True)
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _refuse_too_many(self) -> None:
        if self.notes > MAX_NOTES:
            raise DataError(f"a job must have at most {MAX_NOTES} notes. Got more.")
        if self._lines > 2 * MAX_NOTES:  # millions of blank ones would keep the jobs of others waiting
            raise DataError(f"a job must have at most {2 * MAX_NOTES} lines, blank ones among them. Got more.")
