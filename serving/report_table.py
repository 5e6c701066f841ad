"""A report on the terminal: rows, the whole range first, and what happened between them below."""

import re

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serving.feeds.place_words import feed_name
from serving.feeds.report_shape import ChangePoint, Report
from serving.feeds.rows import CommentDensity, FeedRow, Share

_NUMBER = re.compile(r"\d+(\.\d+)?")
_TERMS_SHOWN = 10
_WIDE = 110  # columns of a terminal


def print_report(report: Report, console: Console) -> None:
    """Print the rows, then alarms, change points, and what the rows are estimates of; more columns where there is room.

    With status stands the number of labels, where there are any.
    """
    is_wide = console.width >= _WIDE
    table = Table(title="Authenticity ratio", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("feed", overflow="fold")  # a name may break, a number must not
    table.add_column("period", no_wrap=True)
    table.add_column(f"organic ({report.level:.0%} CI)", no_wrap=True)
    table.add_column("status", overflow="fold")
    if is_wide:
        table.add_column("commercial", no_wrap=True)
    for name in ("counted", "diverting\ncomments", "notes") if is_wide else ("comments", "notes"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report.overall:
        table.add_row(*map(escape, _cells(row, is_wide=is_wide)))
    if report.rows:
        table.add_section()
    for row in report.rows:
        table.add_row(*map(escape, _cells(row, is_wide=is_wide)))
    console.print(table)
    for line in _lines(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def size_of(point: ChangePoint) -> str:
    """Write a step's size with its interval in the unit of its series."""
    if point.series == "organic":
        return f"{point.size:+.1%} ({point.ci_low:+.1%} to {point.ci_high:+.1%})"
    return f"{point.size:+.1f}‰ ({point.ci_low:+.1f} to {point.ci_high:+.1f})"


def _lines(report: Report) -> list[str]:
    lines = [f"alarm {alarm.kind}: {alarm.text}" for alarm in report.alarms]
    lines += [_change(point) for point in report.change_points]
    if words := [f"{term.word} {term.commercial}:{term.other}" for term in report.terms if term.z > 0][:_TERMS_SHOWN]:
        lines.append(f"words of commercial notes (commercial:other notes): {', '.join(words)}")
    lines += [f"estimand: {report.estimand}", f"frame: {report.frame}", f"model: {report.model_version}"]
    if undated := sum(report.undated.values()):
        where = "in no period, but in the whole range" if report.periods else "in the whole range"
        lines.append(f"undated notes, {where}: {undated}")
    if report.unplaced_audit_labels:
        lines.append(f"audit labels outside these feeds and periods: {report.unplaced_audit_labels}")
    if not all(row.is_complete for row in report.rows):
        lines.append("*: collected before the period ended")
    return lines + _reasons(report)


def _change(point: ChangePoint) -> str:
    feed = feed_name(point.feed)
    return f"change: {feed}, from {point.period}: {point.series} {size_of(point)}, q {point.q_value:.2g}"


def _reasons(report: Report) -> list[str]:
    """Say each reason once; those that differ in their numbers only, with the first row's and how many there are."""
    alike: dict[str, list[str]] = {}
    for row in (*report.overall, *report.rows):
        for reason in row.reasons:
            alike.setdefault(_NUMBER.sub("#", f"{row.status}: {reason}"), []).append(f"{row.status}: {reason}")
    return [
        f"{reasons[0]} ({len(reasons)} rows{', numbers differ' if len(set(reasons)) > 1 else ''})"
        if len(reasons) > 1
        else reasons[0]
        for _, reasons in sorted(alike.items())
    ]


def _cells(row: FeedRow, *, is_wide: bool) -> tuple[str, ...]:
    labels = f" {row.audit.labelled}" if row.audit and row.audit.labelled else ""
    naive = row.checks.naive
    return (
        feed_name(row.feed),
        f"{row.period or 'all'}{'' if row.is_complete else '*'}",
        _percent(row.organic),
        f"{row.status.value}{labels}",
        *((_percent(row.commercial_share), f"{naive.share:.1%}" if naive else "–") if is_wide else ()),
        _per_mille(row.comment_diversion),
        f"{row.n:,}",
    )


def _percent(share: Share | None) -> str:
    return f"{share.share:.1%} ({100 * share.ci_low:.1f}–{share.ci_high:.1%})" if share else "–"


def _per_mille(comments: CommentDensity | None) -> str:
    return f"{comments.density.value:.1f}‰" if comments and comments.density else "–"
