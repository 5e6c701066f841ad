"""`/v1/policies`: thresholds, rules and phrases, versioned, tried out and changed without a restart."""

from typing import Annotated, Literal

import msgspec

from data.notes import Note
from models.policy import Policy
from serving.api.endpoint import MAX_BODY_BYTES, Call, Endpoint
from serving.api.note_body import MAX_BATCH_NOTES, read_note
from serving.api.note_input import NoteInput
from serving.api.phrases import ENDPOINTS as PHRASES
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
    is_name,
    roll_back_version,
    standing,
    stored_body,
    versions_of,
)
from serving.live.changes import put_policy
from serving.live.deployments import POLICY
from serving.live.loading import DEFAULT
from serving.live.policy_body import PhrasesBody, PolicyBody, body_of
from serving.live.policy_trial import Trial, checked_policy, policy_in_use, try_policy


class PolicyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in use; `version` 0 is a file's or the model's own, `policy_version` is what verdicts carry."""

    name: str
    version: int
    policy_version: str
    origin: Literal["stored", "file", "model"]


class PoliciesAnswer(msgspec.Struct, frozen=True):
    """All policies that a request may name."""

    policies: list[PolicyInfo]


class PolicyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A policy: the version in use, or the one that was asked for; `previous` is what a roll-back goes to."""

    name: str
    version: int
    current: int
    previous: int | None
    policy: PolicyBody | None
    versions: list[DocumentVersion]


class TrialBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A policy, a phrase list or both, and notes to try them on."""

    policy: PolicyBody | None = None
    phrases: PhrasesBody | None = None
    notes: Annotated[list[NoteInput], msgspec.Meta(min_length=1, max_length=MAX_BATCH_NOTES)]


async def get_policies(call: Call) -> PoliciesAnswer:
    """List the policies."""
    models = call.service.models
    stored = models.choice.policies
    other: Literal["file", "model"] = "model" if models.file_policy is None else "file"
    return PoliciesAnswer(
        [
            PolicyInfo(
                name=name,
                version=stored[name].version if name in stored else 0,
                policy_version=classifier.policy_version,
                origin="stored" if name in stored else other,
            )
            for name, classifier in models.in_use.classifiers.items()
        ]
    )


async def get_policy(call: Call) -> PolicyAnswer:
    """Read one policy."""
    return await call.service.in_thread(_read_policy, call)


async def replace_policy(call: Call) -> PutAnswer:
    """Store a new version of a policy and use it."""
    return await call.service.in_thread(_put_policy, call)


async def roll_back_policy(call: Call) -> PutAnswer:
    """Use the version before."""
    return await call.service.in_thread(roll_back_version, call, "policy", call.path["name"])


async def dry_run_policy(call: Call) -> Trial:
    """Show what a policy or phrase list would change."""
    body: TrialBody = call.body
    if body.policy is None and body.phrases is None:
        raise RequestError(422, "a policy or phrases to try must be given. Got neither.", pointer="")
    models, name = call.service.models, call.path["name"]

    def work() -> Trial:
        notes = [_note(given, position) for position, given in enumerate(body.notes)]
        return try_policy(models, name, body.policy, body.phrases, notes)

    return await call.service.in_thread(work)


def _read_policy(call: Call) -> PolicyAnswer:
    name, models = call.path["name"], call.service.models
    with call.service.store.read() as connection:
        current, previous = standing(connection, POLICY + name)
        versions = versions_of(connection, "policy", name)
        version = call.query.version or current
        stored = stored_body(connection, "policy", name, version)
    if stored is None:
        own = policy_in_use(models, name) if version == 0 else None
        if version or (own is None and name != DEFAULT):
            raise RequestError(404, "a policy with this name and version must be known. There is none.")
        body = None if own is None else body_of(own)
    else:
        body = msgspec.convert(stored, PolicyBody)
    return PolicyAnswer(name=name, version=version, current=current, previous=previous, policy=body, versions=versions)


def _put_policy(call: Call) -> PutAnswer:
    name = call.path["name"]
    if not is_name(name):
        raise RequestError(422, "a policy's name must be 1 to 64 letters, digits, _ or -. Got something else.")
    checked_policy(call.body, name)
    expected = if_match(call)
    if call.query.dry_run:
        return answer_check(call, POLICY + name, name, expected)
    base = _replaced(call, name)
    version = put_policy(call.service.store, name, call.body, by=call.caller.name, expected=expected, base=base)
    return answer_change(call, name, version)


def _replaced(call: Call, name: str) -> Policy | None:
    models = call.service.models
    return policy_in_use(models, name) if name == DEFAULT and name not in models.choice.policies else None


def _note(given: NoteInput, position: int) -> Note:
    note = read_note(msgspec.to_builtins(given))
    if isinstance(note, RequestError):
        raise RequestError(note.status, note.detail, pointer=f"/notes/{position}{note.pointer or ''}")
    return note


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/policies",
        summary="List the policies that a request may name",
        handle=get_policies,
        role="score",
        tag="policies",
        answer=PoliciesAnswer,
        description='"default" is the file of HUOREN_POLICY, or the model\'s own policy, until a version is stored.',
    ),
    Endpoint(
        method="GET",
        path="/v1/policies/{name}",
        summary="Read a policy and its versions",
        handle=get_policy,
        role="score",
        tag="policies",
        query=VersionQuery,
        answer=PolicyAnswer,
        refusals=(404,),
    ),
    Endpoint(
        method="PUT",
        path="/v1/policies/{name}",
        summary="Store a new version of a policy and use it",
        handle=replace_policy,
        role="admin",
        tag="policies",
        body=PolicyBody,
        query=PutQuery,
        answer=PutAnswer,
        refusals=(409,),
        headers=IF_MATCH,
        description=f"{APPLIES} A name that is new makes a new policy. Verdicts carry `name@version`, and "
        "`+phrases@version` where a phrase list is in use.",
    ),
    Endpoint(
        method="POST",
        path="/v1/policies/{name}/rollback",
        summary="Use the version of a policy that was in use before",
        handle=roll_back_policy,
        role="admin",
        tag="policies",
        answer=PutAnswer,
        refusals=(409,),
        description=f"{APPLIES} Version 0 is the file's, or the model's own. Asked again, it goes forward again.",
    ),
    Endpoint(
        method="POST",
        path="/v1/policies/{name}/dry-run",
        summary="Show what a policy or phrase list would change on notes",
        handle=dry_run_policy,
        role="admin",
        tag="policies",
        body=TrialBody,
        answer=Trial,
        refusals=(404, 409),
        max_body=4 * MAX_BODY_BYTES,
        description="Up to 100 notes, judged as now and as then; nothing is stored, counted or put into use. "
        "A policy changes decisions, never labels.",
    ),
    *PHRASES,
)
