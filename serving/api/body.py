"""A request's body, read up to a limit and never cut in silence."""

from starlette.requests import Request

from serving.api.problems import RequestError


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises
    ------
    RequestError
        413 as soon as it is longer.
    """
    declared = request.headers.get("content-length", "")
    if not (declared.isdigit() and len(declared) < 20 and int(declared) > limit):
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                break
        else:
            return bytes(body)
    raise RequestError(413, f"a body must be at most {limit} bytes. Got more.", pointer="")
