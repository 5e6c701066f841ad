"""`POST /v1/classify` and its batch: notes in, verdicts with evidence out, each written before it is answered."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Literal

import msgspec
from starlette.responses import Response

from data.notes import Note
from serving.api.body import read_body
from serving.api.crumbs import refuse_crumbs
from serving.api.endpoint import MAX_BODY_BYTES, Call, Endpoint
from serving.api.idempotency import (
    KEY_HEADERS,
    REPLAYED_HEADER,
    REPLAYED_HEADERS,
    Claimed,
    answer_again,
    claim,
    finish,
    given_key,
    release,
)
from serving.api.judging import Judged, Work
from serving.api.note_body import BatchBody, ClassifyBody, Options, parse_batch, parse_note
from serving.api.problems import Problem, RequestError, make_problem
from serving.api.verdict_answer import VerdictAnswer, answer_of
from serving.journal.record import Origin, VerdictRecord
from serving.note_classifier import NoteClassifier
from serving.store.engine import StoreUnavailable
from serving.store.note_text import save_judged

_MAX_BATCH_BYTES = 16 * MAX_BODY_BYTES
_LARGE_BODY_BYTES = 2**18
_JSON = "application/json"
_encode = msgspec.json.Encoder().encode
_logger = logging.getLogger("huoren.serving")


class GoodItem(msgspec.Struct, frozen=True, tag_field="outcome", tag="verdict"):
    """A note that was judged."""

    verdict: VerdictAnswer
    status: Literal[200] = 200


class BadItem(msgspec.Struct, frozen=True, tag_field="outcome", tag="problem"):
    """A note that could not be judged; `status` is what it would be answered with alone."""

    status: int
    problem: Problem


class BatchAnswer(msgspec.Struct, frozen=True):
    """One item a note, in the order they came."""

    request_id: str
    items: list[GoodItem | BadItem]


async def classify(call: Call) -> Response:
    """Judge one note."""
    body = await read_body(call.request, MAX_BODY_BYTES)
    note, policy, options = parse_note(body)
    key = None if options.dry_run else given_key(call)
    answer, is_replayed = await _answer(call, note, policy, options, origin="classify", key=key, body=body)
    headers = {REPLAYED_HEADER: "true"} if is_replayed else None
    return Response(_encode(answer), headers=headers, media_type=_JSON)


async def judge_one(
    call: Call, note: Note, policy: str | None, options: Options, *, origin: Origin, body: bytes = b""
) -> tuple[VerdictAnswer, bool]:
    """Judge one note for another endpoint, under the request's Idempotency-Key.

    Parameters
    ----------
    body
        What a repeated key must come with again.

    Returns
    -------
    tuple
        The answer, and whether the key was answered before.

    Raises
    ------
    RequestError
        409 while the same key is at work, 422 where it came with another body, 503 where the service is full.
    """
    key = None if options.dry_run else given_key(call)
    return await _answer(call, note, policy, options, origin=origin, key=key, body=body)


async def classify_batch(call: Call) -> Response:
    """Judge up to 100 notes; a bad one fails alone."""
    body = await read_body(call.request, _MAX_BATCH_BYTES)
    refuse_crumbs(body)
    is_large = len(body) > _LARGE_BODY_BYTES  # reading it may take a second, and others must not wait
    given, policy, options = await call.service.judging.in_turn(parse_batch, body) if is_large else parse_batch(body)
    classifier = call.service.models.ready(policy)
    key = None if options.dry_run else given_key(call)
    claims: dict[int, Claimed] = {}
    try:
        for position, note in enumerate(given):
            if isinstance(note, Note):
                claims[position] = claim(
                    call, key and f"{key}\n{position}", _encode([note, policy, options]) if key else b""
                )
    except BaseException:  # a key that is refused, or a disk that takes no more of them
        for claimed in claims.values():
            release(call, claimed)
        raise
    fresh = {position: claimed for position, claimed in claims.items() if claimed.done is None}
    works = [
        _work(call, note, classifier, options, origin="batch", claimed=fresh[position])
        for position, note in enumerate(given)
        if position in fresh and isinstance(note, Note)
    ]
    judged = dict(zip(fresh, await _judge(call, works, list(fresh.values())), strict=True))
    items: list[GoodItem | BadItem] = []
    for position, note in enumerate(given):
        if isinstance(note, RequestError):
            items.append(BadItem(note.status, make_problem(note, call.request_id)))
        elif position in judged:
            items.append(GoodItem(_fresh_answer(call, note, judged[position], options)))
        elif (done := claims[position].done) is not None:
            items.append(GoodItem(await answer_again(call, note, done, classifier, options)))
    headers = {REPLAYED_HEADER: "true"} if any(claimed.done is not None for claimed in claims.values()) else None
    return Response(_encode(BatchAnswer(call.request_id, items)), headers=headers, media_type=_JSON)


async def _answer(
    call: Call, note: Note, policy: str | None, options: Options, *, origin: Origin, key: str | None, body: bytes
) -> tuple[VerdictAnswer, bool]:
    classifier = call.service.models.ready(policy)
    claimed = claim(call, key, body)
    if claimed.done is not None:
        return await answer_again(call, note, claimed.done, classifier, options), True
    work = _work(call, note, classifier, options, origin=origin, claimed=claimed)
    (judged,) = await _judge(call, [work], [claimed])
    return _fresh_answer(call, note, judged, options), False


async def _judge(call: Call, works: Sequence[Work], claims: Sequence[Claimed]) -> Sequence[Judged]:
    """Judge to the end, whether or not the caller still waits: a key must not be left between two verdicts."""
    if any(claimed.key_hash for claimed in claims):
        return await asyncio.shield(asyncio.ensure_future(_judge_claimed(call, works, claims)))
    return await _judge_claimed(call, works, claims)


async def _judge_claimed(call: Call, works: Sequence[Work], claims: Sequence[Claimed]) -> Sequence[Judged]:
    left = list(claims)

    def finish_part(part: Sequence[Judged]) -> None:
        for each in part:
            finish(call, left.pop(0), each.record)

    try:
        judged = await call.service.judging.judge(works, finish_part)
    except BaseException:  # what was written until then will be stored: its keys keep their verdicts
        for claimed in left:
            release(call, claimed)
        raise
    pairs = [(work.note, each.record) for work, each in zip(works, judged, strict=True) if each.record is not None]
    # A dry run has no record, and waits for no database; comments keep the note themselves.
    if call.service.settings.store_text and pairs and works[0].origin != "comments":
        try:
            await call.service.in_thread(_save_texts, call, pairs)
        except StoreUnavailable:  # the answer goes on; later comments must bring the note again
            _logger.warning("request %s: the database is away, the notes' text was not stored", call.request_id)
    return judged


def _save_texts(call: Call, pairs: Sequence[tuple[Note, VerdictRecord]]) -> None:
    with call.service.store.begin() as connection:
        save_judged(connection, pairs)


def _work(
    call: Call, note: Note, classifier: NoteClassifier, options: Options, *, origin: Origin, claimed: Claimed
) -> Work:
    return Work(
        note=note,
        classifier=classifier,
        origin=origin,
        caller=call.caller.name,
        request_id=call.request_id,
        idempotency_hash=claimed.key_hash,
        dry_run=options.dry_run,
    )


def _fresh_answer(call: Call, note: Note, judged: Judged, options: Options) -> VerdictAnswer:
    return answer_of(
        note,
        judged.verdict,
        options,
        verdict_id=judged.verdict_id,
        request_id=call.request_id,
        started=call.started,
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/classify",
        summary="Judge one note",
        description=(
            "The note's keys stand at the top level, beside `policy` and `options`. Answered means written: the "
            "verdict is on its way to the database and survives a crash, unless `dry_run` is on."
        ),
        handle=classify,
        role="score",
        tag="verdicts",
        body=ClassifyBody,
        reads_body_itself=True,
        answer=VerdictAnswer,
        refusals=(409,),
        headers=KEY_HEADERS,
        answer_headers=REPLAYED_HEADERS,
    ),
    Endpoint(
        method="POST",
        path="/v1/classify/batch",
        summary="Judge up to 100 notes",
        description="One item a note, in order. An unusable note fails alone, with the status it would have had.",
        handle=classify_batch,
        role="score",
        tag="verdicts",
        body=BatchBody,
        reads_body_itself=True,
        answer=BatchAnswer,
        refusals=(409,),
        headers=KEY_HEADERS,
        answer_headers=REPLAYED_HEADERS,
        max_body=_MAX_BATCH_BYTES,
    ),
)
