"""Idempotency-Key: a request that comes again gets the verdict that it was given, and is counted once.

Keys are known per caller for 24 hours, on this machine; across machines the database refuses a second verdict under
one key. A dry run needs none: it changes nothing.
"""

import hashlib

import msgspec

from data.notes import Note
from serving.api.endpoint import Call
from serving.api.note_body import Options
from serving.api.problems import RequestError
from serving.api.verdict_answer import VerdictAnswer, answer_of, verdict_of
from serving.journal.claims import Done, Mismatch, Running
from serving.journal.record import VerdictRecord
from serving.note_classifier import NoteClassifier

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEY_HEADERS = {
    KEY_HEADER: "Names the request, up to 255 visible ASCII characters; sent again, it is answered as before."
}
REPLAYED_HEADERS = {REPLAYED_HEADER: "`true` where this answers a key that came before; absent otherwise."}
_MAX_KEY_CHARS = 255


class Claimed(msgspec.Struct, frozen=True):
    """A note's key, or None without one; `done` where its verdict was given before."""

    key_hash: str | None = None
    done: VerdictRecord | None = None


_UNCLAIMED = Claimed()


def given_key(call: Call) -> str | None:
    """Read the header.

    Raises
    ------
    RequestError
        422 where it is no key.
    """
    key = call.request.headers.get(KEY_HEADER)
    if key is None or (0 < len(key) <= _MAX_KEY_CHARS and key.isascii() and key.isprintable()):
        return key
    raise RequestError(422, f"{KEY_HEADER} must be 1 to {_MAX_KEY_CHARS} visible ASCII characters. It is not.")


def claim(call: Call, key: str | None, body: bytes) -> Claimed:
    """Take a key for this request; without one, nothing.

    Parameters
    ----------
    body
        What must come with the key each time.

    Raises
    ------
    RequestError
        409 while the same key is at work, 422 where it came with another body.
    """
    if key is None:
        return _UNCLAIMED
    key_hash = hashlib.sha256(f"{call.caller.name}\n{key}".encode()).hexdigest()
    found = call.service.claims.claim(key_hash, hashlib.sha256(body).hexdigest())
    if isinstance(found, Running):
        detail = f"a request with this {KEY_HEADER} must end before it comes again. It still runs."
        raise RequestError(409, detail, type="key_running", headers={"Retry-After": "1"})
    if isinstance(found, Mismatch):
        raise RequestError(
            422, f"one {KEY_HEADER} must come with one body. It came with another before.", type="key_reused"
        )
    return Claimed(key_hash, found.record if isinstance(found, Done) else None)


def finish(call: Call, claimed: Claimed, record: VerdictRecord | None) -> None:
    """Remember the verdict that a key was given."""
    if claimed.key_hash is not None and record is not None:
        call.service.claims.finish(claimed.key_hash, record)


def release(call: Call, claimed: Claimed) -> None:
    """Let a key go that was given no verdict, so that its request may come again."""
    if claimed.key_hash is not None and claimed.done is None:
        call.service.claims.release(claimed.key_hash)


async def answer_again(
    call: Call, note: Note, record: VerdictRecord, classifier: NoteClassifier, options: Options
) -> VerdictAnswer:
    """Answer as before: the stored verdict, its evidence with text and values of the note that came again."""
    seen = (await call.service.judging.look_at(note, classifier)).verdict.evidence
    values = {(item.field, item.start, item.end, item.kind): item.value for item in seen}
    return answer_of(
        note,
        verdict_of(record, note, values),
        options,
        verdict_id=record.verdict_id,
        request_id=call.request_id,
        started=call.started,
    )
