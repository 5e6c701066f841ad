"""Write verdicts to disk before they are answered: a process's own files, one write for all that came together."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from serving.journal import boots
from serving.journal.failures import JournalFailed, JournalFull
from serving.journal.frames import write_frame
from serving.journal.record import VerdictRecord
from serving.journal.segment import Segment
from serving.journal.sync import sync_folder

_SEGMENT_BYTES = 2**23
_SEGMENT_SECONDS = 600.0  # an older one is closed, so that it can be drained and deleted
_TICK_SECONDS = 0.2
_TICKS_A_SYNC = 5
_log = logging.getLogger(__name__)


class JournalWriter:
    """Appends verdicts to segments of this process, in a folder that is locked while the process lives.

    What `append` returned from outlives the process, however it ends. A power loss takes what was not synced.

    Parameters
    ----------
    folder
        The journal of all processes, STATE/journal; the writer makes its own folder in it.
    sync
        "always": each append is on the disk when it returns. "second": within about a second.
    max_bytes
        What all processes' segments may hold together; seen with up to a fifth of a second's delay.
    """

    def __init__(self, folder: Path, *, sync: Literal["always", "second"] = "second", max_bytes: int = 2**30) -> None:
        self._root, self._sync, self._max_bytes = folder, sync, max_bytes
        self._segment_bytes = min(_SEGMENT_BYTES, max(max_bytes // 64, 2**12))
        self._folder, self._owner = boots.open_boot(folder)
        self._lock = threading.Lock()
        self._buffer = bytearray()
        self._number = 0
        self._segment: Segment | None = None
        self._left: list[Segment] = []  # closed for appends; the other thread still has to sync them
        self._is_dirty = False
        self._was_full = False
        self._measured, self._since = boots.segment_bytes(folder), 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="journal", daemon=True)
        self._thread.start()

    @property
    def boot(self) -> str:
        """Name of this process's folder: whom its claims belong to."""
        return self._folder.name

    @property
    def waiting_bytes(self) -> int:
        """Bytes of all processes' segments that are not drained yet, and what was appended since they were measured."""
        return self._measured + self._since

    def append(self, records: Sequence[VerdictRecord]) -> None:
        """Write records, all or none, and return once they are safe as `sync` promises.

        Raises
        ------
        JournalFull
            If as much as `max_bytes` waits.
        JournalFailed
            If the disk refuses. Nothing of it will be stored, save where the disk took the bytes and failed to sync.
        """
        with self._lock:
            try:
                frame = write_frame(records, self._buffer)
            except (UnicodeEncodeError, OverflowError) as error:
                raise JournalFailed("a verdict's texts must be Unicode and its numbers 64 bits. Got others.") from error
            with frame:
                if self.waiting_bytes + len(frame) > self._max_bytes:
                    self._was_full = True
                    raise JournalFull("the journal is full: the database must take what waits.")
                try:
                    self._ready_segment().append(frame)
                except OSError as error:
                    raise JournalFailed(f"the journal cannot be written: {error.strerror}.") from error
                self._since += len(frame)
                self._is_dirty = True

    def close(self) -> None:
        """Sync, and leave the folder to the keeper; a writer that is closed takes nothing."""
        self._stop.set()
        self._thread.join()
        with self._lock:
            owner, self._owner = self._owner, -1
            self._leave_segment()
        if owner >= 0:
            self._sync_rest()
            os.close(owner)

    def _ready_segment(self) -> Segment:
        if self._owner < 0:
            raise OSError(0, "it is closed")
        if self._segment is not None and (self._segment.size >= self._segment_bytes or not self._segment.is_usable):
            self._leave_segment()
        if self._segment is None:
            self._number += 1
            path = boots.segment_path(self._folder, self._number)
            self._segment = Segment(path, is_synced=self._sync == "always")
        return self._segment

    def _leave_segment(self) -> None:
        if self._segment is not None:
            self._left.append(self._segment)
            self._segment, self._is_dirty = None, True

    def _tend(self) -> None:
        tick = 0
        while not self._stop.wait(_TICK_SECONDS):
            tick += 1
            self._measure()
            if tick % _TICKS_A_SYNC == 0:
                self._close_old()
                self._sync_rest()

    def _measure(self) -> None:
        with self._lock:
            counted = self._since
        try:
            measured = boots.segment_bytes(self._root)
        except OSError as error:
            _log.error("the journal cannot be measured: %s", error.strerror)
            return
        with self._lock:
            self._measured, self._since = measured, self._since - counted

    def _close_old(self) -> None:
        """Close a segment that is old, or that stands in the way of new ones: an empty next one tells the keeper so."""
        with self._lock:
            segment = self._segment
            if segment is not None and segment.size and (self._was_full or segment.age_seconds > _SEGMENT_SECONDS):
                self._was_full = False
                self._leave_segment()
                try:
                    self._ready_segment()
                except OSError as error:
                    _log.error("the journal cannot go on to a new file: %s", error.strerror)

    def _sync_rest(self) -> None:
        with self._lock:
            if not self._is_dirty:
                return
            left, self._left, self._is_dirty = self._left, [], False
            segments = left if self._segment is None else [*left, self._segment]  # closed by nobody but this thread
        try:
            for segment in segments:
                segment.sync()
            sync_folder(self._folder)
        except OSError as error:
            self._tell_unsynced(error)
        for segment in left:
            try:
                segment.close()
            except OSError as error:  # some file systems say only now what they could not write
                self._tell_unsynced(error)

    @staticmethod
    def _tell_unsynced(error: OSError) -> None:
        _log.error("the journal cannot be synced; a power loss now may cost verdicts: %s", error.strerror)
