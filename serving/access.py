"""Who may call, and how often: the keys of the database and of HUOREN_API_KEYS, as one process knows them."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from serving.api.endpoint import Caller
from serving.key_list import KnownKey, KnownKeys, read_key_list, read_snapshot, write_snapshot
from serving.rate_limit import RateLimit
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.keys import ROLES, list_keys

_LONGEST_TOKEN = 256


@dataclass(frozen=True, slots=True)
class _Entry:
    sha256: str
    caller: Caller
    slot: int
    rate: float | None


class Access:
    """Keys by their SHA-256; looked up without waiting for the database.

    At the start it knows what the last process on this machine knew; `refresh` asks the database.

    Raises
    ------
    ConfigError
        If HUOREN_API_KEYS is unusable.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._snapshot = settings.state / "keys.json"
        self._default_rate = settings.rate
        self._own = read_key_list(settings.api_keys)
        settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._limit = RateLimit(settings.state / "rates")
        self._entries: Mapping[str, _Entry] = {}
        self._rates: Mapping[tuple[str, int | None], _Entry] = {}
        self._known = self._kept = read_snapshot(self._snapshot)
        self._had_key = bool(self._own)
        self._use()

    @property
    def is_open(self) -> bool:
        """Whether no key was ever made: then who is on this machine needs none.

        One that was revoked counts; while nobody could ask the database yet, nothing is open; and a database that has
        lost its keys, such as one restored empty, opens nothing that they closed.
        """
        return not self._had_key and self._known is not None and not self._known.was_any

    def refresh(self) -> None:
        """Learn of new and revoked keys from the database; to be called about once a second, in a thread.

        Raises
        ------
        StoreUnavailable
            If the database is away; what was known stays in force.
        OSError
            If the disk does not keep what was learnt: it is in force, and written next time.
        """
        with self._store.read() as connection:
            rows = list_keys(connection)
        keys = tuple(
            KnownKey(row["name"], row["sha256"], tuple(row["roles"].split(",")), row["rate"], row["key_id"])
            for row in rows
            if row["revoked_us"] is None
        )
        known = KnownKeys(was_any=bool(rows), keys=keys)
        self._had_key = self._had_key or known.was_any
        if known != self._known:
            self._known = known
            self._use()
        if known != self._kept:
            write_snapshot(self._snapshot, known)
            self._kept = known

    def find(self, token: str) -> Caller | None:
        """Say whose key this is; None for one that is unknown or revoked."""
        if len(token) > _LONGEST_TOKEN:
            return None
        sha256 = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        entry = self._entries.get(sha256)
        # The look-up tells by its time at most something of the hash, from which no key follows.
        return entry.caller if entry is not None and hmac.compare_digest(entry.sha256, sha256) else None

    def allow(self, caller: Caller) -> float:
        """Count one request of a caller, in all processes of this machine together.

        Returns
        -------
        float
            0.0 if it may go on, else the seconds to wait.
        """
        entry = self._rates.get((caller.name, caller.key_id))
        if entry is None or entry.rate is None:
            return 0.0
        return self._limit.take(entry.slot, entry.rate)

    def close(self) -> None:
        """Let go of the file of rates."""
        self._limit.close()

    def _use(self) -> None:
        keys = [*(self._known.keys if self._known else ()), *self._own]
        own = {key.sha256: slot for slot, key in enumerate(self._own)}
        entries = {
            key.sha256: _Entry(
                sha256=key.sha256,
                caller=Caller(key.name, frozenset(ROLES if "admin" in key.roles else key.roles), key.key_id),
                slot=own[key.sha256] if key.key_id is None else len(own) + key.key_id,
                rate=self._default_rate if key.rate is None else key.rate,
            )
            for key in keys
        }
        self._rates = {(entry.caller.name, entry.caller.key_id): entry for entry in entries.values()}
        self._entries = entries
