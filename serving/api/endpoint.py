"""An endpoint as it is declared: what it takes, what it answers, who may call it. Routes and OpenAPI are made of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from serving.api.service import Service

Role = Literal["score", "feedback", "admin"]
Method = Literal["GET", "POST", "PUT", "DELETE"]
MAX_BODY_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the key's name, its roles ("admin" may do everything) and its id in the database."""

    name: str
    roles: frozenset[str]
    key_id: int | None = None


@dataclass(slots=True)
class Call:
    """One request to an endpoint, read and checked.

    Attributes
    ----------
    body
        An `Endpoint.body`, or None where the endpoint has none (or reads `request` itself).
    query
        An `Endpoint.query`, or None where the endpoint has none.
    path
        What stands in the path's braces.
    started
        When the request came, in seconds of `time.perf_counter`.
    """

    service: "Service"
    request: Request
    caller: Caller
    body: Any
    query: Any
    path: dict[str, str]
    request_id: str
    started: float


# What an endpoint gives back: a value of `Endpoint.answer`, or a response that is finished already.
Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of one path.

    Attributes
    ----------
    role
        Which role may call it; None: anybody, key or not.
    body, query, answer
        `msgspec.Struct` types (a `body` with `forbid_unknown_fields`); `query` is flat: str, int, float, bool, Literal.
        `answer` None: no body (status 204), or one of `media_type` that is no JSON.
    status
        Of a good answer.
    refusals
        What else it may answer, beside what every endpoint may (`routing.COMMON_REFUSALS`): 404, 409, 415 ...
    headers
        Headers that it reads: name and what it is for.
    answer_headers
        Headers of a good answer, beside X-Request-Id.
    max_body
        Bytes.
    """

    method: Method
    path: str
    summary: str
    handle: Handler
    role: Role | None
    tag: str
    body: Any = None
    query: Any = None
    answer: Any = None
    status: int = 200
    refusals: tuple[int, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    max_body: int = MAX_BODY_BYTES
    reads_body_itself: bool = False  # one that streams or decodes; `body` then only documents
    other_bodies: tuple[str, ...] = ()  # media types that it takes beside JSON
    description: str = ""


__all__ = ["Call", "Caller", "Endpoint", "Handler", "MAX_BODY_BYTES", "Method", "Response", "Role"]
