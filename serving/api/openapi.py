"""The OpenAPI document, made of the same declarations that the routes are made of."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from serving.api.endpoint import Endpoint
from serving.api.examples import EXAMPLES
from serving.api.openapi_schemas import Schemas, description_of
from serving.api.openapi_texts import PATH, QUERY, TAGS
from serving.api.openapi_webhooks import EVENTS, describe_webhooks
from serving.api.problems import MEDIA_TYPE, Problem, title_of
from serving.api.routing import COMMON_REFUSALS, OPEN_REFUSALS
from serving.version import read_version

_ABOUT = """Judges notes: real sharing (organic), advertisements that say so, advertisements that do not, and diversion
off the platform; with the evidence, and each feed's share of real sharing. Times in answers are ISO 8601 in UTC; lists
come in pages: `next` of one is what the following one is asked with. What never reaches an operation is refused by 404,
405, 408 (too slow), 431 (head too large) or 503, all in the form of `Problem` and with a request id."""
_REQUEST_ID = {
    "X-Request-Id": {
        "description": "The request's id: yours, if it is 1 to 64 of A-Z a-z 0-9 . _ -, or a new one.",
        "schema": {"type": "string"},
    },
}
_RETRY = {"Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}}


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Write the document (OpenAPI 3.1)."""
    schemas = Schemas(
        taken=[endpoint.body for endpoint in endpoints if endpoint.body is not None],
        given=[Problem, *EVENTS, *(endpoint.answer for endpoint in endpoints if endpoint.answer is not None)],
        flat=[endpoint.query for endpoint in endpoints if endpoint.query is not None],
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"{(\w+):path}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, path, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "huoren", "version": read_version(), "description": " ".join(_ABOUT.split())},
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths,
        "webhooks": describe_webhooks(schemas),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`huoren keys create`"}},
        },
    }


def _operation(endpoint: Endpoint, path: str, schemas: Schemas) -> dict[str, Any]:
    handle = endpoint.handle
    operation: dict[str, Any] = {
        "operationId": getattr(handle, "__name__", endpoint.summary),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint, path, schemas),
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.role is not None:
        operation["security"] = [{"key": []}]
        operation["x-role"] = endpoint.role
    if endpoint.body is not None:
        content = {"application/json": _content(endpoint.body, schemas)}
        content |= {name: {"schema": {"type": "string"}} for name in endpoint.other_bodies}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(endpoint: Endpoint, path: str, schemas: Schemas) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"{(\w+)}", path)
    ]
    if endpoint.query is not None:
        query = schemas.query(endpoint.query)
        for name, schema in query["properties"].items():
            about, required = description_of(schema) or QUERY[name], name in query.get("required", ())
            parameters.append(
                {"name": name, "in": "query", "required": required, "description": about, "schema": schema}
            )
    for name, about in endpoint.headers.items():
        parameters.append(
            {"name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string"}}
        )
    return parameters


def _responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    headers = {
        name: {"description": about, "schema": {"type": "string"}} for name, about in endpoint.answer_headers.items()
    }
    good: dict[str, Any] = {"description": title_of(endpoint.status), "headers": _REQUEST_ID | headers}
    if endpoint.answer is not None:
        good["content"] = {endpoint.media_type: _content(endpoint.answer, schemas)}
    elif endpoint.media_type != "application/json":
        good["content"] = {endpoint.media_type: {"schema": {"type": "string"}}}
    responses = {str(endpoint.status): good}
    common = OPEN_REFUSALS if endpoint.role is None else COMMON_REFUSALS
    for status in sorted({*common, *endpoint.refusals}):
        waits = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
        refusal = _content(Problem, schemas)
        if status != EXAMPLES[Problem]["status"]:
            del refusal["example"]
        responses[str(status)] = {
            "description": title_of(status),
            "headers": _REQUEST_ID | (_RETRY if waits else {}),
            "content": {MEDIA_TYPE: refusal},
        }
    return responses


def _content(kind: Any, schemas: Schemas) -> dict[str, Any]:
    example = {"example": EXAMPLES[kind]} if kind in EXAMPLES else {}
    return {"schema": schemas.of(kind), **example}
