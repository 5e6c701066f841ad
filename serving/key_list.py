"""Keys as a process knows them, hashes only: of HUOREN_API_KEYS, and of the last answer of the database."""

import contextlib
import os
import re
import secrets
from pathlib import Path

import msgspec

from data.errors import ConfigError
from serving.store.keys import NAME, ROLES

_ENTRY = re.compile(rf"({NAME}):([a-z+]+):([0-9a-fA-F]{{64}})")


class KnownKey(msgspec.Struct, frozen=True):
    """A key in force; `key_id` is None for one of HUOREN_API_KEYS."""

    name: str
    sha256: str
    roles: tuple[str, ...]
    rate: float | None = None
    key_id: int | None = None


class KnownKeys(msgspec.Struct, frozen=True):
    """What the database said last; `was_any` holds also where every key was revoked."""

    was_any: bool
    keys: tuple[KnownKey, ...]


def read_key_list(text: str | None) -> tuple[KnownKey, ...]:
    """Read HUOREN_API_KEYS: `name:role+role:sha256`, separated by commas.

    Raises
    ------
    ConfigError
        If an entry is not of that form, has an unknown role, or repeats a name or a hash; none is quoted.

    Examples
    --------
    >>> read_key_list(f"shop:score+feedback:{'0' * 64}")[0].roles
    ('score', 'feedback')
    """
    keys = []
    for number, entry in enumerate(filter(None, map(str.strip, (text or "").split(","))), 1):
        match = _ENTRY.fullmatch(entry)
        if match is None or not set(match[2].split("+")) <= set(ROLES):
            raise ConfigError(
                f"HUOREN_API_KEYS must hold name:role+role:sha256, with the roles {', '.join(ROLES)}. "
                f"Got something else in entry {number}."
            )
        keys.append(KnownKey(match[1], match[3].lower(), tuple(match[2].split("+"))))
    if len({key.name for key in keys}) < len(keys) or len({key.sha256 for key in keys}) < len(keys):
        raise ConfigError("HUOREN_API_KEYS must name each key once. Got one twice.")
    return tuple(keys)


def read_snapshot(path: Path) -> KnownKeys | None:
    """Read what `write_snapshot` wrote; None where nobody has, another version of huoren did, or it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=KnownKeys)
    except (FileNotFoundError, UnicodeDecodeError, msgspec.DecodeError):
        return None


def write_snapshot(path: Path, keys: KnownKeys) -> None:
    """Keep keys for a start while the database is away; another process sees the old file or the new one, whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(keys))
        draft.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
