"""`huoren report`: the authenticity ratio of each feed and period of a scored archive."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from data.errors import ConfigError
from data.notes import Note
from data.records import read_notes
from serving.audit_file import read_audit
from serving.feed_shares import build_report
from serving.note_weights import WEIGHTS
from serving.periods import PERIODS
from serving.report_files import check_ending, render_json, write_report
from serving.report_model import read_report_model, released_folder
from serving.report_table import print_report
from serving.scored_columns import read_scored

EXAMPLE = "example: huoren report scored/ --period week --audit audit.csv -o report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren report`."""
    add_estimate_options(parser)
    parser.add_argument("--period", choices=PERIODS, default="month", help="cut in Asia/Shanghai (default: month)")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="the notes that were scored: adds telling words")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .json, .csv or .html")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def add_estimate_options(parser: argparse.ArgumentParser) -> None:
    """Declare what a share is estimated from: the archive, `--weight`, `--audit`, `--model`, `--level`."""
    parser.add_argument("scored", type=Path, metavar="SCORED", help="what `huoren score` wrote: a file or a folder")
    parser.add_argument("--audit", type=Path, metavar="FILE", help="labels of a probability sample, .jsonl or .csv")
    parser.add_argument("--model", type=Path, metavar="DIR", help="the model that scored (default: the released one)")
    weights = "what a note weighs: 1, its impressions, its likes (default: count)"
    parser.add_argument("--weight", choices=WEIGHTS, default="count", help=weights)
    parser.add_argument("--level", type=level, default=0.95, metavar="P", help="of every interval (default: 0.95)")


def level(text: str) -> float:
    """Read a level between 0 and 1; for argparse's `type`."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1, such as 0.95")
    return number


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
    model = read_report_model(args.model or released_folder())
    audit = read_audit(args.audit) if args.audit else None
    report = build_report(
        read_scored(args.scored),
        model,
        period=args.period,
        weight=args.weight,
        audit=audit,
        level=args.level,
        notes=_notes(args.notes) if args.notes else None,
    )
    if args.output:
        write_report(report, args.output)
    if args.json and not args.quiet:
        console.out(render_json(report), end="", highlight=False)
    elif not args.quiet:
        print_report(report, console)
    return 0


def _notes(path: Path) -> Iterator[Note]:
    return (record.note for record in read_notes(path))
