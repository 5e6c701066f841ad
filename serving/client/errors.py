"""What a call may raise; none of them holds a key or a note's text."""

from data.errors import AppError
from serving.client.answers import Problem


class UnreachableError(AppError):
    """No whole answer came: no connection, a time-out, an end too early; the service may have done the work."""


class ApiError(AppError):
    """The service refused.

    Attributes
    ----------
    status
        HTTP status.
    problem
        The service's own words, with the request id and the places in the body that are at fault.
    retry_after
        Seconds after which it may be asked again; None where it does not say.
    """

    def __init__(self, status: int, problem: Problem, retry_after: float | None = None) -> None:
        at = ", ".join(part.pointer for part in problem.errors if part.pointer)
        super().__init__(f"{status} {problem.title}: {problem.detail}{f' At {at}.' if at else ''}")
        self.status = status
        self.problem = problem
        self.retry_after = retry_after


class InvalidRequestError(ApiError):
    """400, 413, 422: the request will be refused each time it comes."""


class KeyRefusedError(ApiError):
    """401, 403: no key, an unknown one, or one without the role."""


class NotFoundError(ApiError):
    """404."""


class ConflictError(ApiError):
    """409, such as `text_required` or a job that is not done."""


class RateLimitedError(ApiError):
    """429."""


class UnavailableError(ApiError):
    """503: overload, a model that is not ready, a database that is away."""


_KINDS: dict[int, type[ApiError]] = {
    400: InvalidRequestError,
    401: KeyRefusedError,
    403: KeyRefusedError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidRequestError,
    422: InvalidRequestError,
    429: RateLimitedError,
    503: UnavailableError,
}


def make_error(status: int, problem: Problem, retry_after: float | None) -> ApiError:
    """Make the error of a status."""
    return _KINDS.get(status, ApiError)(status, problem, retry_after)


def make_unexpected(status: int) -> ApiError:
    """Make the error of an answer that is not as the API says; nothing of it is quoted."""
    return ApiError(status, Problem(title="Unexpected answer", detail="the answer must be as the API says. It is not."))
