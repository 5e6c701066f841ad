"""Forget Idempotency-Keys after a day: from then on a key may be used anew."""

from sqlalchemy import select, update

from serving.journal.claims import KEPT_US, Claims
from serving.settings import Settings
from serving.store.clock import now_us
from serving.store.engine import Store
from serving.store.tables import verdict

_CHUNK = 2000


def tidy_claims(_store: Store, settings: Settings) -> None:
    """Forget this machine's claims that are due, and keep their file small."""
    claims = Claims(settings.state / "claims.db", boot="")
    try:
        claims.tidy()
    finally:
        claims.close()


def free_keys(store: Store, _settings: Settings) -> None:
    """Take old keys off the stored verdicts: one that is answered anew must be stored anew."""
    is_due = verdict.c.idempotency_hash.is_not(None) & (verdict.c.scored_us < now_us() - KEPT_US)
    chunk = select(verdict.c.seq).where(is_due).limit(_CHUNK).scalar_subquery()
    changed = _CHUNK
    while changed == _CHUNK:
        with store.begin() as connection:
            statement = update(verdict).where(verdict.c.seq.in_(chunk)).values(idempotency_hash=None)
            changed = connection.execute(statement).rowcount
