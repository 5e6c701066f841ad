"""What the environment sets: read once, frozen, and strict about names."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import ConfigError

PREFIX = "HUOREN_"
KNOWN: dict[str, str] = {
    "HUOREN_MODEL": "model folder (default: the released model)",
    "HUOREN_POLICY": "policy file (default: the model's own)",
    "HUOREN_CORPORA": "folder of the training corpora",
    "HUOREN_REQUIRE_ALL": "1: a skipped test is a failure",
    "HUOREN_DATABASE_URL": "not supported yet",
    "HUOREN_STORE_TEXT": "not supported yet",
    "HUOREN_API_KEYS": "not supported yet",
}
_NOT_YET = ("HUOREN_DATABASE_URL", "HUOREN_STORE_TEXT", "HUOREN_API_KEYS")
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment's settings; None where it says nothing. An empty value says nothing."""

    model: Path | None = None
    policy: Path | None = None
    corpora: Path | None = None
    require_all: bool = False


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the `HUOREN_*` variables.

    Raises
    ------
    ConfigError
        If a name is unknown, a value is not of its kind, or an option is set that is not supported yet.

    Examples
    --------
    >>> read_settings({"HUOREN_MODEL": "my-model", "PATH": "/bin"}).model.name
    'my-model'
    """
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    for name in given:
        if name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ConfigError(f"a {PREFIX}* variable must be one of {', '.join(KNOWN)}. Got {name} instead.{hint}")
    for name in _NOT_YET:
        if name in given:
            raise ConfigError(f"{name} must not be set: this version does not support it yet. Got a value; unset it.")
    return Settings(
        model=_path(given, "HUOREN_MODEL"),
        policy=_path(given, "HUOREN_POLICY"),
        corpora=_path(given, "HUOREN_CORPORA"),
        require_all=_flag(given, "HUOREN_REQUIRE_ALL"),
    )


def _path(given: Mapping[str, str], name: str) -> Path | None:
    return Path(given[name]).expanduser() if name in given else None


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "0")
    if value.lower() not in _TRUTH:
        raise ConfigError(f"{name} must be 1 or 0. Got {len(value)} characters that are neither.")
    return _TRUTH[value.lower()]
