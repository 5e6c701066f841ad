"""Endpoints over a database, with a journal and a model where a test asks for them, and nothing that runs beside."""

import asyncio
import contextlib
from types import SimpleNamespace

from starlette.applications import Starlette
from starlette.testclient import TestClient

from serving.api.human_decisions import HumanDecisions
from serving.api.judging import Judging
from serving.api.request_context import RequestContext
from serving.api.routing import make_routes
from serving.journal.claims import Claims
from serving.journal.writer import JournalWriter
from serving.keeper import Keeper
from serving.live.models import LiveModels
from serving.settings import Settings


def open_endpoints(store, endpoints, **parts):
    """Give a client of these endpoints, which ask for no key."""
    service = SimpleNamespace(store=store, access=SimpleNamespace(is_open=True), in_thread=asyncio.to_thread, **parts)
    app = Starlette(routes=make_routes(endpoints, service))
    app.add_middleware(RequestContext)
    app.state.service = service
    return TestClient(app, base_url="http://127.0.0.1")


@contextlib.contextmanager
def open_judging(store, endpoints, classifier, state, **settings):
    """Give a client of endpoints that judge; `client.drain()` moves verdicts into the database."""
    chosen = Settings(state=state, **settings)
    journal = JournalWriter(state / "journal")
    claims = Claims(state / "claims.db", boot=journal.boot)
    models, humans = LiveModels(chosen, store, classifier), HumanDecisions()
    models.load()
    keeper = Keeper(chosen, store)
    client = open_endpoints(
        store,
        endpoints,
        settings=chosen,
        secret=b"s" * 32,
        journal=journal,
        claims=claims,
        models=models,
        humans=humans,
        judging=Judging(models, humans, journal, secret=b"s" * 32, limit=64),
    )
    client.drain = keeper.drain_once
    try:
        yield client
    finally:
        keeper.close()
        journal.close()
        claims.close()
