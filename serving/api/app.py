"""The HTTP service: `create_app(settings)`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import AppError
from serving.api.note_body import parse_body, read_body
from serving.api.verdict_answer import encode_verdict
from serving.api.micro_batch import MicroBatcher
from serving.note_classifier import NoteClassifier
from serving.api.problems import RequestError, answer_app_error, answer_http_error, answer_request_error
from serving.readiness import Readiness
from serving.api.request_context import RequestContext
from serving.settings import Settings

_JSON = "application/json"
_LARGE_BYTES = 2**16  # a body from here on is judged in a thread: it may take a second, and others must not wait


def create_app(settings: Settings, *, classifier: NoteClassifier | None = None) -> FastAPI:
    """Build the service; the classifier is loaded (where none is given) and warmed when it starts, never here.

    Parameters
    ----------
    classifier
        One that is loaded already; None loads what the settings name.
    """
    readiness = Readiness(settings, classifier)
    batcher = MicroBatcher(readiness.ready)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(readiness.warm_up())
        yield
        await task

    # No interactive pages: they load scripts from elsewhere. No schema yet: it would not describe what msgspec reads.
    app = FastAPI(
        title="huoren", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.add_middleware(RequestContext)
    app.add_exception_handler(RequestError, answer_request_error)
    app.add_exception_handler(AppError, answer_app_error)
    app.add_exception_handler(HTTPException, answer_http_error)

    async def classify(request: Request) -> Response:
        ready = readiness.ready()
        body = await read_body(request)
        note, options = parse_body(body)
        if len(body) < _LARGE_BYTES:
            verdict = await batcher.classify(note)
        else:
            verdict = await asyncio.to_thread(ready.classify, note)
        state = request.state
        answer = encode_verdict(note, verdict, options, request_id=state.request_id, started=state.started)
        return Response(answer, media_type=_JSON)

    # A plain route: FastAPI's own costs 0.1 ms to find out that there is nothing to inject or to validate.
    app.router.routes.append(Route("/v1/classify", classify, methods=["POST"]))

    @app.get("/healthz", response_model=None)
    async def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type=_JSON)

    @app.get("/readyz", response_model=None)
    async def readyz() -> Response:
        ready = readiness.ready()
        versions = {
            "status": "ready",
            "model_version": ready.model_version,
            "ruleset_version": ready.ruleset_version,
            "policy_version": ready.policy_version,
        }
        return Response(msgspec.json.encode(versions), media_type=_JSON)

    return app
