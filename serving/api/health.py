"""Whether the service lives, whether it can answer, and what Prometheus reads of it."""

import asyncio
import os
from pathlib import Path
from typing import Literal

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from starlette.responses import Response

from serving import metrics
from serving.api.endpoint import Call, Endpoint
from serving.api.service import Service
from serving.journal.boots import DAMAGED, REFUSED
from serving.metric_slots import forget_dead
from serving.version import read_version

_MOST_USED = 0.8  # of HUOREN_JOURNAL_BYTES


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


Reason = Literal["database_away", "journal_filling", "records_refused", "journal_damaged", "models_behind"]


class Ready(msgspec.Struct, frozen=True):
    """What answers now; "degraded" while something is wrong that a person should see to: answers go on.

    `models_behind`: a model, policy or phrase list that should be in use is not; `GET /v1/models` says why.
    """

    status: Literal["ready", "degraded"]
    reasons: list[Reason]
    model_version: str
    ruleset_version: str
    policy_version: str
    database: Literal["up", "away"]


async def healthz(call: Call) -> Alive:
    """Answer at all."""
    return Alive()


async def readyz(call: Call) -> Ready:
    """Tell whether notes can be judged; 503 until the model is warm."""
    service = call.service
    classifier = service.models.ready()
    reasons = await asyncio.to_thread(_find_reasons, service)
    return Ready(
        status="degraded" if reasons else "ready",
        reasons=reasons,
        model_version=classifier.model_version,
        ruleset_version=classifier.ruleset_version,
        policy_version=classifier.policy_version,
        database="up" if service.upkeep.database_is_up else "away",
    )


async def read_metrics(call: Call) -> Response:
    """Give all metrics in Prometheus' own form, of all processes where there are several."""
    text = await asyncio.to_thread(_collect, call.service)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _find_reasons(service: Service) -> list[Reason]:
    found: dict[Reason, bool] = {
        "database_away": not service.upkeep.database_is_up,
        "journal_filling": _journal_used(service) > _MOST_USED,
        "records_refused": _count_aside(service, REFUSED) > 0,
        "journal_damaged": _count_aside(service, DAMAGED) > 0,
        "models_behind": bool(service.models.status().problems),
    }
    return [reason for reason, holds in found.items() if holds]


def _collect(service: Service) -> bytes:
    metrics.BUILD_INFO.labels(read_version()).set(1)
    metrics.JOURNAL_USED.set(_journal_used(service))
    for kind in (DAMAGED, REFUSED):
        metrics.JOURNAL_ASIDE.labels(kind).set(_count_aside(service, kind))
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return generate_latest(REGISTRY)
    forget_dead(Path(folder))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _journal_used(service: Service) -> float:
    return service.journal.waiting_bytes / service.settings.journal_bytes


def _count_aside(service: Service, kind: str) -> int:
    try:
        return len(os.listdir(service.settings.state / "journal" / kind))
    except FileNotFoundError:  # nothing ever was
        return 0


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
