"""The pages at `/`, `/reports`, `/docs` and the files that they load; the API itself needs none of them."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.site.files import site_files

# Nothing but what this service serves; a page may talk to this service alone. The hash is of the one style element that
# Observable Plot puts into each chart.
_POLICY = (
    "default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "style-src 'self' 'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def site_routes() -> list[Route]:
    """Make one route for each file; they need no key, hold nothing of anybody, and stand in no OpenAPI document."""
    return [Route(path, _serve, methods=["GET"]) for path in site_files()]


async def _serve(request: Request) -> Response:
    file = site_files()[request.scope["path"]]
    headers = {
        "ETag": file.etag,
        "Cache-Control": "no-cache",  # kept, and asked for again with its ETag: never older than the service
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": _POLICY,
    }
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if file.etag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)
