"""The pages at `/`, `/reports`, `/docs` and the files that they load; the API itself needs none of them."""

from http import HTTPStatus

from starlette.responses import Response

from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.site.files import SiteFile, site_files

_FILES = site_files()  # now: a request must not wait for the disk
# Nothing but what this service serves; a page may talk to this service alone. The hash is of the one style element that
# Observable Plot puts into each chart.
_POLICY = (
    "default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "style-src 'self' 'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def show_check_page(call: Call) -> Response:
    """Show where a note is pasted."""
    return _answer(call, _FILES["/"])


async def show_feeds_page(call: Call) -> Response:
    """Show all feeds."""
    return _answer(call, _FILES["/reports"])


async def show_feed_page(call: Call) -> Response:
    """Show the report of one feed."""
    return _answer(call, _FILES["/reports/feed"])


async def show_docs_page(call: Call) -> Response:
    """Show the API's description."""
    return _answer(call, _FILES["/docs"])


async def load_site_file(call: Call) -> Response:
    """Give a file that a page loads."""
    file = _FILES.get(f"/site/{call.path['name']}")
    if file is None:
        raise RequestError(404, "a file of the pages must be named. There is none of this name.")
    return _answer(call, file)


def _answer(call: Call, file: SiteFile) -> Response:
    headers = {
        "ETag": file.etag,
        "Cache-Control": "no-cache",  # kept, and asked for again with its ETag: never older than the service
        "Content-Security-Policy": _POLICY,
        "Content-Type": file.media_type,
    }
    known = call.request.headers.get("if-none-match", "").split(",")
    if file.etag in (tag.strip().removeprefix("W/") for tag in known):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.body, headers=headers)


ENDPOINTS = (
    *(
        Endpoint(
            method="GET", path=path, summary=summary, handle=handle, role=None, tag="pages", media_type="text/html"
        )
        for path, summary, handle in (
            ("/", "Page: a note and its verdict", show_check_page),
            ("/reports", "Page: all feeds", show_feeds_page),
            ("/reports/feed", "Page: the report of one feed", show_feed_page),
            ("/docs", "Page: the API's description", show_docs_page),
        )
    ),
    Endpoint(
        method="GET",
        path="/site/{name}",
        summary="A script, style or picture of the pages",
        handle=load_site_file,
        role=None,
        tag="pages",
        media_type="text/javascript",
        refusals=(404,),
    ),
)
