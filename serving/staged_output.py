"""An output that appears whole or not at all: written in a hidden folder beside it, then renamed."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from data.errors import ConfigError
from data.rejects import rejects_path
from data.streams import STDIN

_FILES = (".jsonl", ".parquet")
_NOT_FOLDERS = (".json", ".ndjson", ".csv", ".gz", ".zst", ".html")


class StagedOutput:
    """Context manager around one scored archive; on success its file or folder takes the place of `out`.

    Write to `path` and reject to `rejects`; both are renamed to `out` and its own rejects path, old rejects removed.

    Raises
    ------
    ConfigError
        If `out` exists (an empty folder aside) without `force`, is no scored archive, shares a place with an input, or
        bears a name that says neither a file of ours nor a folder.
    """

    def __init__(self, out: Path, inputs: Sequence[Path], *, force: bool = False) -> None:
        self.out = out
        check_output(out, inputs, force=force)

    def __enter__(self) -> Self:
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._stage = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.", suffix=".tmp", dir=self.out.parent))
        self.path = self._stage / self.out.name
        self.rejects = rejects_path(self.path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._publish()
        finally:
            shutil.rmtree(self._stage, ignore_errors=True)

    def _publish(self) -> None:
        if self.path.is_dir():
            if self.out.exists():
                os.rename(self.out, self._stage / "previous")  # removed with the stage, once the new one stands
            os.rename(self.path, self.out)
            return
        if self.rejects.exists():
            os.replace(self.rejects, rejects_path(self.out))
        else:
            rejects_path(self.out).unlink(missing_ok=True)
        os.replace(self.path, self.out)


def check_output(out: Path, inputs: Sequence[Path], *, force: bool) -> None:
    """Refuse an output that would overwrite or be read as something else; see `StagedOutput`."""
    if out.suffix in _NOT_FOLDERS:
        raise ConfigError(f"{out}: OUT must end in .jsonl or .parquet, or be a folder. Got {out.suffix!r}.")
    place = out.resolve()
    for path in inputs:
        given = path.resolve()
        if path != STDIN and (place == given or given in place.parents or place in given.parents):
            raise ConfigError(f"{out}: OUT must lie apart from the input. Got {path} as an input; name another OUT.")
    if not out.exists() or (out.is_dir() and next(out.iterdir(), None) is None):
        return
    if not force:
        raise ConfigError(f"{out}: OUT must not exist yet. Got one; name another, or replace it with --force.")
    if out.is_dir() != (out.suffix not in _FILES):
        raise ConfigError(f"{out}: OUT must be a {'file' if out.is_dir() else 'folder'} of ours. Got the other.")
    if out.is_dir() and (strange := [item.name for item in out.iterdir() if not _is_ours(item)]):
        raise ConfigError(
            f"{out}: --force replaces only a folder that `huoren score` wrote. Got {len(strange)} other things in it."
        )


def _is_ours(item: Path) -> bool:
    return (item.name.startswith("part-") and item.suffix == ".parquet") or item.name == "rejects"
