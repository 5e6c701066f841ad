"""What a policy file may hold, key by key."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from data.errors import ConfigError
from data.normalize import normalize
from models.verdict import Decision

_Check = tuple[str, Callable[[object], bool]]  # what must hold, in words and as a test
_DECISIONS = get_args(Decision)
_TEXT: _Check = ("a non-empty string", lambda value: isinstance(value, str) and bool(value.strip()))
_SHARE: _Check = (
    "a number in [0, 1]",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1,
)
_DECISION: _Check = ("one of 'pass', 'review', 'block'", lambda value: value in _DECISIONS)
_PHRASES: _Check = (
    "a list of phrases with at least one visible character each",
    lambda value: isinstance(value, list) and all(isinstance(item, str) and normalize(item).strip() for item in value),
)
_SCHEMA: Mapping[str, _Check | Mapping[str, _Check]] = {
    "name": _TEXT,
    "version": _TEXT,
    "assumed_prevalence": _SHARE,
    "diversion": {"block": _SHARE, "review": _SHARE},
    "undisclosed_ad": {"review": _SHARE},
    "rule": {"violation": _DECISION, "uncertain": _DECISION},
    "comments": {"block": _SHARE, "review": _SHARE},
    "phrases": {"allow": _PHRASES, "block": _PHRASES},
}


def check_policy(raw: Mapping[str, Any], *, path: str) -> None:
    """Refuse a policy with an unknown, missing, mistyped or impossible key.

    Parameters
    ----------
    raw
        The file as `tomllib` reads it.
    path
        Put before every error.

    Raises
    ------
    ConfigError
        Naming the file and the key.
    """
    _check_keys(raw, _SCHEMA, path=path, section="")
    for section in ("diversion", "comments"):
        block, review = raw[section]["block"], raw[section]["review"]
        if block < review:
            raise ConfigError(
                f"{path}: '{section}.block' must not be under '{section}.review' ({review}). Got {block} instead."
            )


def _check_keys(raw: object, schema: Mapping[str, _Check | Mapping[str, _Check]], *, path: str, section: str) -> None:
    prefix = f"{section}." if section else ""
    if not isinstance(raw, Mapping):
        raise ConfigError(f"{path}: '{section}' must be a table. Got {type(raw).__name__} instead.")
    for key in raw:
        if key not in schema:
            raise ConfigError(f"{path}: unknown key '{prefix}{key}'. Known here are {', '.join(schema)}.")
    for key, expected in schema.items():
        if key not in raw:
            raise ConfigError(f"{path}: '{prefix}{key}' must be given. Got nothing instead.")
        if isinstance(expected, Mapping):
            _check_keys(raw[key], expected, path=path, section=key)
        elif not expected[1](raw[key]):
            got = type(raw[key]).__name__ if isinstance(raw[key], list | dict) else repr(raw[key])
            raise ConfigError(f"{path}: '{prefix}{key}' must be {expected[0]}. Got {got} instead.")
