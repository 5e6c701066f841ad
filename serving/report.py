"""`huoren report`: the authenticity ratio of each feed and period of a scored archive."""

import argparse
import re
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serving.audit_file import read_audit
from serving.feed_rows import FeedRow, Report, Share
from serving.feed_shares import build_report
from serving.periods import PERIODS
from serving.report_files import check_ending, render_json, write_report
from serving.report_model import read_report_model, released_folder
from serving.scored_columns import read_scored

_NUMBER = re.compile(r"\d+(\.\d+)?")
EXAMPLE = "example: huoren report scored/ --period week --audit audit.csv -o report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren report`."""
    parser.add_argument("scored", type=Path, metavar="SCORED", help="what `huoren score` wrote: a file or a folder")
    parser.add_argument("--period", choices=PERIODS, default="month", help="cut in Asia/Shanghai (default: month)")
    parser.add_argument("--audit", type=Path, metavar="FILE", help="labels of a probability sample, .jsonl or .csv")
    parser.add_argument("--model", type=Path, metavar="DIR", help="the model that scored (default: the released one)")
    parser.add_argument("--weight", choices=["count"], default="count", help="what a note weighs (default: count, 1)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .json, .csv or .html")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Make the report that the arguments ask for; 0 when it was made, whatever its rows' statuses.

    Raises
    ------
    AppError
        If the archive, the audit file or the model is unusable, or the output cannot be written.
    """
    console = console or Console()
    if args.output:
        check_ending(args.output)
    model = read_report_model(args.model or released_folder())
    audit = read_audit(args.audit) if args.audit else None
    report = build_report(read_scored(args.scored), model, period=args.period, audit=audit)
    if args.output:
        write_report(report, args.output)
    if args.json and not args.quiet:
        console.out(render_json(report), end="", highlight=False)
    elif not args.quiet:
        print_table(report, console)
    return 0


def print_table(report: Report, console: Console) -> None:
    """Print the rows, with what they are estimates of below them."""
    table = Table(
        "feed", "period", f"organic ({report.level:.0%} CI)", "status", "labels", "count", title="Authenticity ratio"
    )
    table.add_column("notes", justify="right")
    for row in report.rows:
        table.add_row(*map(escape, _cells(row)))
    console.print(table)
    lines = [f"estimand: {report.estimand}", f"frame: {report.frame}", f"model: {report.model_version}"]
    if undated := sum(report.undated.values()):
        lines.append(
            f"undated notes, in no {report.period}: {undated}"
            if report.period != "all"
            else f"undated notes: {undated}"
        )
    if report.unplaced_audit_labels:
        lines.append(f"audit labels outside these feeds and periods: {report.unplaced_audit_labels}")
    lines += _reasons(report)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _reasons(report: Report) -> list[str]:
    """Say each reason once; those that differ in their numbers only, with the first row's and how many there are."""
    alike: dict[str, list[str]] = {}
    for row in report.rows:
        for reason in row.reasons:
            alike.setdefault(_NUMBER.sub("#", f"{row.status}: {reason}"), []).append(f"{row.status}: {reason}")
    return [
        f"{reasons[0]} ({len(reasons)} rows{', numbers differ' if len(set(reasons)) > 1 else ''})"
        if len(reasons) > 1
        else reasons[0]
        for _, reasons in sorted(alike.items())
    ]


def _cells(row: FeedRow) -> tuple[str, ...]:
    labels = str(row.audit.labelled) if row.audit else ""
    counted = f"{row.naive.share:.1%}" if row.naive else ""
    feed = "all feeds" if row.feed is None else row.feed
    return feed, row.period or "–", _percent(row.organic), row.status.value, labels, counted, f"{row.n:,}"


def _percent(share: Share | None) -> str:
    return f"{share.share:.1%} ({share.ci_low:.1%}–{share.ci_high:.1%})" if share else "–"
