"""`/v1/models/shadow`: a second model that judges a share of the live notes, and how far it agrees."""

from datetime import datetime
from typing import Annotated

import msgspec

from data.errors import ModelError
from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.api.stored_change import follow_change
from serving.live.agreement import ShadowReport, report_agreement
from serving.live.changes import choose_shadow, remove_shadow
from serving.live.shadow import ShadowStatus
from serving.store.clock import time_of

Version = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="A model version of `/v1/models`."),
]


class ShadowInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The shadow that is on; `here` is how it does in the process that answers."""

    version: str
    share: float
    started_at: datetime
    here: ShadowStatus


class ShadowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which model judges as well, and which share of the notes."""

    version: Version
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0


class ShadowQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier shadow to report on."""

    version: Version | None = None


class ShadowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The shadow that is on, if any, and how far it agrees; `report` is null before the first note is counted."""

    shadow: ShadowInfo | None
    report: ShadowReport | None


async def get_shadow(call: Call) -> ShadowAnswer:
    """Report on the shadow."""

    def work() -> ShadowAnswer:
        models, store = call.service.models, call.service.store
        models.shadow.flush(store)
        shadow, asked = shadow_in_use(call), call.query.version
        version = asked or (None if shadow is None else shadow.version)
        if version is None:
            raise RequestError(404, "a shadow must be on, or 'version' name an earlier one. Neither is so.")
        model_version = models.model_version if shadow is not None and version == shadow.version else None
        return ShadowAnswer(shadow=shadow, report=report_agreement(store, model_version, version))

    return await call.service.in_thread(work)


async def put_shadow(call: Call) -> ShadowAnswer:
    """Let a model judge a share of the notes as well."""

    def work() -> ShadowAnswer:
        models, body = call.service.models, call.body
        if body.version == models.model_version:
            detail = "a shadow must be another model than the one in use. It is the same."
            raise RequestError(422, detail, pointer="/version")
        prepare_model(call, body.version)
        choose_shadow(call.service.store, body.version, body.share, by=call.caller.name)
        follow_change(models)
        return ShadowAnswer(shadow=shadow_in_use(call), report=None)

    return await call.service.in_thread(work)


async def delete_shadow(call: Call) -> None:
    """Let no model judge as well."""

    def work() -> None:
        remove_shadow(call.service.store, by=call.caller.name)
        follow_change(call.service.models)

    await call.service.in_thread(work)


def prepare_model(call: Call, version: str) -> None:
    """Load a model before anybody is told to: a broken one is refused, and what is in use goes on."""
    try:
        call.service.models.prepare(version)
    except ModelError as error:
        raise RequestError(422, str(error), pointer="/version") from error


def shadow_in_use(call: Call) -> ShadowInfo | None:
    """Describe the shadow that is on, if any."""
    chosen = call.service.models.choice.shadow
    if chosen is None:
        return None
    here = call.service.models.shadow.status
    return ShadowInfo(version=chosen.version, share=chosen.share, started_at=time_of(chosen.since_us), here=here)


ENDPOINTS = (
    Endpoint(
        tag="models",
        method="GET",
        path="/v1/models/shadow",
        summary="Report how far the shadow agrees with the model in use",
        handle=get_shadow,
        role="score",
        query=ShadowQuery,
        answer=ShadowAnswer,
        refusals=(404,),
        description="Counts come from all processes within about two seconds; `here` speaks of the one that answers.",
    ),
    Endpoint(
        tag="models",
        method="PUT",
        path="/v1/models/shadow",
        summary="Let a second model judge a share of the live notes as well",
        handle=put_shadow,
        role="admin",
        body=ShadowBody,
        answer=ShadowAnswer,
        refusals=(409,),
        description="Its verdicts answer nobody; only counts are kept. Notes that come while it is busy, and very long "
        "ones, are dropped and counted. A dry run is never judged so.",
    ),
    Endpoint(
        tag="models",
        method="DELETE",
        path="/v1/models/shadow",
        summary="Let no second model judge",
        handle=delete_shadow,
        role="admin",
        status=204,
        refusals=(409,),
    ),
)
