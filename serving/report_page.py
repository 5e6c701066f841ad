"""A report as one self-contained page: table, intervals drawn as bars, and how to read them."""

from html import escape

from data.labels import LABEL_NAMES_ZH, LABELS
from serving.feed_rows import FeedRow, Report, Share

_NAMES = {label.value: f"{label.value} {LABEL_NAMES_ZH[label]}" for label in LABELS} | {"ad": "ad 广告"}
_WIDTH = 220
_STYLE = """
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
max-width:76rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e2e6ec;vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;color:#5a6676;overflow-wrap:normal}td.n{text-align:right;font-variant-numeric:tabular-nums}
small{color:#5a6676}svg{display:block;max-width:100%}
.share{white-space:nowrap;font-variant-numeric:tabular-nums}
.others{display:grid;grid-template-columns:auto auto;gap:0 .8rem;justify-content:start;white-space:nowrap}
.status{white-space:nowrap;border-radius:.3rem;padding:.05rem .4rem;background:#eef1f5}
.audited{background:#d9f2e3}.model_based{background:#dfeafb}.screening{background:#fdf0d2}
.audit_broken,.audit_used_in_training{background:#fbdfdd}
@media(max-width:48rem){.feeds thead{display:none}.feeds tr{display:block;padding:.6rem 0}
.feeds tr{border-bottom:2px solid #e2e6ec}
.feeds td,.feeds td.n{display:grid;grid-template-columns:7rem 1fr;gap:.8rem;text-align:left;border:0;padding:.15rem 0}
.feeds td::before{content:attr(data-name);color:#5a6676;font-weight:600}.others{grid-template-columns:1fr}}
"""
_STATUSES = {
    "audited": "a labelled probability sample; the model only narrows the interval",
    "model_based": "corrected by validation statistics; the interval holds the step to a new source",
    "screening": "corrected, but the step to a new source is not in the interval: never a headline",
    "insufficient": "too little to publish a number",
    "audit_used_in_training": "the model learned from this audit, so the audit cannot check it",
    "audit_broken": "the audit file is not the sample it says it is",
    "mixed_versions": "several models scored these notes",
    "empty": "no note",
}


def render_page(report: Report) -> str:
    """Write the report as HTML with no script and nothing to load."""
    rows = "\n".join(_row(row, _columns(report)) for row in report.rows)
    undated = ", ".join(f"{feed} {count}" for feed, count in report.undated.items() if count) or "none"
    statuses = "".join(f"<li><span class='status {name}'>{name}</span> {text}</li>" for name, text in _STATUSES.items())
    facts = {
        "Estimand": report.estimand,
        "Frame": report.frame,
        "Periods": f"{report.period}, cut in Asia/Shanghai; undated notes: {undated}",
        "Model": report.model_version,
    }
    if report.audit_sha256:
        facts["Audit"] = f"sha256 {report.audit_sha256}; labels outside these rows: {report.unplaced_audit_labels}"
    head = "".join(f"<th>{name}</th>" for name in _columns(report))
    lines = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in facts.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authenticity ratio</title><style>{_STYLE}</style></head><body>
<h1>Authenticity ratio <small>真实分享占比</small></h1>
<table>{lines}</table>
<h2>Feeds</h2>
<table class="feeds"><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table>
<h2>How to read it</h2>
<p>The dark bar is the interval of these very notes (realised); the pale one also holds chance in which notes came
to be (process): use it to ask whether a feed changed. The grey tick is the uncorrected count, a diagnostic only.
Where too few disclosed ads were validated, ad 广告 is both kinds in one. Model-based shares of the other labels are
estimated on their own and need not add up to 100 %. A share whose interval excludes next to nothing is not shown. The
disclosure rate is disclosed ads 已声明广告 among all ads, diversion 站外导流 aside. Only the author's own content
counts: other people's comments do not make an author commercial.</p>
<p>Audited shares: stratified difference estimator (prediction-powered inference). Model-based shares: probabilistic
adjusted classify-and-count (PACC) with the model's validation statistics.</p>
<ul>{statuses}</ul>
</body></html>
"""


def _columns(report: Report) -> tuple[str, ...]:
    organic = f"Organic 真实分享 ({report.level:.0%} CI)"
    return "Feed", "Period", organic, "Other labels", "Disclosure rate", "Notes", "Status"


def _row(row: FeedRow, columns: tuple[str, ...]) -> str:
    organic = f"<div><b class='share'>{_percent(row.organic)}</b>{_bar(row)}</div>" if row.organic else "–"
    others = "".join(
        f"<span>{_NAMES.get(share.name, share.name)}</span><span class='share'>{_percent(share)}</span>"
        for share in row.other_shares
    )
    rate = f"<span class='share'>{_percent(row.disclosure_rate)}</span>" if row.disclosure_rate else "–"
    labels = f"<br><small>{row.audit.labelled} labels</small>" if row.audit else ""
    reasons = f"<br><small>{escape('; '.join(row.reasons))}</small>" if row.reasons else ""
    cells = (
        "<i>all feeds</i>" if row.feed is None else escape(row.feed),
        escape(row.period or "–"),
        organic,
        f"<div class='others'>{others}</div>" if others else "–",
        rate,
        f"{row.n:,}",
        f"<div><span class='status {row.status.value}'>{row.status.value}</span>{labels}{reasons}</div>",
    )
    tags = (f"<td{' class=n' if name == 'Notes' else ''} data-name='{name}'>" for name in columns)
    return f"<tr>{''.join(f'{tag}{cell}</td>' for tag, cell in zip(tags, cells, strict=True))}</tr>"


def _bar(row: FeedRow) -> str:
    """Draw the two intervals and the count on a scale from 0 to 100 %."""
    if row.organic is None:
        return ""
    organic = row.organic
    parts = [f"<line x1='0' x2='{_WIDTH}' y1='10' y2='10' stroke='#e2e6ec'/>"]
    if organic.process_ci_low is not None and organic.process_ci_high is not None:
        parts.append(_box(organic.process_ci_low, organic.process_ci_high, "#c9dcf5"))
    parts.append(_box(organic.ci_low, organic.ci_high, "#4a7fc1"))
    parts.append(f"<circle cx='{organic.share * _WIDTH:.1f}' cy='10' r='3.5' fill='#14305a'/>")
    if row.naive:
        at = f"{row.naive.share * _WIDTH:.1f}"
        parts.append(f"<line x1='{at}' x2='{at}' y1='3' y2='17' stroke='#9aa4b2' stroke-width='1.5'/>")
    title = f"<title>{_percent(organic)}</title>"
    size = f"width='{_WIDTH}' height='20' viewBox='0 0 {_WIDTH} 20'"
    return f"<svg {size} role='img' style='overflow:visible'>{title}{''.join(parts)}</svg>"


def _box(low: float, high: float, colour: str) -> str:
    width = max(1.0, (high - low) * _WIDTH)
    return f"<rect x='{low * _WIDTH:.1f}' y='6' width='{width:.1f}' height='8' rx='2' fill='{colour}'/>"


def _percent(share: Share) -> str:
    return f"{share.share:.1%} ({share.ci_low:.1%}–{share.ci_high:.1%})"
