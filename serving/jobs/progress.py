"""How far a job is, on disk beside its input: where it goes on after its process was killed."""

import os
from pathlib import Path

import msgspec

_NAME = "progress.json"


class Progress(msgspec.Struct, kw_only=True):
    """What is done for good.

    Attributes
    ----------
    lines, input_bytes
        Of the input, blank lines among them.
    results_bytes
        Of the results; what stands behind them is written again.
    done, failed
        Notes judged, and lines that were none.
    starts
        How often the job was begun without getting further.
    is_whole
        All of the input is done.
    """

    lines: int = 0
    input_bytes: int = 0
    results_bytes: int = 0
    done: int = 0
    failed: int = 0
    starts: int = 0
    is_whole: bool = False


def read_progress(folder: Path) -> Progress:
    """Read how far a job is; a new one is nowhere.

    Raises
    ------
    msgspec.DecodeError
        If what is written is damaged.
    """
    try:
        return msgspec.json.decode((folder / _NAME).read_bytes(), type=Progress)
    except FileNotFoundError:
        return Progress()
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("a job's progress must be UTF-8. It is not.") from error


def write_progress(folder: Path, progress: Progress) -> None:
    """Replace what is written in one step, on disk when it returns.

    Raises
    ------
    OSError
        If the folder is gone, or the disk is full.
    """
    new = folder / f"{_NAME}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.encode(progress))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / _NAME)
