"""A request's body, read up to a limit and never cut in silence."""

from starlette.requests import ClientDisconnect, Request

from serving.api.problems import RequestError


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises
    ------
    RequestError
        413 as soon as it is longer; 400 if it comes compressed.
    ClientDisconnect
        If the client leaves before.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(400, "a body must come uncompressed. Its Content-Encoding says otherwise.", pointer="")
    declared = request.headers.get("content-length", "")
    if not (declared.isdigit() and len(declared) < 20 and int(declared) > limit):
        before = bytearray()
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            if len(before) + len(chunk) > limit:
                break
            if not message.get("more_body", False):
                return bytes(before + chunk) if before else chunk
            before += chunk
    raise RequestError(413, f"a body must be at most {limit} bytes. Got more.", pointer="")
