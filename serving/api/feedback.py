"""Feedback on verdicts: given and withdrawn. A verdict that was answered is never changed by it."""

from typing import Annotated

import msgspec

from serving.api.body import read_body
from serving.api.endpoint import MAX_BODY_BYTES, Call, Endpoint
from serving.api.feedback_item import FeedbackItem, read_item, store_items
from serving.api.feedback_lists import ENDPOINTS as LISTS
from serving.api.half_emoji import decode_tolerantly
from serving.api.idempotency import KEY_HEADERS, given_key
from serving.api.problems import Problem, RequestError, make_problem
from serving.api.verdicts import is_id
from serving.store.audit_log import record_action
from serving.store.clock import database_us
from serving.store.feedback import withdraw_feedback

MAX_ITEMS = 100


class FeedbackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Feedback of one request; an item that is invalid gets a status of its own and fails no other."""

    feedback: Annotated[list[FeedbackItem], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    feedback: list[msgspec.Raw]


class FeedbackResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item: 201 stored; 404 no such verdict is stored, not yet at least; 422 invalid."""

    status: int
    feedback_id: str | None = None
    problem: Problem | None = None


class FeedbackAnswer(msgspec.Struct, frozen=True):
    """One item for each of the request, in its order."""

    items: list[FeedbackResult]


_decoder = msgspec.json.Decoder(_Given)


async def give_feedback(call: Call) -> FeedbackAnswer:
    """Store what callers say of verdicts."""
    given: _Given = decode_tolerantly(_decoder, await read_body(call.request, MAX_BODY_BYTES))
    if not given.feedback:
        raise RequestError(422, "'feedback' must hold at least one item. Got none.", pointer="/feedback")
    if (n_items := len(given.feedback)) > MAX_ITEMS:
        raise RequestError(413, f"'feedback' must hold at most {MAX_ITEMS} items. Got {n_items}.", pointer="/feedback")
    items = [read_item(raw, position) for position, raw in enumerate(given.feedback)]
    key, caller = given_key(call), call.caller.name
    seed = None if key is None else f"{caller}\n{key}"
    outcomes = await call.service.in_thread(store_items, call.service.store, items, seed, caller)
    return FeedbackAnswer(
        [
            FeedbackResult(status=outcome.status, problem=make_problem(outcome, call.request_id))
            if isinstance(outcome, RequestError)
            else FeedbackResult(status=201, feedback_id=outcome)
            for outcome in outcomes
        ]
    )


async def withdraw_one(call: Call) -> None:
    """Withdraw one item."""
    feedback_id = call.path["feedback_id"]
    if not is_id(feedback_id) or not await call.service.in_thread(_withdraw, call, feedback_id):
        raise RequestError(404, "feedback with this id must be stored. There is none.")


def _withdraw(call: Call, feedback_id: str) -> bool:
    with call.service.store.begin() as connection:
        is_known = withdraw_feedback(connection, feedback_id, at_us=database_us(connection))
        if is_known:
            record_action(connection, actor=call.caller.name, action="feedback.withdraw", target=feedback_id)
        return is_known


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/feedback",
        summary="Say what was wrong with verdicts",
        handle=give_feedback,
        role="feedback",
        tag="feedback",
        body=FeedbackBody,
        answer=FeedbackAnswer,
        headers=KEY_HEADERS,
        reads_body_itself=True,
        description="Up to 100 items. A verdict that was answered is never changed; a `decision` holds for later ones.",
    ),
    Endpoint(
        method="DELETE",
        path="/v1/feedback/{feedback_id}",
        summary="Withdraw feedback",
        handle=withdraw_one,
        role="feedback",
        tag="feedback",
        status=204,
        refusals=(404,),
        description="It no longer counts, decides or trains. Withdrawing once more changes nothing.",
    ),
    *LISTS,
)
