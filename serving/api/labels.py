"""`GET /v1/labels`: the words of the contract, and the thresholds that now stand behind them."""

from typing import Literal

import msgspec

from data.kinds import KINDS, Kind
from data.labels import LABEL_NAMES_ZH, LABELS, Label
from serving.api.endpoint import Call, Endpoint
from serving.live.loading import PolicyClassifier

_NAMES_EN = {
    Label.DISCLOSED_AD: "disclosed advertisement",
    Label.DIVERSION: "diversion off the platform",
    Label.ORGANIC: "organic",
    Label.UNDISCLOSED_AD: "undisclosed advertisement",
}
_CONTACT, _OFFSITE = "diversion.contact", "diversion.offsite"
_PARTS = {
    _CONTACT: ("联系方式导流", "diversion into private contact"),
    _OFFSITE: ("站外平台导流", "diversion to another platform"),
}
Part = Literal["diversion.contact", "diversion.offsite"]


class LabelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A label of verdicts, or a part of one that evidence kinds tell apart."""

    id: str
    zh: str
    en: str
    parent: str | None = None


class KindInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of evidence; `label` is the part of `diversion` that it is, null where it leads nowhere."""

    id: str
    zh: str
    en: str
    route: str
    site: str
    label: Part | None


class DecisionThresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Over `review` a score goes to review, over `block` it blocks; null: a score never blocks."""

    review: float
    block: float | None


class PolicyThresholds(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy asks of P(label), and of P(leads off the platform) of a single comment."""

    name: str
    policy_version: str
    labels: dict[str, DecisionThresholds]
    comments: DecisionThresholds


class LabelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`question_thresholds` are the model's: what P(yes) to each question must pass to make the label."""

    labels: list[LabelInfo]
    kinds: list[KindInfo]
    model_version: str
    question_thresholds: dict[str, float]
    policies: list[PolicyThresholds]


async def get_labels(call: Call) -> LabelsAnswer:
    """Name labels, kinds and thresholds."""
    in_use = call.service.models.in_use
    model = in_use.model
    return LabelsAnswer(
        labels=_LABELS,
        kinds=_KINDS,
        model_version=model.model_version,
        question_thresholds=dict(model.label_thresholds) if isinstance(model, PolicyClassifier) else {},
        policies=[
            _thresholds(name, classifier)
            for name, classifier in in_use.classifiers.items()
            if isinstance(classifier, PolicyClassifier)
        ],
    )


def part_of(kind: Kind) -> Part | None:
    """Say which part of `diversion` a kind of evidence is: into private contact, or to another platform.

    Examples
    --------
    >>> from data.kinds import KINDS
    >>> part_of(KINDS["wechat"]), part_of(KINDS["jd_link"]), part_of(KINDS["price"])
    ('diversion.contact', 'diversion.offsite', None)
    """
    if kind.site != "off":
        return None
    is_contact = kind.route == "contact" or kind.id in ("dm_lead", "profile_lead")
    return "diversion.contact" if is_contact else "diversion.offsite"


def _thresholds(name: str, classifier: PolicyClassifier) -> PolicyThresholds:
    policy = classifier.policy
    return PolicyThresholds(
        name=name,
        policy_version=classifier.policy_version,
        labels={
            "diversion": DecisionThresholds(review=policy.diversion.review, block=policy.diversion.block),
            "undisclosed_ad": DecisionThresholds(review=policy.undisclosed_ad.review, block=None),
        },
        comments=DecisionThresholds(review=policy.comments.review, block=policy.comments.block),
    )


_LABELS = [LabelInfo(id=label.value, zh=LABEL_NAMES_ZH[label], en=_NAMES_EN[label]) for label in LABELS] + [
    LabelInfo(id=part, zh=zh, en=en, parent="diversion") for part, (zh, en) in _PARTS.items()
]
_KINDS = [
    KindInfo(id=kind.id, zh=kind.zh, en=kind.en, route=kind.route, site=kind.site, label=part_of(kind))
    for kind in KINDS.values()
]

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/labels",
        summary="Name labels, evidence kinds and the thresholds in force",
        handle=get_labels,
        role="score",
        tag="labels",
        answer=LabelsAnswer,
    ),
)
