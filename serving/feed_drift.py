"""`huoren feed drift`: alarms, and what is checked of each feed and period."""

import argparse

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.prevalence import Status
from serving.feed_input import add_feed_options, make_report
from serving.feeds.place_words import feed_name
from serving.feeds.report_shape import Alarm
from serving.feeds.rows import Checks, FeedRow

EXAMPLE = "example: huoren feed drift scored/ --audit audit.csv"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What is checked of one row; period None is the whole range, feed None all feeds."""

    feed: str | None
    period: str | None
    status: Status
    n: int
    checks: Checks


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms over all rows, and the rows; a passed test is no proof: what looks organic is seen by audits alone."""

    schema_version: int = 1
    model_version: str
    alarms: tuple[Alarm, ...]
    rows: tuple[Checked, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren feed drift`."""
    add_feed_options(parser)
    parser.add_argument("--period", choices=("day", "week", "month", "all"), default="month", help="default: month")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """List alarms and checks.

    Raises
    ------
    AppError
        If a file is unusable.
    """
    console = console or Console()
    report = make_report(args)
    rows = tuple(map(_checked, (*report.overall, *report.rows)))
    drift = Drift(model_version=report.model_version, alarms=report.alarms, rows=rows)
    if args.json:
        console.out(msgspec.json.format(msgspec.json.encode(drift), indent=2).decode(), highlight=False)
    else:
        _print(drift, console)
    return 0


def _checked(row: FeedRow) -> Checked:
    return Checked(feed=row.feed, period=row.period, status=row.status, n=row.n, checks=row.checks)


def _print(drift: Drift, console: Console) -> None:
    title = f"{len(drift.alarms)} alarms, model {drift.model_version}"
    table = Table("feed", "period", title=title, box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("notes", "counted", "PACC", "EMQ", "fit p", "audit z", "lag days"):
        table.add_column(name, justify="right")
    for row in drift.rows:
        checks = row.checks
        table.add_row(
            escape(feed_name(row.feed)),
            row.period or "all",
            f"{row.n:,}",
            _number(checks.naive.share if checks.naive else None, ".1%"),
            _number(checks.pacc_organic, ".1%"),
            _number(checks.emq_organic, ".1%"),
            _number(checks.goodness_of_fit_p, ".3f"),
            _number(checks.audit_model_z, "+.1f"),
            _number(checks.lag_days_median, ".1f"),
        )
    console.print(table)
    for alarm in drift.alarms:
        console.print(f"alarm {alarm.kind}: {alarm.text}", markup=False, highlight=False, soft_wrap=True)


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
