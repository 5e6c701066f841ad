"""What `huoren report` and `huoren feed` are called with: the archive, its audit, the model, weight and level."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from data.notes import Note
from serving.audits.file import AuditFile, read_audit
from serving.feeds.note_weights import WEIGHTS
from serving.feeds.report_model import ReportModel, read_report_model, released_folder
from serving.feeds.report_shape import Report
from serving.feeds.scored_columns import ScoredColumns, read_scored
from serving.feeds.whole_report import build_report


class FeedInput(NamedTuple):
    """The files that the arguments name, read."""

    columns: ScoredColumns
    model: ReportModel
    audit: AuditFile | None


def add_feed_options(parser: argparse.ArgumentParser) -> None:
    """Declare SCORED, `--audit`, `--model`, `--weight` and `--level`."""
    parser.add_argument("scored", type=Path, metavar="SCORED", help="what `huoren score` wrote: a file or a folder")
    parser.add_argument("--audit", type=Path, metavar="FILE", help="labels of a probability sample, .jsonl or .csv")
    parser.add_argument("--model", type=Path, metavar="DIR", help="the model that scored (default: the released one)")
    weights = "what a note weighs: 1, its impressions, its likes (default: count)"
    parser.add_argument("--weight", choices=WEIGHTS, default="count", help=weights)
    parser.add_argument("--level", type=_level, default=0.95, metavar="P", help="of every interval (default: 0.95)")


def read_feed_input(args: argparse.Namespace) -> FeedInput:
    """Read the files; the small ones first, so that a mistake in one is told at once.

    Raises
    ------
    AppError
        If the model, the audit file or the archive is unusable.
    """
    model = read_report_model(args.model or released_folder())
    audit = read_audit(args.audit) if args.audit else None
    return FeedInput(read_scored(args.scored), model, audit)


def make_report(args: argparse.Namespace, notes: Iterable[Note] | None = None) -> Report:
    """Read the files and report on them by `args.period`.

    Raises
    ------
    AppError
        If the model, the audit file, the archive or the notes are unusable.
    """
    columns, model, audit = read_feed_input(args)
    return build_report(
        columns, model, period=args.period, weight=args.weight, audit=audit, level=args.level, notes=notes
    )


def _level(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1, such as 0.95")
    return number
