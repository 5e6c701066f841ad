"""From probabilities, evidence, platform facts and rules to a verdict: what one note gets, in one place."""

from collections.abc import Iterable, Mapping
from heapq import merge

import msgspec

from data.kinds import KINDS
from data.labels import LABELS, Label
from data.notes import Note
from data.rules import OFF_SITE_ROUTES, RULESET_VERSION, RouteFinding, most_serious
from models.evidence import Evidence, reading_order
from models.phrases import PhraseHits
from models.platform_evidence import component_evidence, disclosure_evidence, is_disclosed_by_platform
from models.policy import Policy, decide, decide_comment
from models.probabilities import Probabilities, as_disclosed, as_diverting, label_of
from models.routes import NoteRoutes
from models.verdict import CommentVerdict, DiversionBy, RuleFinding, Verdict

_NO_PHRASES = PhraseHits(allow=False, block=False)


class NoteFindings(msgspec.Struct, frozen=True):
    """What was found in one note.

    Attributes
    ----------
    evidence
        Spans in the text.
    is_own, is_explicit
        For each span: the author wrote it; it is a code or contact written out in full.
    comment_scores
        P(leads off the platform) of each comment.
    phrases, comment_phrases
        The policy's phrases in the author's own text; in each comment (empty where the policy has none).
    phrase_evidence
        Where the policy's phrases stand; shown, and otherwise asked for nothing.
    """

    evidence: tuple[Evidence, ...]
    is_own: tuple[bool, ...]
    is_explicit: tuple[bool, ...]
    comment_scores: tuple[float, ...]
    phrases: PhraseHits = _NO_PHRASES
    comment_phrases: tuple[PhraseHits, ...] = ()
    phrase_evidence: tuple[Evidence, ...] = ()


class Judgement(msgspec.Struct, frozen=True):
    """A verdict, and what only the scored archive carries: P(organic) of the author's own content."""

    verdict: Verdict
    pa_organic: float


def judge(
    note: Note,
    whole: Probabilities,
    author: Probabilities,
    findings: NoteFindings,
    *,
    thresholds: Mapping[str, float],
    policy: Policy,
    model_version: str,
) -> Judgement:
    """Judge one note.

    Parameters
    ----------
    whole, author
        Of the note with its thread, and without other people's comments; platform facts are not yet in them.
    """
    routes = NoteRoutes(note)
    components = component_evidence(note, routes)
    is_disclosed = is_disclosed_by_platform(note.platform)
    if is_disclosed:
        whole, author = as_disclosed(whole), as_disclosed(author)
    if any(finding.status == "violation" for finding in routes.off_site_components()):
        whole, author = as_diverting(whole), as_diverting(author)
    label, author_label = label_of(whole, thresholds), label_of(author, thresholds)
    in_text: Iterable[Evidence] = (_with_rule(item, routes) for item in findings.evidence)
    if findings.phrase_evidence:
        in_text = merge(in_text, findings.phrase_evidence, key=reading_order)
    evidence = (*components, *in_text, *disclosure_evidence(note.platform))
    by = _diversion_by(note, label, author_label, findings)
    own_status = _own_status(label, by, findings, routes)
    scores = dict(zip(LABELS, whole.labels, strict=True))
    decision = decide(
        policy,
        p_diversion=whole.diversion,
        p_undisclosed_ad=scores[Label.UNDISCLOSED_AD],
        author_label=author_label,
        diversion_by=by,
        rule_status=own_status.status if own_status else None,
        has_explicit=any(own and explicit for own, explicit in zip(findings.is_own, findings.is_explicit, strict=True)),
        platform_disclosed=is_disclosed,
        allow_phrase=findings.phrases.allow,
        block_phrase=findings.phrases.block,
    )
    shown = routes.most_serious()
    verdict = Verdict(
        note_id=note.note_id,
        label=label,
        author_label=author_label,
        scores=scores,
        questions={"commercial": whole.commercial, "disclosed": whole.disclosed, "diversion": whole.diversion},
        decision=decision,
        evidence=evidence,
        diversion_by=by,
        comments=_comment_verdicts(note, findings, routes, policy),
        rule=RuleFinding(id=shown.rule_id, since=shown.since, status=shown.status) if shown else None,
        model_version=model_version,
        ruleset_version=RULESET_VERSION,
        policy_version=policy.policy_version,
        date_source=note.date_source,
    )
    return Judgement(verdict=verdict, pa_organic=author.labels[LABELS.index(Label.ORGANIC)])


def _with_rule(item: Evidence, routes: NoteRoutes) -> Evidence:
    finding = routes.of_kind(item.kind)
    return item if finding is None else msgspec.structs.replace(item, rule_id=finding.rule_id)


def _diversion_by(note: Note, label: Label, author_label: Label, findings: NoteFindings) -> DiversionBy | None:
    if label is not Label.DIVERSION:
        return None
    strangers = [position for position, comment in enumerate(note.comments) if not comment.is_author]
    if author_label is Label.DIVERSION or not strangers:
        return "author"
    explicit = [
        position
        for item, own, is_explicit in zip(findings.evidence, findings.is_own, findings.is_explicit, strict=True)
        if is_explicit and not own and (position := _comment_position(item)) is not None
    ]
    likely = explicit or [max(strangers, key=lambda position: findings.comment_scores[position])]
    return "unknown" if all(note.comments[position].is_author is None for position in likely) else "other"


def _own_status(
    label: Label, by: DiversionBy | None, findings: NoteFindings, routes: NoteRoutes
) -> RouteFinding | None:
    """Pick the most serious rule finding among the author's off-site routes that count.

    A lead or a loose mention counts only where the note is taken to divert: detectors of leads also hit free help.
    """
    counted = routes.off_site_components()
    for item, own, explicit in zip(findings.evidence, findings.is_own, findings.is_explicit, strict=True):
        if own and (explicit or (label is Label.DIVERSION and by == "author")):
            finding = routes.of_kind(item.kind)
            if finding is not None and KINDS[item.kind].route in OFF_SITE_ROUTES:
                counted.append(finding)
    return most_serious(counted)


def _comment_verdicts(
    note: Note, findings: NoteFindings, routes: NoteRoutes, policy: Policy
) -> tuple[CommentVerdict, ...]:
    """Judge comments with an off-site hit, a block phrase or a score over the review threshold."""
    has_hit: set[int] = set()
    explicit: dict[int, list[RouteFinding]] = {}
    for item, is_explicit in zip(findings.evidence, findings.is_explicit, strict=True):
        position = _comment_position(item)
        if position is None or KINDS[item.kind].site != "off":
            continue
        has_hit.add(position)
        finding = routes.of_kind(item.kind)
        if is_explicit and finding is not None:
            explicit.setdefault(position, []).append(finding)
    verdicts = []
    for position, (comment, score) in enumerate(zip(note.comments, findings.comment_scores, strict=True)):
        phrases = findings.comment_phrases[position] if findings.comment_phrases else _NO_PHRASES
        if not (position in has_hit or phrases.block or score > policy.comments.review):
            continue
        status = most_serious(explicit.get(position, ()))
        decision = decide_comment(
            policy,
            score=score,
            rule_status=status.status if status else None,
            has_explicit=position in explicit,
            allow_phrase=phrases.allow,
            block_phrase=phrases.block,
        )
        verdicts.append(CommentVerdict(comment_id=comment.comment_id, score=score, decision=decision))
    return tuple(verdicts)


def _comment_position(item: Evidence) -> int | None:
    """Read the position out of "comments[3]"; None for another field."""
    return int(item.field[len("comments[") : -1]) if item.field.startswith("comments[") else None
