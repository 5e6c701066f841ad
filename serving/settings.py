"""What the environment sets: read once, frozen, and strict about names."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data.errors import ConfigError

PREFIX = "HUOREN_"
KNOWN: dict[str, str] = {
    "HUOREN_MODEL": "model folder (default: the released model)",
    "HUOREN_POLICY": "policy file (default: the model's own)",
    "HUOREN_CORPORA": "folder of the training corpora",
    "HUOREN_REQUIRE_ALL": "1: a skipped test is a failure",
    "HUOREN_STATE": "folder of journal, spool and the embedded database (default: ~/.local/state/huoren)",
    "HUOREN_DATABASE_URL": "postgresql://user@host/name, or sqlite:///file (default: huoren.db in HUOREN_STATE)",
    "HUOREN_SECRET": "secret of keyed hashes, 16 characters or more (default: made once, kept in HUOREN_STATE)",
    "HUOREN_STORE_TEXT": "1: store notes, so that later comments need not bring them again",
    "HUOREN_RETENTION_DAYS": "verdicts older than this are deleted (default: 400; 0: never)",
    "HUOREN_API_KEYS": "keys beside those of `huoren keys`: name:role+role:sha256, separated by commas",
    "HUOREN_RATE": "requests a second of a key that has no rate of its own (default: no limit)",
    "HUOREN_MODELS": "registry folder of models that may be swapped in (default: the shipped ones alone)",
    "HUOREN_JOURNAL_SYNC": "always: on disk before each answer; second: within a second (default: second)",
    "HUOREN_JOURNAL_BYTES": "verdicts waiting for the database take at most this much disk (default: 1073741824)",
    "HUOREN_NOTES_IN_FLIGHT": "notes a process works on at once; beyond, 503 (default: 1024)",
    "HUOREN_WEBHOOK_URL": "where changed verdicts are told",
    "HUOREN_WEBHOOK_SECRET": "key of the HMAC-SHA256 that signs webhooks and callbacks",
    "HUOREN_CALLBACK_HOSTS": "where a job's callback may go: host (its scheme's port) or host:port; commas between",
}
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_STATE = Path(os.path.expanduser("~/.local/state/huoren"))
_SHORTEST_SECRET = 16


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment's settings; None where it says nothing. Its `repr` holds no secret."""

    model: Path | None = None
    policy: Path | None = None
    corpora: Path | None = None
    require_all: bool = False
    state: Path = _STATE
    database_url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    store_text: bool = False
    retention_days: int = 400
    api_keys: str | None = None
    rate: float | None = None
    models: Path | None = None
    journal_sync: Literal["always", "second"] = "second"
    journal_bytes: int = 2**30
    notes_in_flight: int = 1024
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    callback_hosts: tuple[str, ...] = ()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the `HUOREN_*` variables.

    Raises
    ------
    ConfigError
        If a name is unknown, or a value is not of its kind; no value is quoted.

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
    sync = given.get("HUOREN_JOURNAL_SYNC", "second")
    if sync not in ("always", "second"):
        raise ConfigError(f"HUOREN_JOURNAL_SYNC must be always or second. Got {len(sync)} characters that are neither.")
    secrets = {name: given.get(name) for name in ("HUOREN_SECRET", "HUOREN_WEBHOOK_SECRET")}
    for name, secret in secrets.items():
        if secret is not None and len(secret) < _SHORTEST_SECRET:
            raise ConfigError(f"{name} must have at least {_SHORTEST_SECRET} characters. Got {len(secret)}.")
    return Settings(
        model=_path(given, "HUOREN_MODEL"),
        policy=_path(given, "HUOREN_POLICY"),
        corpora=_path(given, "HUOREN_CORPORA"),
        require_all=_flag(given, "HUOREN_REQUIRE_ALL"),
        state=_path(given, "HUOREN_STATE") or _STATE,
        database_url=given.get("HUOREN_DATABASE_URL"),
        secret=secrets["HUOREN_SECRET"],
        store_text=_flag(given, "HUOREN_STORE_TEXT"),
        retention_days=_whole(given, "HUOREN_RETENTION_DAYS", 400, least=0),
        api_keys=given.get("HUOREN_API_KEYS"),
        rate=float(_whole(given, "HUOREN_RATE", 0, least=1)) if "HUOREN_RATE" in given else None,
        models=_path(given, "HUOREN_MODELS"),
        journal_sync="always" if sync == "always" else "second",
        journal_bytes=_whole(given, "HUOREN_JOURNAL_BYTES", 2**30, least=2**20),
        notes_in_flight=_whole(given, "HUOREN_NOTES_IN_FLIGHT", 1024, least=1),
        webhook_url=given.get("HUOREN_WEBHOOK_URL"),
        webhook_secret=secrets["HUOREN_WEBHOOK_SECRET"],
        callback_hosts=tuple(filter(None, map(str.strip, given.get("HUOREN_CALLBACK_HOSTS", "").split(",")))),
    )


def _whole(given: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = given.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 16 and int(value) >= least):
        raise ConfigError(f"{name} must be a whole number of at least {least}. Got something else.")
    return int(value)


def _path(given: Mapping[str, str], name: str) -> Path | None:
    return Path(given[name]).expanduser() if name in given else None


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "0")
    if value.lower() not in _TRUTH:
        raise ConfigError(f"{name} must be 1 or 0. Got {len(value)} characters that are neither.")
    return _TRUTH[value.lower()]
