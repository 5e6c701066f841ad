"""The spool: STATE/spool/<job id>/ holds a job's input until it ends, and its results for a day."""

import errno
import fcntl
import os
import re
import shutil
import socket
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from serving.jobs.callback import tell_end
from serving.journal.record import new_id
from serving.settings import Settings
from serving.store.clock import now_us
from serving.store.engine import Store
from serving.store.jobs import WAITING, expire_jobs, find_job

INPUT = "notes.jsonl"
RESULTS = "results.jsonl"
UPLOAD = ".upload"  # how a folder ends whose input is not whole yet
RESERVE_BYTES = 2**30  # jobs leave so much of the disk to the journal, without which nothing is answered
_HOST = "host"
_JOB_ID = re.compile(r"[0-9a-f]{32}")
_GRACE_SECONDS = 60.0  # between a folder and the row, or the lock, that vouches for it


def spool_of(settings: Settings) -> Path:
    """Give the spool's folder, readable by nobody else; made where it is missing."""
    folder = settings.state / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def folder_of(settings: Settings, job_id: str) -> Path:
    """Give the folder of one job; an id is 32 hex digits, never a path.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not _JOB_ID.fullmatch(job_id):
        raise ValueError("a job's id must be 32 hex digits. Got something else.")
    return spool_of(settings) / job_id


def host_of(settings: Settings) -> str:
    """Name this spool, for every process and start the same: a job runs where its input lies."""
    path = spool_of(settings) / _HOST
    if not path.exists():
        own = path.with_name(f"{_HOST}.{new_id()}")
        own.touch(mode=0o600)
        own.write_text(f"{socket.gethostname()[:200]}-{new_id()}", encoding="utf-8")
        try:
            os.link(own, path)  # unlike a rename, it replaces nobody else's
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_text(encoding="utf-8")


def require_room(folder: Path, size: int) -> None:
    """Check that the disk takes so many bytes and keeps its reserve.

    Raises
    ------
    OSError
        If it does not.
    """
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < RESERVE_BYTES + size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def remove(folder: Path) -> None:
    """Delete a folder: out of everybody's sight at once, even while a process works in it."""
    gone = folder.with_name(f"{folder.name}.gone")
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return
    except OSError:  # one of that name is left from a deletion that was cut short
        shutil.rmtree(gone, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(gone, ignore_errors=True)


def remove_input(folder: Path) -> None:
    """Delete the notes of a job, and keep its results."""
    (folder / INPUT).unlink(missing_ok=True)


def delete_expired(store: Store, settings: Settings) -> None:
    """Delete what no job needs any more: expired, cancelled, uploads that were cut off; a chore of the keeper."""
    with store.begin() as connection:
        for job in expire_jobs(connection):
            tell_end(connection, job)
    for folder in spool_of(settings).iterdir():
        if folder.name.endswith(".gone"):
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.name.endswith(UPLOAD) and _is_old(folder) and not is_locked(folder):
            remove(folder)
        elif _JOB_ID.fullmatch(folder.name):
            _tidy(store, folder)


def is_locked(folder: Path) -> bool:
    """Tell whether a living process holds a folder; none holds one that is gone."""
    try:
        lock = lock_folder(folder)
    except FileNotFoundError:
        return False
    if lock is None:
        return True
    os.close(lock)
    return False


def lock_folder(folder: Path) -> int | None:
    """Hold a folder until the descriptor is closed or the process ends; None where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _tidy(store: Store, folder: Path) -> None:
    row = _row(store, folder)
    if row is None:
        if _is_old(folder) and not is_locked(folder) and _row(store, folder) is None:  # it may have got one meanwhile
            remove(folder)
    elif row.state == "cancelled" or row.expires_us <= now_us():
        remove(folder)
    elif row.state not in WAITING:
        remove_input(folder)


def _row(store: Store, folder: Path) -> Row[Any] | None:
    with store.read() as connection:
        return find_job(connection, folder.name)


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _GRACE_SECONDS
    except FileNotFoundError:
        return False
