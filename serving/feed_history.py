"""`huoren feed changes`: steps in the series of all feeds that are not chance."""

import argparse

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serving.feed_input import add_feed_options, make_report
from serving.feeds.history import History, history_of
from serving.feeds.place_words import feed_name
from serving.feeds.steps import COMMENT_SERIES
from serving.report_table import size_of

EXAMPLE = "example: huoren feed changes scored/ --period week"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren feed changes`."""
    add_feed_options(parser)
    parser.add_argument("--period", choices=("day", "week", "month"), default="month", help="default: month")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """List the steps.

    Raises
    ------
    AppError
        If a file is unusable.
    """
    console = console or Console()
    history = history_of(make_report(args))
    if args.json:
        console.out(msgspec.json.format(msgspec.json.encode(history), indent=2).decode(), highlight=False)
    else:
        _print(history, console)
    return 0


def _print(history: History, console: Console) -> None:
    title = f"{len(history.change_points)} steps in {len(history.periods)} periods, at most 5 % of them false"
    table = Table("feed", "series", "from", f"size ({history.level:.0%} CI)", title=title, box=SIMPLE)
    table.add_column("q", justify="right")
    for point in history.change_points:
        feed = feed_name(point.feed)
        series = "comments" if point.series == COMMENT_SERIES else point.series
        cells = (feed, series, point.period, size_of(point), f"{point.q_value:.2g}")
        table.add_row(*map(escape, cells))
    console.print(table)
    for each in history.series_breaks:
        feed = feed_name(each.feed)
        line = f"break: {feed}, from {each.period}: {each.kind} {each.before} before, {each.after} after"
        console.print(f"{line}; {each.overlap} periods hold both", markup=False, highlight=False, soft_wrap=True)
