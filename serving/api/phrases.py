"""`/v1/phrases`: the operators' own list of phrases that block and that allow, laid over every policy."""

import msgspec

from serving.api.endpoint import Call, Endpoint
from serving.api.problems import RequestError
from serving.api.versioned import (
    APPLIES,
    IF_MATCH,
    DocumentVersion,
    PutAnswer,
    PutQuery,
    VersionQuery,
    answer_change,
    answer_check,
    if_match,
    roll_back_version,
    standing,
    stored_body,
    versions_of,
)
from serving.live.changes import put_phrases
from serving.live.deployments import PHRASES
from serving.live.loading import DEFAULT
from serving.live.policy_body import PhrasesBody
from serving.live.policy_trial import check_phrases


class PhrasesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The phrase list: the version in use, or the one that was asked for; 0 is the empty one before the first."""

    version: int
    current: int
    previous: int | None
    allow: tuple[str, ...]
    block: tuple[str, ...]
    versions: list[DocumentVersion]


async def get_phrases(call: Call) -> PhrasesAnswer:
    """Read the phrase list."""
    return await call.service.in_thread(_read_phrases, call)


async def replace_phrases(call: Call) -> PutAnswer:
    """Store a new version of the phrase list and use it."""
    return await call.service.in_thread(_put_phrases, call)


async def roll_back_phrases(call: Call) -> PutAnswer:
    """Use the phrase list before."""
    return await call.service.in_thread(roll_back_version, call, "phrases", DEFAULT)


def _read_phrases(call: Call) -> PhrasesAnswer:
    with call.service.store.read() as connection:
        current, previous = standing(connection, PHRASES)
        version = call.query.version or current
        stored = stored_body(connection, "phrases", DEFAULT, version)
        versions = versions_of(connection, "phrases", DEFAULT)
    if stored is None and version:
        raise RequestError(404, "a phrase list of this version must be stored. There is none.")
    body = PhrasesBody() if stored is None else msgspec.convert(stored, PhrasesBody)
    return PhrasesAnswer(
        version=version, current=current, previous=previous, allow=body.allow, block=body.block, versions=versions
    )


def _put_phrases(call: Call) -> PutAnswer:
    check_phrases(call.body)
    expected = if_match(call)
    if call.query.dry_run:
        return answer_check(call, PHRASES, DEFAULT, expected)
    version = put_phrases(call.service.store, call.body, by=call.caller.name, expected=expected)
    return answer_change(call, DEFAULT, version)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/phrases",
        summary="Read the phrase list and its versions",
        handle=get_phrases,
        role="score",
        tag="policies",
        query=VersionQuery,
        answer=PhrasesAnswer,
        refusals=(404,),
    ),
    Endpoint(
        method="PUT",
        path="/v1/phrases",
        summary="Store a new phrase list and use it",
        handle=replace_phrases,
        role="admin",
        tag="policies",
        body=PhrasesBody,
        query=PutQuery,
        answer=PutAnswer,
        refusals=(409,),
        headers=IF_MATCH,
        description=f"{APPLIES} It is laid over every policy. A phrase is found whole in normalised text: one "
        "that begins or ends with a Latin letter or digit never inside a longer word, and none inside a longer allow "
        "phrase. Chinese words have no edges: 代刷 is found in 代刷子 too. An allow phrase beats a block phrase. The "
        "lexicons that a model's features read are not these: they belong to the model's version.",
    ),
    Endpoint(
        method="POST",
        path="/v1/phrases/rollback",
        summary="Use the phrase list that was in use before",
        handle=roll_back_phrases,
        role="admin",
        tag="policies",
        answer=PutAnswer,
        refusals=(409,),
        description=f"{APPLIES} Version 0 is the empty list. Asked again, it goes forward again.",
    ),
)
