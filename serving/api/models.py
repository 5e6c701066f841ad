"""`/v1/models`: which models there are, and which one answers."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.api.shadow import ENDPOINTS as SHADOW
from serving.api.shadow import ShadowInfo, Version, prepare_model, shadow_in_use
from serving.api.stored_change import follow_change
from serving.live.catalogue import KnownModel, Origin, list_models
from serving.live.changes import choose_model, previous_model
from serving.live.model_figures import LabelFigures, figures_of


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A model that may be put into use; `figures` are those of its own evaluation, with their intervals."""

    version: str
    origin: Origin
    use: Literal["current", "previous", "shadow"] | None
    created_at: datetime
    label_thresholds: dict[str, float]
    figures: list[LabelFigures]
    card: Annotated[str, msgspec.Meta(description="Path of the model card.")]


class ModelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use and what there is; `problems` says what this process could not follow, and why."""

    current: str | None
    previous: str | None
    ruleset_version: str | None
    shadow: ShadowInfo | None
    problems: dict[str, str]
    models: list[ModelInfo]


class SwapBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which model to put into use."""

    version: Version


class SwapAnswer(msgspec.Struct, frozen=True):
    """What answers from now on, and what did before."""

    current: str
    previous: str | None


async def get_models(call: Call) -> ModelsAnswer:
    """List the models."""
    return await call.service.in_thread(_list, call)


async def get_card(call: Call) -> Response:
    """Give a model's card."""
    return await call.service.in_thread(_card, call)


async def swap_model(call: Call) -> SwapAnswer:
    """Put a model into use."""
    return await call.service.in_thread(_swap, call, call.body.version, "model.swap")


async def roll_back_model(call: Call) -> SwapAnswer:
    """Put the model that was in use before into use again."""

    def work() -> SwapAnswer:
        return _swap(call, previous_model(call.service.store), "model.rollback")

    return await call.service.in_thread(work)


def _swap(call: Call, version: str, action: str) -> SwapAnswer:
    models = call.service.models
    before = models.model_version
    prepare_model(call, version)
    previous = choose_model(call.service.store, version, by=call.caller.name, before=before, action=action)
    follow_change(models)
    return SwapAnswer(version, previous)


def _list(call: Call) -> ModelsAnswer:
    models = call.service.models
    status, choice = models.status(), models.choice
    shadow = shadow_in_use(call)
    uses: dict[str | None, Literal["current", "previous", "shadow"]] = {choice.previous_model: "previous"}
    if shadow is not None:
        uses[shadow.version] = "shadow"
    uses[status.model_version] = "current"
    known = list_models(call.service.settings).values()
    return ModelsAnswer(
        current=status.model_version,
        previous=choice.previous_model,
        ruleset_version=status.ruleset_version,
        shadow=shadow,
        problems=status.problems,
        models=[_info(model, uses.get(model.version)) for model in known],
    )


def _info(model: KnownModel, use: Literal["current", "previous", "shadow"] | None) -> ModelInfo:
    manifest = model.manifest
    return ModelInfo(
        version=model.version,
        origin=model.origin,
        use=use,
        created_at=manifest.created_at,
        label_thresholds=manifest.label_thresholds,
        figures=figures_of(manifest.metrics),
        card=f"/v1/models/{model.version}/card",
    )


def _card(call: Call) -> Response:
    model = list_models(call.service.settings).get(call.path["version"])
    if model is None or "CARD.md" not in model.manifest.files:
        raise RequestError(404, "a model with this version and a card must be known. There is none.")
    try:
        card = (model.folder / "CARD.md").read_bytes()
    except OSError as error:
        raise RequestError(404, "the card must be readable. It is not.") from error
    return Response(card, media_type="text/markdown; charset=utf-8")


_LEXICONS = "The lexicons that a model's features read belong to its version, and change with it."

ENDPOINTS = (
    Endpoint(
        tag="models",
        method="GET",
        path="/v1/models",
        summary="List the models, and say which one answers",
        handle=get_models,
        role="score",
        answer=ModelsAnswer,
        description=_LEXICONS,
    ),
    Endpoint(
        tag="models",
        method="GET",
        path="/v1/models/{version}/card",
        summary="Read a model's card",
        handle=get_card,
        role="score",
        refusals=(404,),
        media_type="text/markdown",
    ),
    Endpoint(
        tag="models",
        method="PUT",
        path="/v1/models/current",
        summary="Put a model into use",
        handle=swap_model,
        role="admin",
        body=SwapBody,
        answer=SwapAnswer,
        refusals=(409,),
        description=f"It is loaded and warmed first; one that cannot be is refused (422), and the old one goes on. No "
        f"request is dropped; other processes and machines follow within about a second. {_LEXICONS}",
    ),
    Endpoint(
        tag="models",
        method="POST",
        path="/v1/models/rollback",
        summary="Put the model that was in use before into use again",
        handle=roll_back_model,
        role="admin",
        answer=SwapAnswer,
        refusals=(409,),
        description="Asked again, it goes forward again.",
    ),
    *SHADOW,
)
