"""What the service posts to others, as the OpenAPI document describes it."""

from typing import Any

from serving.api.openapi_schemas import Schemas
from serving.webhooks.events import JobFinished, VerdictChanged

EVENTS = (VerdictChanged, JobFinished)
_HEADERS = {
    "X-Huoren-Event": "The event's name.",
    "X-Huoren-Delivery": "Its id, the same each time it is tried: drop what came before.",
    "X-Huoren-Timestamp": "When it was sent this time, in seconds since 1970.",
    "X-Huoren-Signature": "`sha256=` and HMAC-SHA256 of the raw body under HUOREN_WEBHOOK_SECRET, in hexadecimal.",
}
_WHEN = {
    "verdict.changed": (
        "A later verdict on a note differs from the one before",
        "Posted to HUOREN_WEBHOOK_URL after new comments, once the verdict is stored.",
    ),
    "job.finished": ("A job is done or has failed", "Posted to the job's `callback_url`."),
}


def describe_webhooks(schemas: Schemas) -> dict[str, Any]:
    """Describe each event."""
    return {name: _describe(name, kind, schemas) for name, kind in zip(_WHEN, EVENTS, strict=True)}


def _describe(name: str, kind: Any, schemas: Schemas) -> dict[str, Any]:
    summary, where = _WHEN[name]
    return {
        "post": {
            "operationId": name.replace(".", "_"),
            "summary": summary,
            "description": f"{where} Delivered at least once: tried again up to five times within about an hour.",
            "tags": ["verdicts" if kind is VerdictChanged else "jobs"],
            "parameters": [
                {"name": header, "in": "header", "required": True, "description": about, "schema": {"type": "string"}}
                for header, about in _HEADERS.items()
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schemas.of(kind)}}},
            "responses": {"2XX": {"description": "Taken."}},
        }
    }
