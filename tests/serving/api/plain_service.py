"""Endpoints over a database alone: real routes without a model, a journal or anything that runs beside them."""

import asyncio
from types import SimpleNamespace

from starlette.applications import Starlette
from starlette.testclient import TestClient

from serving.api.request_context import RequestContext
from serving.api.routing import make_routes


def open_endpoints(store, endpoints):
    """Give a client of these endpoints, which ask for no key."""
    service = SimpleNamespace(store=store, access=SimpleNamespace(is_open=True), in_thread=asyncio.to_thread)
    app = Starlette(routes=make_routes(endpoints, service))
    app.add_middleware(RequestContext, literal={})
    return TestClient(app, base_url="http://127.0.0.1")
