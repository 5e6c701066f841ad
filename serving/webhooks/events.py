"""What webhooks tell: ids, labels, decisions and versions, never text."""

from datetime import datetime
from typing import Literal

import msgspec

from data.labels import Label
from models.verdict import Decision

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class VerdictChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="verdict.changed"):
    """A later verdict on a note differs from the one before; `comments_blocked` are the ids of blocked comments."""

    note_id: str
    verdict_id: str
    previous_verdict_id: str
    label: Label
    previous_label: Label
    author_label: Label
    previous_author_label: Label
    decision: Decision
    previous_decision: Decision
    comments_blocked: tuple[str, ...]
    model_version: str
    ruleset_version: str
    policy_version: str
    scored_at: datetime


class JobFinished(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="job.finished"):
    """A job is done or has failed; `results` is the path of its results."""

    job_id: str
    state: JobState
    total: int
    done: int
    failed: int
    finished_at: datetime
    results: str


Event = VerdictChanged | JobFinished
