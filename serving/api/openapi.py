"""The OpenAPI document, made of the same declarations that the routes are made of."""

import importlib.metadata
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from serving.api.endpoint import Endpoint
from serving.api.problems import MEDIA_TYPE, Problem
from serving.api.routing import COMMON_REFUSALS, OPEN_REFUSALS

_ABOUT = """Judges notes: real sharing (organic), advertisements that say so, advertisements that do not, and diversion
off the platform; with the evidence, and each feed's share of real sharing."""
_REF = "#/components/schemas/{name}"
_REQUEST_ID = {"X-Request-Id": {"description": "The request's id.", "schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Write the document (OpenAPI 3.1)."""
    types = list({id(each): each for each in _types(endpoints)}.values())
    shapes, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = {id(kind): shape for kind, shape in zip(types, shapes, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"{(\w+):path}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, path, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "huoren", "version": _version(), "description": " ".join(_ABOUT.split())},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`huoren keys create`"}},
        },
    }


def _types(endpoints: Iterable[Endpoint]) -> Iterable[Any]:
    yield Problem
    for endpoint in endpoints:
        yield from (kind for kind in (endpoint.body, endpoint.query, endpoint.answer) if kind is not None)


def _operation(endpoint: Endpoint, path: str, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    handle = endpoint.handle
    operation: dict[str, Any] = {
        "operationId": getattr(handle, "__name__", endpoint.summary),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint, path, schema_of, components),
        "responses": _responses(endpoint, schema_of),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.role is not None:
        operation["security"] = [{"key": []}]
        operation["x-role"] = endpoint.role
    if endpoint.body is not None:
        content = {"application/json": {"schema": schema_of[id(endpoint.body)]}}
        content |= {name: {"schema": {"type": "string"}} for name in endpoint.other_bodies}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(
    endpoint: Endpoint, path: str, schema_of: dict[int, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", path)
    ]
    if endpoint.query is not None:
        shape = components[schema_of[id(endpoint.query)]["$ref"].rpartition("/")[2]]
        for name, schema in shape["properties"].items():
            required = name in shape.get("required", ())
            parameters.append({"name": name, "in": "query", "required": required, "schema": schema})
    for name, about in endpoint.headers.items():
        parameters.append(
            {"name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string"}}
        )
    return parameters


def _responses(endpoint: Endpoint, schema_of: dict[int, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(endpoint.status).phrase, "headers": _REQUEST_ID}
    if endpoint.answer is not None:
        good["content"] = {endpoint.media_type: {"schema": schema_of[id(endpoint.answer)]}}
    elif endpoint.media_type != "application/json":
        good["content"] = {endpoint.media_type: {"schema": {"type": "string"}}}
    responses = {str(endpoint.status): good}
    common = OPEN_REFUSALS if endpoint.role is None else COMMON_REFUSALS
    for status in sorted({*common, *endpoint.refusals}):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "headers": _REQUEST_ID | (_RETRY if status in (429, 503) else {}),
            "content": {MEDIA_TYPE: {"schema": schema_of[id(Problem)]}},
        }
    return responses


def _version() -> str:
    try:
        return importlib.metadata.version("huoren")
    except importlib.metadata.PackageNotFoundError:
        return "0"
