"""What the service answers; keys that a newer service adds are passed over."""

from datetime import datetime
from typing import Literal

import msgspec

from data.labels import Label
from models.verdict import Decision, Verdict


class ProblemPart(msgspec.Struct, frozen=True):
    """One thing that is wrong; `pointer` is a JSON pointer into the body."""

    pointer: str = ""
    detail: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Why the service refused (RFC 9457)."""

    type: str = "about:blank"
    title: str = ""
    detail: str = ""
    request_id: str = ""
    errors: tuple[ProblemPart, ...] = ()


class VerdictAnswer(Verdict, frozen=True, kw_only=True):
    """A verdict; `verdict_id` is what feedback names it by, None for a dry run."""

    verdict_id: str | None = None


class BatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """One note of a batch: its verdict where `status` is 200, otherwise why it has none."""

    status: int
    verdict: VerdictAnswer | None = None
    problem: Problem | None = None


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One item a note, in their order."""

    request_id: str
    items: tuple[BatchItem, ...]


class PreviousVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The note's latest stored verdict before this one."""

    verdict_id: str
    label: Label
    author_label: Label
    decision: Decision
    scored_at: datetime


class CommentsAnswer(VerdictAnswer, frozen=True, kw_only=True):
    """The verdict on a note with its new comments; `changed` None: the previous one is not known."""

    previous: PreviousVerdict | None = None
    previous_known: bool = False
    changed: bool | None = None


class FeedbackResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item: 201 stored, 404 no such verdict, 422 invalid."""

    status: int
    feedback_id: str | None = None
    problem: Problem | None = None


class FeedbackAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One item for each of the request, in its order."""

    items: tuple[FeedbackResult, ...]


class JobProgress(msgspec.Struct, frozen=True):
    """Notes: all of them, judged, and lines that were none."""

    total: int
    done: int
    failed: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job and how far it is."""

    job_id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: JobProgress
    policy: str | None = None
    dry_run: bool = False
    error: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")


class JobLine(msgspec.Struct, frozen=True, kw_only=True):
    """One result of a job; the evidence of its verdict holds no text."""

    line: int
    status: int
    verdict: VerdictAnswer | None = None
    problem: Problem | None = None


class FeedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts that were stored of one feed, by label of the author's own content and by decision."""

    feed_id: str
    n: int
    labels: dict[Label, int]
    decisions: dict[Decision, int]
    first_day: str | None = None
    last_day: str | None = None


class FeedList(msgspec.Struct, frozen=True, kw_only=True):
    """Feeds by name; `next` is the `after` of the next page, None on the last."""

    feeds: tuple[FeedCounts, ...]
    next: str | None = None


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A model that may be put into use."""

    version: str
    use: Literal["current", "previous", "shadow"] | None = None
    created_at: datetime
    label_thresholds: dict[str, float]


class ModelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use and what there is."""

    current: str | None = None
    previous: str | None = None
    models: tuple[ModelInfo, ...]


class LabelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A label of verdicts, or a part of one: `parent`."""

    id: str
    zh: str
    en: str
    parent: str | None = None


class KindInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of evidence; `label` is the part of `diversion` that it is, None where it leads nowhere."""

    id: str
    zh: str
    en: str
    route: str
    site: str
    label: str | None = None


class LabelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the contract."""

    labels: tuple[LabelInfo, ...]
    kinds: tuple[KindInfo, ...]


class Health(msgspec.Struct, frozen=True):
    """The service answers."""

    status: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What answers now; "degraded" while something is wrong, named by `reasons`."""

    status: Literal["ready", "degraded"]
    reasons: list[str]
    model_version: str
    ruleset_version: str
    policy_version: str
