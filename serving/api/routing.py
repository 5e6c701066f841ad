"""From an endpoint's declaration to a route: who may call it, what it may bring, and the answer's form."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import AppError
from serving import metrics
from serving.api.body import read_body
from serving.api.endpoint import Call, Caller, Endpoint
from serving.api.expected import expected_at
from serving.api.own_machine import is_from_own_machine
from serving.api.problems import RequestError, as_request_error, problem
from serving.api.service import Service

# What every endpoint may answer beside its own: an unusable body or query, a key, load.
COMMON_REFUSALS = (400, 401, 403, 413, 422, 429, 503)
OPEN_REFUSALS = (400, 413, 422, 503)  # of an endpoint that asks for no key
_JSON = "application/json"
_SECONDS = 30.0
_TOO_LONG = " of length <= "  # msgspec's words
_PLACE = re.compile(r"(.*) - at `\$([^`]*)`", re.DOTALL)
_NO_BREAK = r"(?!\n)"  # what ends our patterns
_NOBODY = Caller("", frozenset())
_EVERYTHING = Caller("(no key)", frozenset({"score", "feedback", "admin"}))  # no key can have this name
_encode = msgspec.json.Encoder().encode
_logger = logging.getLogger("huoren.serving")


def make_routes(endpoints: Sequence[Endpoint], service: Service) -> list[Route]:
    """Make one route a path; fixed paths before those with a name in them."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        methods = paths.setdefault(endpoint.path.replace(":path}", "}"), {})
        if endpoint.method in methods:
            raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
        methods[endpoint.method] = endpoint
    ordered = sorted(paths.items(), key=lambda item: item[0].count("{"))
    return [_route(path, methods, service) for path, methods in ordered]


def _route(path: str, methods: dict[str, Endpoint], service: Service) -> Route:
    if "GET" in methods:
        methods = methods | {"HEAD": methods["GET"]}
    decoders = {name: _decoder(endpoint) for name, endpoint in methods.items()}

    async def answer(request: Request) -> Response:
        endpoint = methods[request.method]
        state = request.scope["state"]
        state["route"] = path
        try:
            if endpoint.reads_body_itself:
                return await _answer(endpoint, None, request, service)
            async with asyncio.timeout(_SECONDS):
                return await _answer(endpoint, decoders[request.method], request, service)
        except RequestError as error:
            return problem(error, state["request_id"])
        except AppError as error:
            return problem(as_request_error(error), state["request_id"])
        except TimeoutError:
            metrics.REFUSED.labels("timeout").inc()
            late = RequestError(503, f"an answer must be ready within {_SECONDS:.0f} s. It was not.")
            return problem(late, state["request_id"])
        except OSError as error:  # a full disk, or no file left to open: that passes
            _logger.error("request %s: the system refused: %s", state["request_id"], error.strerror)
            unusable = RequestError(503, "the service's files must be usable. They are not right now.")
            return problem(unusable, state["request_id"])

    return Route(path, answer, methods=list(methods))


async def _answer(
    endpoint: Endpoint, decoder: msgspec.json.Decoder[Any] | None, request: Request, service: Service
) -> Response:
    state = request.scope["state"]
    caller = _NOBODY if endpoint.role is None else find_caller(request, service, endpoint.role)
    body: Any = None
    if decoder is not None:
        body = decode_body(decoder, await read_body(request, endpoint.max_body))
    if endpoint.query is None and endpoint.role is not None and request.scope["query_string"]:
        raise RequestError(422, "the query must be empty: nothing here is asked for in it. It is not.")
    query = None if endpoint.query is None else _query(endpoint.query, request)
    path = _decoded(request.path_params) if request.path_params else {}
    call = Call(service, request, caller, body, query, path, state["request_id"], state["started"])
    result = await endpoint.handle(call)
    if isinstance(result, Response):
        return result
    if endpoint.answer is None:
        return Response(status_code=endpoint.status)
    return Response(_encode(result), endpoint.status, media_type=_JSON)


def find_caller(request: Request, service: Service, role: str) -> Caller:
    """Say who calls, by `Authorization: Bearer KEY`; while the service has no keys, everybody on this machine may.

    Raises
    ------
    RequestError
        401 without a valid key; 403 without the role, or for a page of another site; 429 for a key called too often.
    """
    access = service.access
    if access.is_open:
        if not is_from_own_machine(request):
            raise RequestError(403, "without keys the service must be called by this machine's own name. It was not.")
        return _EVERYTHING
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    caller = access.find(token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        detail = "a valid key must be given as 'Authorization: Bearer KEY'. Got none, an unknown or a revoked one."
        raise RequestError(401, detail, headers={"WWW-Authenticate": 'Bearer realm="huoren"'})
    wait = access.allow(caller)
    if wait > 0:
        metrics.REFUSED.labels("rate").inc()
        raise RequestError(429, "the key must stay within its requests a second. It did not.", retry_after=wait)
    if role not in caller.roles:
        raise RequestError(403, f"the key must have the role {role!r}. It has not.")
    return caller


def decode_body(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """Decode and check a body.

    Raises
    ------
    RequestError
        400 for what is no JSON, 413 with a pointer for what is too long, 422 for what is of another shape; no value is
        quoted.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        detail, pointer = _say(error, decoder.type)
        raise RequestError(413 if _TOO_LONG in detail else 422, detail, pointer=pointer) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(400, "the body must be JSON in UTF-8. It is not.", pointer="") from error
    except RecursionError as error:
        raise RequestError(400, "the JSON must not nest so deep. Got hundreds of levels.", pointer="") from error


def _decoded(params: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: unquote(value, errors="strict") for name, value in params.items()}
    except UnicodeDecodeError as error:
        raise RequestError(422, "an id in a path must be UTF-8, percent-encoded. It is not.") from error


def _query(kind: Any, request: Request) -> Any:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise RequestError(422, "a query parameter must be given once. One was given twice.")
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        detail, pointer = _say(error, kind)
        name = pointer.removeprefix("/")
        where = f"the query parameter {name!r}" if name else "the query"
        raise RequestError(422, f"{where}: {detail}") from error


def _decoder(endpoint: Endpoint) -> msgspec.json.Decoder[Any] | None:
    if endpoint.body is None or endpoint.reads_body_itself:
        return None
    return msgspec.json.Decoder(endpoint.body)


def _say(error: msgspec.ValidationError, kind: Any) -> tuple[str, str]:
    """Give msgspec's words and the place as a JSON pointer, without a quoted value."""
    placed = _PLACE.fullmatch(str(error))
    message, place = placed.groups() if placed else (str(error), "")
    pointer = "".join(f"/{part}" for part in place.replace("[", ".").replace("]", "").split(".") if part)
    if message.startswith("Object contains unknown field"):
        name = message.partition("`")[2].rstrip("`")
        is_name = name.isascii() and name.isidentifier() and len(name) <= 64
        message = f"unknown key {name!r}" if is_name else "a key is unknown"
        message += f". Known here are {expected_at(kind, place)}"
        pointer += f"/{name}" if is_name else ""
    elif " matching regex " in message:
        quoted = message.partition(" matching regex ")[2].replace("\\\\", "\\")
        message = f"a text must match {quoted.replace(_NO_BREAK, '')}"
    elif message.startswith("Invalid"):
        message = f"one of {expected_at(kind, place) or 'the known values'} must be given. Got another"
    pointer = pointer.replace("/...", "") if "..." in pointer else pointer
    return f"{message}.", pointer
