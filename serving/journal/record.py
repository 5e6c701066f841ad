"""What is kept of an answered verdict: everything but text."""

import hashlib
import os
import random
import time
from typing import Literal

import msgspec

from models.evidence import HitSource
from models.verdict import CommentVerdict, Verdict

Origin = Literal["classify", "batch", "comments", "job"]


class StoredEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One span as it is stored: `text` and `value` stand only in the answer."""

    field: str
    comment_id: str | None
    start: int
    end: int
    kind: str
    value_hash: str | None
    detector: str
    rule_id: str | None
    hit_source: HitSource


class VerdictRecord(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One row of the table `verdict`, by the names of its columns."""

    verdict_id: str
    idempotency_hash: str | None
    origin: Origin
    caller: str
    request_id: str
    note_id: str
    author_hash: str | None
    feed_id: str | None
    keyword: str | None
    feed: str
    published_us: int | None
    collected_us: int | None
    scored_us: int
    date_source: str
    label: str
    author_label: str
    decision: str
    diversion_by: str | None
    rule_id: str | None
    rule_since: str | None
    rule_status: str | None
    p_disclosed_ad: float
    p_diversion: float
    p_organic: float
    p_undisclosed_ad: float
    q_commercial: float
    q_disclosed: float
    q_diversion: float
    pa_organic: float
    evidence: tuple[StoredEvidence, ...]
    comments: tuple[CommentVerdict, ...]
    impressions: int | None
    likes: int | None
    n_comments: int
    n_diverting_comments: int
    text_hash: str | None
    near_hash_1: int | None
    near_hash_2: int | None
    near_hash_3: int | None
    model_version: str
    ruleset_version: str
    policy_version: str


# Seeded once: asking the system for each id costs several microseconds. An id is a name, not a secret.
_random = random.Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def new_id() -> str:
    """Give a new id, 32 hex digits, that sorts by the time it was made.

    Examples
    --------
    >>> len(new_id())
    32
    """
    return f"{time.time_ns() // 1_000_000:012x}{_random.getrandbits(80):020x}"


def id_hash(text: str, *, secret: bytes) -> str:
    """Hash an author's id, a note's id or a found value with the service's secret; 32 hex digits."""
    # BLAKE2 needs no HMAC: a secret before the message will do.
    message = secret + text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(message, digest_size=16, person=b"id hash").hexdigest()


def stored_evidence(verdict: Verdict, *, secret: bytes) -> tuple[StoredEvidence, ...]:
    """Take text and value out of a verdict's evidence."""
    return tuple(
        StoredEvidence(
            field=item.field,
            comment_id=item.comment_id,
            start=item.start,
            end=item.end,
            kind=item.kind,
            value_hash=None if item.value is None else id_hash(item.value, secret=secret),
            detector=item.detector,
            rule_id=item.rule_id,
            hit_source=item.hit_source,
        )
        for item in verdict.evidence
    )
