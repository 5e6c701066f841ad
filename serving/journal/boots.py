"""The journal's folders: one for each boot of a writer, locked while it lives, with its numbered segments."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

from serving.journal.sync import sync_folder

_LOCK = "owner.lock"
_SUFFIX = ".segment"
# What the keeper puts aside: files that were damaged, and records that the database takes never.
DAMAGED, REFUSED = "damaged", "refused"


def open_boot(root: Path) -> tuple[Path, int]:
    """Make the folder of a new boot.

    Returns
    -------
    tuple of Path and int
        The folder, and the descriptor that holds its lock until it is closed or its process ends.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    boot = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{os.urandom(4).hex()}"
    unborn = root / f".{boot}"
    unborn.mkdir(mode=0o700)
    lock = os.open(unborn / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unborn.rename(root / boot)  # only now is it seen, and locked already: nobody takes it for a dead one
    sync_folder(root)
    return root / boot, lock


def list_boots(root: Path) -> list[Path]:
    """List the folders of all boots, the oldest first."""
    try:
        names = sorted(os.listdir(root))
    except FileNotFoundError:
        return []
    return [root / name for name in names if name[0].isdigit()]


def is_alive(boot: Path) -> bool:
    """Tell whether the process that writes here still lives."""
    try:
        lock = os.open(boot / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: others may be asking
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def segment_path(boot: Path, number: int) -> Path:
    """Name a segment."""
    return boot / f"{number:08d}{_SUFFIX}"


def list_segments(boot: Path) -> list[Path]:
    """List the segments of a boot, the oldest first; all but the last are closed."""
    try:
        return sorted(boot / name for name in os.listdir(boot) if name.endswith(_SUFFIX))
    except FileNotFoundError:
        return []


def size_of(segment: Path) -> int:
    """Give a segment's bytes; 0 for one that is gone."""
    try:
        return segment.stat().st_size
    except FileNotFoundError:
        return 0


def segment_bytes(root: Path) -> int:
    """Add up the bytes of all segments that were not deleted yet."""
    return sum(size_of(segment) for boot in list_boots(root) for segment in list_segments(boot))


def delete_boot(boot: Path) -> None:
    """Delete the folder of a dead boot, unless something is left in it."""
    (boot / _LOCK).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        boot.rmdir()
