"""A registry: a folder of model versions, and `champion`, a symlink to the one that is served.

REGISTRY/0.1.0/           an artifact, never changed
REGISTRY/champion         -> 0.1.0; `huoren serve --model REGISTRY/champion`
REGISTRY/decisions.jsonl  why each version is or is not champion
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.errors import ConfigError, ModelError
from models.artifact import load_artifact
from models.manifest import MANIFEST, check_version, read_manifest

CHAMPION, DECISIONS, LOCK = "champion", "decisions.jsonl", ".lock"
_STAGED = ".tmp"


def manifest_sha256(folder: Path) -> str:
    """Hash the manifest, which holds the hashes of the other files: it stands for the whole artifact.

    Raises
    ------
    ModelError
        If there is none to read.
    """
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{folder}: a model folder must hold a readable {MANIFEST}. Got {error.strerror}.") from error


@dataclass(frozen=True)
class Registry:
    """A registry's folder; it need not exist yet."""

    folder: Path

    def __post_init__(self) -> None:
        """Refuse a folder that is something else."""
        if (self.folder / MANIFEST).exists() or (self.folder.exists() and not self.folder.is_dir()):
            raise ConfigError(f"{self.folder}: a registry must be a folder of model folders. Got something else.")

    @property
    def decisions(self) -> Path:
        """Where the log lies."""
        return self.folder / DECISIONS

    @property
    def champion(self) -> str | None:
        """Version of the champion; None where there is none yet.

        Raises
        ------
        ModelError
            If `champion` is no symlink to a version of this registry.
        """
        link = self.folder / CHAMPION
        if not link.is_symlink():
            if link.exists():
                raise ModelError(f"{link}: must be a symlink to a version beside it. Got something else.")
            return None
        version = os.readlink(link)
        if version not in self.versions():
            raise ModelError(f"{link}: must lead to a version beside it. It leads elsewhere, or nowhere.")
        return version

    def path_of(self, version: str) -> Path:
        """Where a version lies, or would.

        Raises
        ------
        ModelError
            If the version cannot be the name of a folder here.
        """
        if check_version(version) in (CHAMPION, DECISIONS):
            raise ModelError(f"a model version must not be named {version!r}: a registry has a file of that name.")
        return self.folder / version

    def versions(self) -> list[str]:
        """Name the versions that lie here, in the order of their names."""
        if not self.folder.exists():
            return []
        folders = (path for path in self.folder.iterdir() if path.is_dir() and not path.is_symlink())
        return sorted(path.name for path in folders if not path.name.startswith("."))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other promotions out, and remove what a killed one left half-copied; makes the folder.

        Raises
        ------
        ConfigError
            If another promotion is at work.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go of it when the process ends
            except BlockingIOError as error:
                raise ConfigError(f"{self.folder}: one promotion at a time. Got another at work.") from error
            for stage in self.folder.glob(f".*{_STAGED}"):
                shutil.rmtree(stage)
            yield

    def add(self, source: Path, *, sha256: str) -> None:
        """Copy an artifact whole or not at all: beside its place, checked there, then renamed.

        Parameters
        ----------
        sha256
            Of the manifest that was judged.

        Raises
        ------
        ModelError
            If what was copied is not what was judged, or cannot be loaded.
        """
        manifest = read_manifest(source)
        stage = self.folder / f".{manifest.model_version}{_STAGED}"
        stage.mkdir()
        try:
            for name in (*manifest.files, MANIFEST):
                shutil.copyfile(source / name, stage / name)
            if manifest_sha256(stage) != sha256:
                raise ModelError(f"{source}: must stay as it was judged. Got another manifest: the folder was changed.")
            load_artifact(stage)
            os.rename(stage, self.path_of(manifest.model_version))
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def crown(self, version: str) -> None:
        """Let `champion` lead to a version: a reader sees the old one or the new one, never none."""
        staged = self.folder / f".{CHAMPION}.link"
        staged.unlink(missing_ok=True)
        staged.symlink_to(version)
        os.replace(staged, self.folder / CHAMPION)
