"""The Python client of the service: `Client` and `AsyncClient`; it needs the extra `client` (`huoren[client]`).

Examples
--------
>>> from serving.client import Client
>>> with Client("http://127.0.0.1:8000", key="...") as huoren:  # doctest: +SKIP
...     huoren.classify({"note_id": "n1", "body": "加薇信 ring88 看图册"}).label
<Label.DIVERSION: 'diversion'>
"""

from serving.client.answers import (
    BatchAnswer,
    BatchItem,
    CommentsAnswer,
    FeedbackAnswer,
    Job,
    JobLine,
    Ready,
    VerdictAnswer,
)
from serving.client.async_client import AsyncClient
from serving.client.errors import (
    ApiError,
    ConflictError,
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
    UnreachableError,
)
from serving.client.inputs import FeedbackItem, Options
from serving.client.retries import Retries
from serving.client.sync_client import Client

__all__ = [
    "ApiError",
    "AsyncClient",
    "BatchAnswer",
    "BatchItem",
    "Client",
    "CommentsAnswer",
    "ConflictError",
    "FeedbackAnswer",
    "FeedbackItem",
    "InvalidRequestError",
    "Job",
    "JobLine",
    "KeyRefusedError",
    "NotFoundError",
    "Options",
    "RateLimitedError",
    "Ready",
    "Retries",
    "UnavailableError",
    "UnreachableError",
    "VerdictAnswer",
]
