"""Forget Idempotency-Keys after a day."""

from serving.journal.claims import Claims
from serving.settings import Settings
from serving.store.engine import Store


def tidy_claims(_store: Store, settings: Settings) -> None:
    """Forget what is due, and keep the file of claims small."""
    claims = Claims(settings.state / "claims.db", boot="")
    try:
        claims.tidy()
    finally:
        claims.close()
