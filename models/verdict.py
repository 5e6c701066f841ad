"""The answer to a note: one shape for the command line, the API and the scored archive."""

from typing import Literal

import msgspec

from data.labels import Label
from models.evidence import Evidence

SCHEMA_VERSION = 1
Decision = Literal["pass", "review", "block"]
DiversionBy = Literal["author", "other", "unknown"]
RuleStatus = Literal["allowed", "violation", "uncertain"]


class RuleFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The platform rule in force on the note's date for its most serious route."""

    id: str
    since: str
    status: RuleStatus


class CommentVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A comment with a hit or a score over the review threshold; `score` is P(leads off the platform)."""

    comment_id: str
    score: float
    decision: Decision


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What huoren says of one note; every key is always present.

    `scores` are calibrated P(label), summing to 1; `questions` are P(yes), `disclosed` given commercial;
    `author_label` is the label the note would have without other people's comments, and `pa_organic`
    (carried in the scored archive, not in the answer) its P(organic).
    """

    schema_version: int = SCHEMA_VERSION
    note_id: str
    label: Label
    author_label: Label
    scores: dict[Label, float]
    questions: dict[str, float]
    decision: Decision
    evidence: tuple[Evidence, ...] = ()
    diversion_by: DiversionBy | None = None
    comments: tuple[CommentVerdict, ...] = ()
    rule: RuleFinding | None = None
    model_version: str
    ruleset_version: str
    policy_version: str
    date_source: str
    request_id: str | None = None
    latency_ms: float | None = None
