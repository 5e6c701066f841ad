"""The models that may be served, by their versions: the configured one, those of HUOREN_MODELS, those that ship.

A request names a version, and a version is looked up here: no path ever comes from a request. The lexicons that a
model's features read belong to its version, and change with it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.errors import ModelError
from serving.settings import Settings

if TYPE_CHECKING:
    from models.manifest import Manifest

Origin = Literal["configured", "registry", "shipped"]
_SHIPPED = ("released", "clean")
_logger = logging.getLogger("huoren.serving")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that may be served, and where it lies."""

    version: str
    origin: Origin
    folder: Path
    manifest: "Manifest"


def list_models(settings: Settings) -> dict[str, KnownModel]:
    """Read the manifests of all models there are; a folder without a readable one is left out, and logged.

    Where a version lies in two places, the configured model goes before the registry's, and that before a shipped one.
    """
    from models.manifest import read_manifest  # here: it loads the feature tables, and a start must not wait for them

    known: dict[str, KnownModel] = {}
    for origin, folder in _folders(settings):
        try:
            manifest = read_manifest(folder)
        except ModelError as error:
            _logger.warning("a model was left out: %s", error)
            continue
        known.setdefault(manifest.model_version, KnownModel(manifest.model_version, origin, folder, manifest))
    return known


def _folders(settings: Settings) -> Iterator[tuple[Origin, Path]]:
    if settings.model is not None:
        yield "configured", settings.model
    if settings.models is not None:
        try:
            found = sorted(path for path in settings.models.iterdir() if path.is_dir() and not path.is_symlink())
        except OSError as error:
            _logger.warning("HUOREN_MODELS must be a readable folder. Got %s.", error.strerror)
            found = []
        for folder in found:
            if not folder.name.startswith("."):
                yield "registry", folder
    shipped = Path(str(files("models")))
    for name in _SHIPPED:
        yield "shipped", shipped / name
