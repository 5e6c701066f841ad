"""A policy and a phrase list as they are sent, stored and read again; `models.policy.Policy` is made of them."""

from typing import Annotated, Literal

import msgspec

from models.policy import Policy
from models.policy_schema import check_policy
from models.verdict import Decision

MOST_PHRASES = 500
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Phrase = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_PhraseList = Annotated[tuple[_Phrase, ...], msgspec.Meta(max_length=MOST_PHRASES)]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A score over `block` blocks, over `review` goes to review; 1 switches one off."""

    block: _Share
    review: _Share


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A score over `review` goes to review; 1 switches it off."""

    review: _Share


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a platform rule's status leads to; "pass": the rule alone decides nothing."""

    violation: Decision
    uncertain: Decision


class PhrasesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole phrases, found in normalised text, never inside a longer Latin word; allow phrases beat block phrases."""

    allow: _PhraseList = ()
    block: _PhraseList = ()


class PolicyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A policy file's keys, but name and version, which the service gives."""

    assumed_prevalence: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="Share of notes taken to divert, where one expected load is told.")
    ] = 0.05
    diversion: Thresholds
    undisclosed_ad: Threshold
    rule: Rules
    comments: Thresholds
    phrases: PhrasesBody = PhrasesBody()


def policy_of(body: PolicyBody, *, name: str, version: int | Literal["draft"]) -> Policy:
    """Check a body as a policy file is checked, and make the policy.

    Raises
    ------
    ConfigError
        If thresholds contradict each other or a phrase holds nothing visible.
    """
    raw = {"name": name, "version": str(version), **msgspec.json.decode(msgspec.json.encode(body))}
    check_policy(raw, path=f"policy {name}")
    return msgspec.convert(raw, Policy)


def body_of(policy: Policy) -> PolicyBody:
    """Give a policy as it would be sent."""
    return PolicyBody(
        assumed_prevalence=policy.assumed_prevalence,
        diversion=Thresholds(policy.diversion.block, policy.diversion.review),
        undisclosed_ad=Threshold(policy.undisclosed_ad.review),
        rule=Rules(policy.rule.violation, policy.rule.uncertain),
        comments=Thresholds(policy.comments.block, policy.comments.review),
        phrases=PhrasesBody(policy.phrases.allow, policy.phrases.block),
    )


def with_phrases(policy: Policy, phrases: PhrasesBody, version: int | Literal["draft"]) -> Policy:
    """Lay a phrase list over a policy; its version says so: "3+phrases@2"."""
    both = msgspec.structs.replace(
        policy.phrases,
        allow=policy.phrases.allow + phrases.allow,
        block=policy.phrases.block + phrases.block,
    )
    return msgspec.structs.replace(policy, version=f"{policy.version}+phrases@{version}", phrases=both)
