"""Whether the service lives, whether it can answer, and what Prometheus reads of it."""

import os
from typing import Any, Literal

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from starlette.responses import Response

from serving.api.endpoint import Call, Endpoint


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(msgspec.Struct, frozen=True):
    """What answers now; "degraded" while the database is away: answers go on, and what is written waits."""

    status: Literal["ready", "degraded"]
    model_version: str
    ruleset_version: str
    policy_version: str
    database: Literal["up", "away"]
    journal_waiting_bytes: int
    models: dict[str, Any]


async def healthz(call: Call) -> Alive:
    """Answer at all."""
    return Alive()


async def readyz(call: Call) -> Ready:
    """Tell whether notes can be judged; 503 until the model is warm."""
    service = call.service
    classifier = service.models.ready()
    is_up = service.upkeep.database_is_up
    return Ready(
        status="ready" if is_up else "degraded",
        model_version=classifier.model_version,
        ruleset_version=classifier.ruleset_version,
        policy_version=classifier.policy_version,
        database="up" if is_up else "away",
        journal_waiting_bytes=service.journal.waiting_bytes,
        models=service.models.status(),
    )


async def read_metrics(call: Call) -> Response:
    """Give all metrics in Prometheus' own form, of all processes where there are several."""
    text = await call.service.in_thread(_collect)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _collect() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


ENDPOINTS = (
    Endpoint(method="GET", path="/healthz", summary="Alive", handle=healthz, role=None, tag="service", answer=Alive),
    Endpoint(
        method="GET", path="/readyz", summary="Ready to judge", handle=readyz, role=None, tag="service", answer=Ready
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        summary="Prometheus metrics",
        handle=read_metrics,
        role=None,
        tag="service",
        media_type="text/plain",
    ),
)
