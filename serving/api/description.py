"""`GET /openapi.json`: the API as programs read it."""

from functools import cache

import msgspec
from starlette.responses import Response

from serving.api.endpoint import Call, Endpoint


async def openapi(call: Call) -> Response:
    """Give the OpenAPI document."""
    return Response(_document(), media_type="application/json")


@cache
def _document() -> bytes:
    from serving.api.catalogue import ENDPOINTS as ALL  # here: the catalogue lists this module
    from serving.api.openapi import describe

    return msgspec.json.encode(describe(ALL))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/openapi.json",
        summary="The API's description (OpenAPI 3.1)",
        handle=openapi,
        role=None,
        tag="service",
        answer=dict,
    ),
)
