"""Evidence that the platform itself gives: link components below a note or comment, and facts that disclose."""

from data.notes import Comment, Link, Note, Platform
from data.rules import OFF_SITE_ROUTES, RouteFinding
from models.evidence import Evidence, HitSource
from models.routes import NoteRoutes

_LINK_KINDS = {"taobao": "taobao_link", "jd": "jd_link", "pdd": "pdd", "wechat": "url", "xhs": "in_site_link"}


def is_disclosed_by_platform(platform: Platform) -> bool:
    """Say whether the platform shows the note as an ad: 广告 label, cooperation badge or marketing declaration."""
    return bool(platform.is_ad) or bool(platform.brand_partner) or platform.declaration == "marketing"


def component_evidence(note: Note, routes: NoteRoutes) -> list[Evidence]:
    """Show every link component with the rule for it; `routes` learns of them here."""
    evidence = [_of_link(link, routes) for link in note.platform.links]
    for position, comment in enumerate(note.comments):
        if comment.blue_link:
            evidence.append(_of_blue_link(position, comment, routes))
    return evidence


def disclosure_evidence(platform: Platform) -> list[Evidence]:
    """Show the facts that disclose, with their tier: D3 the word 广告 is shown, D2 a visible cooperation badge."""
    found = []
    if platform.is_ad:
        found.append(_of_platform("disclosure", "is_ad", value="D3"))
    if platform.declaration == "marketing":
        found.append(_of_platform("disclosure", "declaration", value="D3"))
    if platform.brand_partner:
        found.append(_of_platform("disclosure", "brand_partner", value="D2"))
    return found


def _of_link(link: Link, routes: NoteRoutes) -> Evidence:
    route, finding = routes.of_link(link)
    kind = _LINK_KINDS[link.platform] if route in OFF_SITE_ROUTES else "in_site_link"
    value = f"{link.kind}:{link.platform}"
    return _of_platform(kind, "component", value=value, rule_id=finding.rule_id, hit_source=_source(finding))


def _of_blue_link(position: int, comment: Comment, routes: NoteRoutes) -> Evidence:
    finding = routes.of_blue_link()
    return Evidence(
        field=f"comments[{position}]",
        comment_id=comment.comment_id,
        start=0,
        end=len(comment.text),
        text=comment.text,
        kind="in_site_link",
        value="blue_link",
        detector="component",
        rule_id=finding.rule_id,
        hit_source=_source(finding),
    )


def _source(finding: RouteFinding) -> HitSource:
    """Name the rule only where it forbids; a component that may stand is the platform's own word."""
    return "rule" if finding.status == "violation" else "platform"


def _of_platform(
    kind: str, detector: str, *, value: str, rule_id: str | None = None, hit_source: HitSource = "platform"
) -> Evidence:
    """Make evidence that stands in no text."""
    return Evidence(
        field="platform",
        start=0,
        end=0,
        text="",
        kind=kind,
        value=value,
        detector=detector,
        rule_id=rule_id,
        hit_source=hit_source,
    )
