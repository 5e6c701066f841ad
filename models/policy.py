"""Policy: what follows for a note or comment from scores, platform rules, phrases and people (TOML, reloadable)."""

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from data.errors import ConfigError
from data.labels import Label
from models.policy_schema import check_policy
from models.verdict import Decision, DiversionBy, RuleStatus


class ScoreThresholds(msgspec.Struct, frozen=True):
    """A score over `block` blocks, over `review` goes to review; shares in [0, 1], so 1.0 switches one off."""

    block: float
    review: float


class ReviewThreshold(msgspec.Struct, frozen=True):
    """A score over `review` goes to review; a share in [0, 1]."""

    review: float


class RuleDecisions(msgspec.Struct, frozen=True):
    """What a rule status leads to; "pass" = the rule alone decides nothing."""

    violation: Decision
    uncertain: Decision


class Phrases(msgspec.Struct, frozen=True):
    """Phrases for `models.phrases.PhraseMatcher`, as typed."""

    allow: tuple[str, ...]
    block: tuple[str, ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy file; `assumed_prevalence` is a share in [0, 1]."""

    name: str
    version: str
    assumed_prevalence: float
    diversion: ScoreThresholds
    undisclosed_ad: ReviewThreshold
    rule: RuleDecisions
    comments: ScoreThresholds
    phrases: Phrases

    @property
    def policy_version(self) -> str:
        """Name and version, as every verdict carries them: "default@1"."""
        return f"{self.name}@{self.version}"


def load_policy(path: Path | Traversable) -> Policy:
    """Read and check a policy file; every key must be given, none other may.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, or a key is unknown, missing, of the wrong type or out of range;
        the message names the file and the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: a policy file must be readable. Got {error.strerror} instead.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: a policy file must be TOML in UTF-8. Got {error} instead.") from error
    check_policy(raw, path=str(path))
    return msgspec.convert(raw, Policy)


def default_policy() -> Policy:
    """Load the policy that ships with huoren.

    Examples
    --------
    >>> default_policy().policy_version
    'default@1'
    """
    return load_policy(resources.files("models").joinpath("policy.toml"))


def decide(
    policy: Policy,
    *,
    p_diversion: float,
    p_undisclosed_ad: float,
    author_label: Label,
    diversion_by: DiversionBy | None = None,
    rule_status: RuleStatus | None = None,
    has_explicit: bool = False,
    platform_disclosed: bool = False,
    allow_phrase: bool = False,
    block_phrase: bool = False,
    human: Decision | None = None,
) -> Decision:
    """Decide on a note: human > allow phrase > platform fact > rule > block phrase > score.

    Parameters
    ----------
    p_diversion, p_undisclosed_ad
        Calibrated probabilities in [0, 1] for the note with its whole thread.
    author_label
        The label without other people's comments. It speaks where only others divert: their comments take P(diversion)
        and hide an undisclosed advertisement of the author's own.
    diversion_by
        "other" takes diversion out of the note's decision: rule, and P(diversion), then belong to the comments.
    rule_status
        The most serious one among off-site routes of the author's own text and of the note's components; None without.
        "allowed" decides nothing: it clears that route, not the rest of the text.
    has_explicit
        The author's own text holds an off-site contact or code (route `contact` or `typed_code`). With a violation,
        `policy.rule.violation` holds in full; a violation by a mere lead or a component gives review at most.
    platform_disclosed
        `is_ad`, `brand_partner` or a marketing declaration: the platform's word settles `disclosed`, so the score for
        an undisclosed advertisement is not asked. It says nothing of diversion and clears none.
    allow_phrase, block_phrase
        Hits in the author's own text (`models.phrases`).
    human
        A person's decision, final.

    Examples
    --------
    >>> decide(default_policy(), p_diversion=0.9, p_undisclosed_ad=0.1, author_label=Label.DIVERSION)
    'review'
    """
    is_others = diversion_by == "other"
    hides_ad = is_others and author_label is Label.UNDISCLOSED_AD
    is_ad = not platform_disclosed and (hides_ad or p_undisclosed_ad > policy.undisclosed_ad.review)
    return _in_order(
        policy.rule,
        rule_status=None if is_others else rule_status,
        has_explicit=has_explicit,
        allow_phrase=allow_phrase,
        block_phrase=block_phrase,
        by_score="pass" if is_others else _by_score(p_diversion, policy.diversion),
        least="review" if is_ad else "pass",
        human=human,
    )


def decide_comment(
    policy: Policy,
    *,
    score: float,
    rule_status: RuleStatus | None = None,
    has_explicit: bool = False,
    allow_phrase: bool = False,
    block_phrase: bool = False,
    human: Decision | None = None,
) -> Decision:
    """Decide on one comment, whoever wrote it: human > allow phrase > rule > block phrase > score.

    Parameters
    ----------
    score
        P(the comment leads off the platform), in [0, 1].
    rule_status, has_explicit, allow_phrase, block_phrase, human
        As for `decide`, of this comment alone. An explicit contact or code in violation blocks the comment by default,
        a stranger's as the author's.

    Examples
    --------
    >>> decide_comment(default_policy(), score=0.2, rule_status="violation", has_explicit=True)
    'block'
    """
    return _in_order(
        policy.rule,
        rule_status=rule_status,
        has_explicit=has_explicit,
        allow_phrase=allow_phrase,
        block_phrase=block_phrase,
        by_score=_by_score(score, policy.comments),
        least="pass",
        human=human,
    )


def _in_order(
    rule: RuleDecisions,
    *,
    rule_status: RuleStatus | None,
    has_explicit: bool,
    allow_phrase: bool,
    block_phrase: bool,
    by_score: Decision,
    least: Decision,
    human: Decision | None,
) -> Decision:
    if human is not None:
        return human
    if allow_phrase:
        return "pass"
    if rule_status == "violation" and rule.violation != "pass":
        if has_explicit:
            return rule.violation
        least = "review"  # a lead or a component: a phrase or a score may still block it
    elif rule_status == "uncertain" and rule.uncertain != "pass":
        return rule.uncertain
    if block_phrase:
        return "block"
    return by_score if by_score != "pass" else least


def _by_score(score: float, thresholds: ScoreThresholds) -> Decision:
    if score > thresholds.block:
        return "block"
    return "review" if score > thresholds.review else "pass"
