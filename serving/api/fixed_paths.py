"""FastAPI whose fixed paths are answered without its middleware and the walk through all routes."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.request_context import RequestContext

_NOWHERE: tuple[frozenset[str], None] = (frozenset(), None)


class FixedPaths(FastAPI):
    """An application that finds a path without a name in it by its bytes: walking costs as much as a note's record."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._fixed: dict[bytes, tuple[frozenset[str], ASGIApp]] = {}

    def serve(self, routes: Iterable[Route]) -> None:
        """Answer on routes, each of its requests surrounded by a `RequestContext`."""
        self.add_middleware(RequestContext)
        for route in routes:
            self.router.routes.append(route)
            if "{" not in route.path:
                self._fixed[route.path.encode()] = frozenset(route.methods or ()), RequestContext(_answering(route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the application's life."""
        if scope["type"] == "http":
            methods, answer = self._fixed.get(scope["raw_path"], _NOWHERE)
            if answer is not None and scope["method"] in methods:
                await answer(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _answering(route: Route) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_params"] = {}
        response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)

    return answer
