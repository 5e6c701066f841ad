"""What a page says without JavaScript: the headline, and the tables of feeds and periods."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from math import ceil, floor
from zoneinfo import ZoneInfo

from serving.feeds.report_shape import Report
from serving.feeds.rows import FeedRow, Share

Strings = Mapping[str, Sequence[str]]  # of each text, the English and the Chinese
WIDE = 0.2  # of an interval: from here on it is no ground to act on; as in assets/advice.js
_WIDTH = 160  # of a bar, in pixels for 0 to 100 %


def render_essentials(report: Report, strings: Strings) -> str:
    """Write the headline of all feeds (or the first one), the alarms and two tables, in English with Chinese names."""
    whole = next((row for row in report.overall if row.feed is None), next(iter(report.overall), None))
    alarms = "".join(f"<li>{escape(alarm.text)} {escape(alarm.text_zh)}</li>" for alarm in report.alarms)
    of_whole = [row for row in report.rows if whole is not None and row.feed == whole.feed]
    return f"""<h1>Authenticity ratio <small>真实分享占比</small></h1>
<noscript><p>{strings["no_script"][0]}</p></noscript>
{_headline(report, whole, strings)}
{f"<ul class='alarms'>{alarms}</ul>" if alarms else ""}
<h2>{_both("feeds", strings)}</h2>
{_table(report.overall, report.level, strings)}
<h2>{_both("period", strings)}</h2>
{_table(of_whole, report.level, strings)}
<h2>{_both("trust", strings)}</h2>
<p>{escape(report.estimand)}. {escape(report.frame)}.</p>
<p>{_both("models", strings)}: {escape(report.model_version)}</p>
<p>{_both("generated", strings)}: {_day(report.generated_at)}</p>"""


def percent(share: Share) -> str:
    """Write a share with its interval: 71.3% (68.9–73.7%)."""
    return f"{share.share:.1%} ({100 * share.ci_low:.1f}–{share.ci_high:.1%})"


def _headline(report: Report, row: FeedRow | None, strings: Strings) -> str:
    if row is None:
        return f"<p>{_both('nothing', strings)}</p>"
    place = _feed(row, strings)
    if row.organic is None:
        reason = escape("; ".join(row.reasons)) or strings[f"meaning_{row.status}"][0]
        return f"<p>{place}: <b>{_both('no_number', strings)}</b> {_chip(row, strings)} {reason}</p>"
    plain = _plain(report.weight, row.organic, strings)
    interval = f"{report.level:.0%} CI {100 * row.organic.ci_low:.1f}–{row.organic.ci_high:.1%}"
    labels = f"{row.audit.labelled:,} labels, " if row.audit else ""
    return f"""<p class="figures">{place} <strong>{row.organic.share:.1%}</strong>
<span class="interval">{interval}</span> {_chip(row, strings)}</p>
<p>{labels}{row.n:,} notes, {strings[f"weight_{report.weight}"][0]}</p>
<p class="plain">{plain}</p>"""


def _plain(weight: str, organic: Share, strings: Strings) -> str:
    if organic.ci_high - organic.ci_low < WIDE:
        return strings[f"plain_{weight}"][0].replace("{share}", f"{100 * organic.share:.0f}")
    low, high = floor(100 * organic.ci_low), ceil(100 * organic.ci_high)
    return strings[f"wide_{weight}"][0].replace("{low}", str(low)).replace("{high}", str(high))


def _table(rows: Iterable[FeedRow], level: float, strings: Strings) -> str:
    ratio = _both("ratio", strings).replace("{level}", f"{level:.0%}")
    names = (_both("feed", strings), _both("period", strings), ratio, _both("status", strings), _both("notes", strings))
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    body = "\n".join(_row(row, strings) for row in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"


def _row(row: FeedRow, strings: Strings) -> str:
    share = f"{_bar(row.organic)} {percent(row.organic)}" if row.organic else "–"
    reasons = f" <small>{escape('; '.join(row.reasons))}</small>" if row.reasons else ""
    period = escape(row.period or strings["range"][0])
    cells = (_feed(row, strings), period, share, _chip(row, strings) + reasons, f"{row.n:,}")
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bar(organic: Share) -> str:
    left, width = _WIDTH * organic.ci_low, max(1.0, _WIDTH * (organic.ci_high - organic.ci_low))
    return f"""<svg width="{_WIDTH}" height="12" aria-hidden="true"><path d="M0 6H{_WIDTH}" stroke="#d5dae1"/>
<rect x="{left:.1f}" y="2" width="{width:.1f}" height="8" fill="#5a9bc4"/>
<circle cx="{_WIDTH * organic.share:.1f}" cy="6" r="3"/></svg>"""


def _feed(row: FeedRow, strings: Strings) -> str:
    return f"<i>{_both('whole', strings)}</i>" if row.feed is None else escape(row.feed)


def _chip(row: FeedRow, strings: Strings) -> str:
    return f"<span class='chip {row.status}'>{_both(f'status_{row.status}', strings)}</span>"


def _both(key: str, strings: Strings) -> str:
    return escape(" ".join(strings[key]))


def _day(text: str) -> str:
    """Give a time as the day it falls on in Asia/Shanghai; as it stands where it is no time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return escape(text)
    return f"{time.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M} (Asia/Shanghai)"
