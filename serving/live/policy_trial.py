"""What a policy or a phrase list would change, shown on notes; nothing is stored, counted or put into use."""

from collections.abc import Sequence

import msgspec

from data.errors import ConfigError
from data.labels import Label
from data.normalize import normalize
from data.notes import Note
from models.policy import Policy
from models.verdict import Decision, Verdict
from serving.api.problems import RequestError
from serving.live.loading import DEFAULT, PolicyClassifier
from serving.live.models import LiveModels
from serving.live.policy_body import PhrasesBody, PolicyBody, policy_of, with_phrases


class NoteTrial(msgspec.Struct, frozen=True, kw_only=True):
    """One note; a policy never changes its label."""

    note_id: str
    label: Label
    before: Decision
    after: Decision
    comments_changed: int


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What would change: `decisions` counts notes by the decision now, then by the new one."""

    policy_version_before: str
    policy_version_after: str
    changed: int
    comments_changed: int
    decisions: dict[str, dict[str, int]]
    notes: list[NoteTrial]


def policy_in_use(models: LiveModels, name: str) -> Policy | None:
    """Give a policy as it stands without the phrase list; None where there is none, or where it cannot be known.

    Raises
    ------
    ConfigError
        If it was stored by another version of huoren, and is unusable for this one.
    """
    stored = models.choice.policies.get(name)
    if stored is not None:
        return policy_of(stored.body, name=name, version=stored.version)
    model = models.in_use.model
    own = model.policy if isinstance(model, PolicyClassifier) else None
    return (models.file_policy or own) if name == DEFAULT else None


def try_policy(
    models: LiveModels, name: str, policy: PolicyBody | None, phrases: PhrasesBody | None, notes: Sequence[Note]
) -> Trial:
    """Judge notes with a policy as it is, and as it would be.

    Parameters
    ----------
    policy, phrases
        What would take the place of the policy and of the phrase list; None leaves it as it is.

    Raises
    ------
    RequestError
        404 where no policy has that name, 409 where the model in use takes no policies, 422 where one is unusable.
    """
    model = models.in_use.model
    old = policy_in_use(models, name)
    if old is None or name not in models.in_use.classifiers:
        raise RequestError(404, "a policy with this name must be in use. There is none.")
    if not isinstance(model, PolicyClassifier):
        raise RequestError(409, "the model in use must take policies. It does not.")
    chosen = models.choice.phrases
    new = old if policy is None else checked_policy(policy, name)
    if phrases is not None:
        check_phrases(phrases)
        new = with_phrases(new, phrases, "draft")
    elif chosen is not None:
        new = with_phrases(new, chosen.body, chosen.version)
    before, after = models.ready(name), model.with_policy(new)
    pairs = list(zip(before.classify_many(notes), after.classify_many(notes), strict=True))
    trials = [_compare(one, other) for one, other in pairs]
    decisions: dict[str, dict[str, int]] = {}
    for trial in trials:
        row = decisions.setdefault(trial.before, {})
        row[trial.after] = row.get(trial.after, 0) + 1
    return Trial(
        policy_version_before=before.policy_version,
        policy_version_after=after.policy_version,
        changed=sum(trial.before != trial.after for trial in trials),
        comments_changed=sum(trial.comments_changed for trial in trials),
        decisions=decisions,
        notes=trials,
    )


def checked_policy(body: PolicyBody, name: str) -> Policy:
    """Make a draft of a policy that was sent.

    Raises
    ------
    RequestError
        422 if thresholds contradict each other, or a phrase holds nothing visible.
    """
    try:
        return policy_of(body, name=name, version="draft")
    except ConfigError as error:
        raise RequestError(422, str(error), pointer="") from error


def check_phrases(phrases: PhrasesBody) -> None:
    """Refuse a phrase that no text can hold.

    Raises
    ------
    RequestError
        422, without the phrase.
    """
    for name in ("allow", "block"):
        for position, phrase in enumerate(getattr(phrases, name)):
            if not normalize(phrase).strip():
                detail = "a phrase must hold at least one visible character. It holds none."
                raise RequestError(422, detail, pointer=f"/{name}/{position}")


def _compare(one: Verdict, other: Verdict) -> NoteTrial:
    was = {comment.comment_id: comment.decision for comment in one.comments}
    now = {comment.comment_id: comment.decision for comment in other.comments}
    return NoteTrial(
        note_id=one.note_id,
        label=one.label,
        before=one.decision,
        after=other.decision,
        comments_changed=sum(was.get(comment, "pass") != now.get(comment, "pass") for comment in was | now),
    )
