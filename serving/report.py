"""`huoren report`: the authenticity ratio of each feed and period of a scored archive."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from data.errors import ConfigError
from data.notes import Note
from data.records import read_notes
from serving.feed_input import add_feed_options, make_report
from serving.feeds.periods import PERIODS
from serving.report_files import check_ending, render_json, write_report
from serving.report_table import print_report

EXAMPLE = "example: huoren report scored/ --period week --audit audit.csv -o report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren report`."""
    add_feed_options(parser)
    parser.add_argument("--period", choices=PERIODS, default="month", help="cut in Asia/Shanghai (default: month)")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="the notes that were scored: adds telling words")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .json, .csv or .html")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Make the report that the arguments ask for; 0 when it was made, whatever its rows' statuses.

    Raises
    ------
    AppError
        If the archive, the audit file, the notes or the model is unusable, or the output cannot be written.
    """
    console = console or Console()
    if args.output:
        check_ending(args.output)
    if args.notes and not args.notes.exists():
        raise ConfigError(f"{args.notes}: the notes must exist. Got no such file.")
    report = make_report(args, _notes(args.notes) if args.notes else None)
    if args.output:
        write_report(report, args.output)
    if args.json and not args.quiet:
        console.out(render_json(report), end="", highlight=False)
    elif not args.quiet:
        print_report(report, console)
    return 0


def _notes(path: Path) -> Iterator[Note]:
    return (record.note for record in read_notes(path))
