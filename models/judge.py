"""From probabilities, evidence, platform facts and rules to a verdict: what one note gets, in one place."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from data.kinds import KINDS
from data.labels import LABELS, Label
from data.notes import Note, Platform
from data.rules import OFF_SITE_ROUTES, RULESET_VERSION, RouteFinding, component_route, most_serious, route_status
from models.evidence import Evidence
from models.policy import Policy, decide, decide_comment
from models.verdict import CommentVerdict, Decision, DiversionBy, RuleFinding, Verdict

_LINK_KINDS = {"taobao": "taobao_link", "jd": "jd_link", "pdd": "pdd", "wechat": "url", "xhs": "in_site_link"}


class Probabilities(msgspec.Struct, frozen=True):
    """Of one note, or of its author's content alone: the three questions and the four labels (in `Label` order)."""

    commercial: float
    disclosed: float
    diversion: float
    labels: tuple[float, ...]


class NoteFindings(msgspec.Struct, frozen=True):
    """What was found in one note: evidence with whether it is the author's, and whether it names a route in full."""

    evidence: tuple[Evidence, ...]
    is_own: tuple[bool, ...]
    is_explicit: tuple[bool, ...]
    comment_scores: tuple[float, ...]
    allow_phrase: bool = False
    block_phrase: bool = False


class Judgement(msgspec.Struct, frozen=True):
    """A verdict, and what only the scored archive carries: P(organic) of the author's own content."""

    verdict: Verdict
    pa_organic: float


def is_disclosed_by_platform(platform: Platform) -> bool:
    """Say whether the platform itself shows the note as an advertisement: 广告 label, cooperation badge, marketing declaration."""
    return bool(platform.is_ad) or bool(platform.brand_partner) or platform.declaration == "marketing"


def label_of(probabilities: Probabilities, thresholds: Mapping[str, float]) -> Label:
    """Derive the label in the guideline's order: diversion over its threshold, else commercial, then disclosed."""
    if probabilities.diversion >= thresholds["diversion"]:
        return Label.DIVERSION
    if probabilities.commercial >= thresholds["commercial"]:
        return Label.DISCLOSED_AD if probabilities.disclosed >= thresholds["disclosed"] else Label.UNDISCLOSED_AD
    return Label.ORGANIC


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
    routes = _Routes(note)
    components = _component_evidence(note, routes)
    if is_disclosed_by_platform(note.platform):
        whole, author = _disclosed(whole), _disclosed(author)
    if any(finding.status == "violation" for finding in routes.components):
        whole, author = _diverting(whole), _diverting(author)
    label, author_label = label_of(whole, thresholds), label_of(author, thresholds)
    evidence = [*components, *(_with_rule(item, routes) for item in findings.evidence), *_platform_evidence(note)]
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
        platform_disclosed=is_disclosed_by_platform(note.platform),
        allow_phrase=findings.allow_phrase,
        block_phrase=findings.block_phrase,
    )
    shown = most_serious(routes.findings(off_site=True)) or most_serious(routes.findings(off_site=False))
    verdict = Verdict(
        note_id=note.note_id,
        label=label,
        author_label=author_label,
        scores=scores,
        questions={"commercial": whole.commercial, "disclosed": whole.disclosed, "diversion": whole.diversion},
        decision=decision,
        evidence=tuple(evidence),
        diversion_by=by,
        comments=_comment_verdicts(note, findings, routes, policy),
        rule=RuleFinding(id=shown.rule_id, since=shown.since, status=shown.status) if shown else None,
        model_version=model_version,
        ruleset_version=RULESET_VERSION,
        policy_version=policy.policy_version,
        date_source=note.date_source,
    )
    return Judgement(verdict=verdict, pa_organic=author.labels[LABELS.index(Label.ORGANIC)])


class _Routes:
    """Rule findings of a note's routes, each looked up once."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._text: dict[str, RouteFinding] = {}
        self.components: list[RouteFinding] = []
        self._component_routes: list[str] = []

    def of_kind(self, kind: str) -> RouteFinding | None:
        route = KINDS[kind].route
        if route == "none":
            return None
        if route not in self._text:
            self._text[route] = self._status(route, None)
        return self._text[route]

    def of_component(self, route: str, platform: str | None) -> RouteFinding:
        finding = self._status(route, platform)
        self.components.append(finding)
        self._component_routes.append(route)
        return finding

    def findings(self, *, off_site: bool) -> list[RouteFinding]:
        named = [*self._text.items(), *zip(self._component_routes, self.components, strict=True)]
        return [finding for route, finding in named if (route in OFF_SITE_ROUTES) == off_site]

    def off_site_components(self) -> list[RouteFinding]:
        pairs = zip(self._component_routes, self.components, strict=True)
        return [finding for route, finding in pairs if route in OFF_SITE_ROUTES]

    def _status(self, route: str, platform: str | None) -> RouteFinding:
        note = self._note
        return route_status(
            route,
            platform=platform,
            published_at=note.published_at,
            note_platform=note.platform,
            date_source=note.date_source,
        )


def _component_evidence(note: Note, routes: _Routes) -> list[Evidence]:
    evidence = []
    for link in note.platform.links:
        route = component_route(link)
        finding = routes.of_component(route, link.platform)
        kind = _LINK_KINDS[link.platform] if route in OFF_SITE_ROUTES else "in_site_link"
        evidence.append(_of_platform(kind, "component", value=f"{link.kind}:{link.platform}", rule_id=finding.rule_id, source="rule"))
    for position, comment in enumerate(note.comments):
        if comment.blue_link:
            finding = routes.of_component("blue_link", None)
            evidence.append(
                Evidence(
                    field=f"comments[{position}]",
                    comment_id=comment.comment_id,
                    start=0,
                    end=len(comment.text),
                    text=comment.text,
                    kind="in_site_link",
                    value="blue_link",
                    detector="component",
                    rule_id=finding.rule_id,
                    hit_source="platform",
                )
            )
    return evidence


def _platform_evidence(note: Note) -> list[Evidence]:
    """Platform facts that disclose, with their tier: D3 the word 广告 is shown, D2 a visible cooperation badge."""
    facts = note.platform
    found = []
    if facts.is_ad:
        found.append(_of_platform("disclosure", "is_ad", value="D3"))
    if facts.declaration == "marketing":
        found.append(_of_platform("disclosure", "declaration", value="D3"))
    if facts.brand_partner:
        found.append(_of_platform("disclosure", "brand_partner", value="D2"))
    return found


def _of_platform(kind: str, detector: str, *, value: str, rule_id: str | None = None, source: str = "platform") -> Evidence:
    """Evidence that stands in no text."""
    return Evidence(
        field="platform",
        start=0,
        end=0,
        text="",
        kind=kind,
        value=value,
        detector=detector,
        rule_id=rule_id,
        hit_source="rule" if source == "rule" else "platform",
    )


def _with_rule(item: Evidence, routes: _Routes) -> Evidence:
    finding = routes.of_kind(item.kind)
    return item if finding is None else msgspec.structs.replace(item, rule_id=finding.rule_id)


def _disclosed(probabilities: Probabilities) -> Probabilities:
    """What the platform itself shows as an advertisement is commercial and disclosed."""
    diversion = probabilities.diversion
    return Probabilities(1.0, 1.0, diversion, (1 - diversion, diversion, 0.0, 0.0))


def _diverting(probabilities: Probabilities) -> Probabilities:
    """A link component that the rules forbade on the note's date leads off the platform."""
    return Probabilities(probabilities.commercial, probabilities.disclosed, 1.0, (0.0, 1.0, 0.0, 0.0))


def _diversion_by(note: Note, label: Label, author_label: Label, findings: NoteFindings) -> DiversionBy | None:
    if label is not Label.DIVERSION:
        return None
    if author_label is Label.DIVERSION:
        return "author"
    strangers = [position for position, comment in enumerate(note.comments) if not comment.is_author]
    explicit = [
        int(item.field[9:-1])
        for item, own, is_explicit in zip(findings.evidence, findings.is_own, findings.is_explicit, strict=True)
        if is_explicit and not own and item.field.startswith("comments[")
    ]
    likely = explicit or [max(strangers, key=lambda position: findings.comment_scores[position])]
    return "unknown" if all(note.comments[position].is_author is None for position in likely) else "other"


def _own_status(label: Label, by: DiversionBy | None, findings: NoteFindings, routes: _Routes) -> RouteFinding | None:
    """The most serious rule finding among the author's off-site routes that count.

    A lead or a loose mention counts only where the note is taken to divert: detectors of leads also hit free help.
    """
    counted = routes.off_site_components()
    for item, own, explicit in zip(findings.evidence, findings.is_own, findings.is_explicit, strict=True):
        if own and (explicit or (label is Label.DIVERSION and by == "author")):
            finding = routes.of_kind(item.kind)
            if finding is not None and KINDS[item.kind].route in OFF_SITE_ROUTES:
                counted.append(finding)
    return most_serious(counted)


def _comment_verdicts(note: Note, findings: NoteFindings, routes: _Routes, policy: Policy) -> tuple[CommentVerdict, ...]:
    """Judge comments with an off-site hit or a score over the review threshold."""
    hits: dict[int, list[tuple[Evidence, bool]]] = {}
    for item, explicit in zip(findings.evidence, findings.is_explicit, strict=True):
        if item.field.startswith("comments[") and KINDS[item.kind].site == "off":
            hits.setdefault(int(item.field[9:-1]), []).append((item, explicit))
    verdicts = []
    for position, comment_score in enumerate(findings.comment_scores):
        found = hits.get(position, [])
        if not found and comment_score <= policy.comments.review:
            continue
        comment = note.comments[position]
        explicit_statuses = [routes.of_kind(item.kind) for item, explicit in found if explicit]
        status = most_serious([finding for finding in explicit_statuses if finding])
        decision: Decision = decide_comment(
            policy, score=comment_score, rule_status=status.status if status else None, has_explicit=bool(explicit_statuses)
        )
        verdicts.append(CommentVerdict(comment_id=comment.comment_id, score=comment_score, decision=decision))
    return tuple(verdicts)


def probabilities_of(
    commercial: npt.NDArray[np.float64],
    disclosed: npt.NDArray[np.float64],
    diversion: npt.NDArray[np.float64],
    labels: npt.NDArray[np.float64],
) -> Sequence[Probabilities]:
    """Turn arrays of a batch into one `Probabilities` a note."""
    rows = zip(commercial.tolist(), disclosed.tolist(), diversion.tolist(), map(tuple, labels.tolist()), strict=True)
    return [Probabilities(*row) for row in rows]
