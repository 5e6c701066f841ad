"""Bring what was written onto the disk itself."""

import os
import sys
from pathlib import Path

if sys.platform == "darwin":
    import fcntl

    def sync_file(descriptor: int) -> None:
        """Return once a file's bytes are on the disk; `fsync` alone leaves them in a Mac's drive cache."""
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)

else:

    def sync_file(descriptor: int) -> None:
        """Return once a file's bytes are on the disk."""
        os.fdatasync(descriptor)


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
