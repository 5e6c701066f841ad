"""Guards of a promotion, read from TOML: where a candidate must not be worse, and what every model must reach."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import msgspec

from data.errors import ConfigError
from training.paired_figures import FIGURES, LOWER_IS_BETTER

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Loss = Annotated[float, msgspec.Meta(ge=-1, le=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class NotWorse(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that must not be worse than the champion's.

    Attributes
    ----------
    worst_difference
        What a figure may lose, candidate - champion; a loss also where lower is better, such as a calibration error.
    probability
        Share of draws from which on the candidate counts as worse.
    """

    figures: tuple[str, ...]
    worst_difference: Loss
    probability: Share


class Guards(msgspec.Struct, frozen=True, kw_only=True):
    """A guards file; `floors` and `ceilings` are values of figures of a whole labelled file."""

    min_notes: Count
    min_support: Count
    overall: NotWorse
    slices: NotWorse
    diversion_by_others: NotWorse
    floors: dict[str, Share]
    ceilings: dict[str, Share]


def read_guards(path: Path | None) -> tuple[Guards, str]:
    """Read a guards file, None for the one that ships with huoren; returns the guards and the file's SHA-256.

    Raises
    ------
    ConfigError
        If the file cannot be read, or a key or figure is unknown, missing or of the wrong kind.
    """
    try:
        content = (path or resources.files("training").joinpath("guards.toml")).read_bytes()
        raw = tomllib.loads(content.decode())
    except OSError as error:
        raise ConfigError(f"{path}: guards must be a readable file. Got {error.strerror}.") from error
    except ValueError as error:  # TOML and UTF-8 alike
        raise ConfigError(f"{path}: guards must be TOML in UTF-8. Got a {type(error).__name__}: {error}.") from error
    return check_guards(raw, where=str(path or "guards.toml")), hashlib.sha256(content).hexdigest()


def check_guards(raw: Mapping[str, Any], *, where: str) -> Guards:
    """Turn a parsed guards file into guards; `where` is put before every error.

    Raises
    ------
    ConfigError
        As `read_guards`.
    """
    _check_names(raw, Guards.__struct_fields__, where, "key")
    tables = ("overall", "slices", "diversion_by_others")
    for name in tables:
        if isinstance(raw.get(name), dict):
            _check_names(raw[name], NotWorse.__struct_fields__, f"{where}: [{name}]", "key")
    try:
        guards = msgspec.convert(raw, Guards)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}.") from error
    for name in tables:
        _check_names(getattr(guards, name).figures, FIGURES, f"{where}: [{name}]", "figure")
    _check_names(guards.floors, FIGURES.keys() - LOWER_IS_BETTER, f"{where}: [floors]", "figure")
    _check_names(guards.ceilings, LOWER_IS_BETTER, f"{where}: [ceilings]", "figure")
    return guards


def _check_names(given: Iterable[str], known: Iterable[str], where: str, kind: str) -> None:
    names = sorted(known)
    for name in given:
        if name not in names:
            raise ConfigError(f"{where}: unknown {kind} {name!r}. Known here are {', '.join(names)}.")
