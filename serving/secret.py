"""The secret of the service, key of every keyed hash: given by the environment, or made once and kept in its state."""

import logging
import os
import secrets
from pathlib import Path

from data.errors import ConfigError
from serving.settings import Settings
from serving.store.engine import parse_url

_BYTES = 32
_logger = logging.getLogger("huoren.serving")


def read_secret(settings: Settings) -> bytes:
    """Read the secret, and make it where none is; every process of the machine gets the same one.

    Raises
    ------
    ConfigError
        If the file that should hold it holds something else.
    """
    if settings.secret is not None:
        return settings.secret.encode()
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.state / "secret"
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if len(text) != 2 * _BYTES or not set(text) <= set("0123456789abcdef"):
        raise ConfigError(f"{path} must hold {2 * _BYTES} hex digits. Got something else.")
    return bytes.fromhex(text)


def warn_of_own_secret(settings: Settings) -> None:
    """Warn where a machine that may share its database made its secret: others hash the same author otherwise."""
    url = settings.database_url
    if settings.secret is None and url is not None and parse_url(url).get_backend_name() == "postgresql":
        _logger.warning("HUOREN_SECRET is not set: all machines that share the database must be given the same one")


def _make(path: Path) -> None:
    """Write a new secret whole under another name, then link it: the first process to do so wins."""
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
