"""`huoren audit plan`: draw notes of each feed and period for people to label, and sheets to label them on."""

import argparse
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.errors import ConfigError
from serving.audits.draw import plan_audit
from serving.audits.file import write_audit, write_table
from serving.audits.labels import SHEET_COLUMNS
from serving.audits.sample import HALF_WIDTHS, AuditOptions, AuditPlan, sheet_order
from serving.audits.small_table import check_ending
from serving.cli_output import tell
from serving.feeds.note_weights import WEIGHTS
from serving.feeds.periods import PERIODS
from serving.feeds.place_words import feed_name
from serving.feeds.scored_columns import read_scored
from serving.options import natural_int, positive_int

EXAMPLE = "example: huoren audit plan scored/ -o audit.csv --period month --periods 2025-03 --half-width 0.03"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren audit plan`."""
    parser.add_argument("scored", type=Path, metavar="SCORED", help="what `huoren score` wrote: a file or a folder")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE",
        help="the audit file, .csv or .jsonl; for the annotators, FILE's sheets .first.csv and .second.csv beside it",
    )  # fmt: skip
    parser.add_argument("--period", choices=PERIODS, default="month", help="cut in Asia/Shanghai (default: month)")
    parser.add_argument("--feed", nargs="+", default=[], metavar="NAME", help="only these feeds (default: all)")
    parser.add_argument(
        "--periods", nargs="+", default=[], metavar="NAME", help="only these, as 2025-03 (default: all)"
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument(
        "--labels", type=_several, default=200, metavar="N", help="notes per feed and period (default: 200)"
    )
    amount.add_argument(
        "--half-width",
        type=_width,
        metavar="W",
        help="as many as an interval of plus or minus W needs (0.02: 2 points)",
    )
    parser.add_argument(
        "--design", choices=["stratified", "pps"], default="stratified",
        help="by strata of the model's opinion, or with probability proportional to weight (default: stratified)",
    )  # fmt: skip
    parser.add_argument("--weight", choices=WEIGHTS, default="count", help="what a note will weigh (default: count, 1)")
    parser.add_argument("--channel", choices=["keyword"], help="stratify by keyword too")
    parser.add_argument(
        "--twice", type=_ratio, default=0.15, metavar="SHARE", help="share that two people label (default: 0.15)"
    )
    parser.add_argument("--seed", type=natural_int, default=0, help="of the draw (default: 0)")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Write the audit file and its sheets.

    Raises
    ------
    AppError
        If the archive is unusable, a file exists already, or no feed and period can be audited.
    """
    check_ending(args.output, "an audit file")
    first, second = sheet_paths(args.output)
    for path in (args.output, first, second):
        if path.exists():
            raise ConfigError(f"{path}: an audit must not overwrite one, with its labels. Got a file; name another.")
    if not args.output.parent.is_dir():
        raise ConfigError(f"{args.output}: an audit must be written to a folder that exists. Got none.")
    if args.design == "pps" and args.channel:
        raise ConfigError("--channel makes strata, and --design pps draws without any. Got both.")
    options = AuditOptions(
        period=args.period,
        feeds=tuple(args.feed),
        periods=tuple(args.periods),
        labels=args.labels,
        half_width=args.half_width,
        design=args.design,
        weight=args.weight,
        by_channel=args.channel is not None,
        twice=args.twice,
        seed=args.seed,
    )
    plan = plan_audit(read_scored(args.scored), options)
    with ExitStack() as undo:  # all three files or none
        for path in (args.output, first, second):
            undo.callback(path.unlink, missing_ok=True)
        _write_sheet(first, [row.note_id for place in plan.places for row in place.rows], options.seed)
        _write_sheet(second, [note_id for place in plan.places for note_id in place.twice], options.seed + 1)
        write_audit(args.output, (row for place in plan.places for row in place.rows))
        undo.pop_all()
    if not args.quiet:
        _print(plan, console or Console())
        _tell(plan, args.output, first, second)
    return 0


def sheet_paths(audit: Path) -> tuple[Path, Path]:
    """Name the sheets of an audit file: for everybody's first label, and for the second labels.

    Examples
    --------
    >>> [path.name for path in sheet_paths(Path("march.jsonl"))]
    ['march.first.csv', 'march.second.csv']
    """
    return audit.with_suffix(".first.csv"), audit.with_suffix(".second.csv")


def _write_sheet(path: Path, note_ids: Iterable[str], seed: int) -> None:
    write_table(path, SHEET_COLUMNS, ({"note_id": note_id} for note_id in sheet_order(note_ids, seed)))


def _print(plan: AuditPlan, console: Console) -> None:
    table = Table("feed", "period", title="Notes to label", box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("notes", "drawn", "twice", *(f"for ±{100 * width:.0f} pt" for width in HALF_WIDTHS)):
        table.add_column(name, justify="right")
    for place in plan.places:
        numbers = (place.n_notes, len(place.rows), len(place.twice), *place.needed)
        table.add_row(escape(feed_name(place.feed)), place.period, *(f"{number:,}" for number in numbers))
    console.print(table)


def _tell(plan: AuditPlan, audit: Path, first: Path, second: Path) -> None:
    labels = sum(len(place.rows) for place in plan.places)
    tell(f"{audit}: {labels:,} notes in {len(plan.places):,} feeds and periods; keep it from the annotators")
    tell(f"{first}: for the annotators; take it back with `huoren audit add {audit} {first}`")
    tell(f"{second}: for other annotators; take it back with `huoren audit add {audit} {second} --second`")
    tell("no model may be trained on these notes: it could not be audited with them")
    _tell_left_out(plan.left_out)


def _tell_left_out(left_out: Sequence[tuple[str, str, str]]) -> None:
    if left_out:
        feed, period, why = left_out[0]
        tell(f"left out: {len(left_out):,} feeds and periods, the first {feed!r} {period}: {why}")


def _several(text: str) -> int:
    number = positive_int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("must be a whole number from 2 up")
    return number


def _width(text: str) -> float:
    value = _ratio(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must be a ratio over 0, under 1")
    return value


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("must be a ratio from 0 up, under 1")
    return value
