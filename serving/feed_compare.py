"""`huoren feed compare`: how far two feeds, or one feed in two periods, lie apart."""

import argparse

import msgspec
from rich.console import Console

from data.errors import ConfigError
from serving.feed_input import add_feed_options, read_feed_input
from serving.feeds.comparison import compare
from serving.feeds.comparison_shape import Comparison, NamedPlace, two_feeds, two_periods
from serving.feeds.estimates import estimate_rows
from serving.feeds.note_weights import ESTIMANDS
from serving.feeds.periods import Period
from serving.feeds.place_words import feed_name

EXAMPLE = "example: huoren feed compare scored/ skincare outdoors --period 2025-03"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `huoren feed compare`."""
    add_feed_options(parser)
    parser.add_argument("feeds", nargs="+", metavar="FEED", help="two feeds, or one with --periods")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--period", metavar="P", help="of both feeds: 2025-03, 2025-W11 or 2025-03-12 (default: all)")
    when.add_argument("--periods", nargs=2, metavar=("P", "Q"), help="of the one feed, from P to Q")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.epilog = EXAMPLE


def run(args: argparse.Namespace, console: Console | None = None) -> int:
    """Compare what the arguments name.

    Raises
    ------
    AppError
        If a file is unusable, or a feed or period is not in the archive.
    """
    console = console or Console()
    before, after, period = _named(args)
    columns, model, audit = read_feed_input(args)
    estimates = estimate_rows(
        columns, model, period=period, weight=args.weight, audit=audit, level=args.level, changes=False
    )
    comparison = compare(estimates, before, after, estimand=ESTIMANDS[args.weight])
    if args.json:
        console.out(msgspec.json.format(msgspec.json.encode(comparison), indent=2).decode(), highlight=False)
    else:
        _print(comparison, console)
    return 0


def _named(args: argparse.Namespace) -> tuple[NamedPlace, NamedPlace, Period]:
    """Read off the arguments which two places are meant, and how the archive must be cut for them."""
    if args.periods:
        if len(args.feeds) != 1:
            raise ConfigError(f"--periods compares one feed with itself. Got {len(args.feeds)} feeds.")
        return two_periods(args.feeds[0], *args.periods)
    if len(args.feeds) != 2:
        raise ConfigError(f"two feeds compare, or one with --periods. Got {len(args.feeds)} feeds.")
    if args.feeds[0] == args.feeds[1]:
        raise ConfigError("two feeds must differ to be compared, or one comes with --periods. Got one feed twice.")
    first, second = args.feeds
    return two_feeds(first, second, args.period)


def _print(comparison: Comparison, console: Console) -> None:
    level = f"{comparison.level:.0%} CI"
    lines = []
    for side in (comparison.before, comparison.after):
        share = side.organic
        number = f"{share.share:.1%} ({level} {share.ci_low:.1%} to {share.ci_high:.1%})" if share else "no number"
        lines.append(
            f"{feed_name(side.feed)}, {side.period or 'whole range'}: "
            f"organic {number}, {side.status.value}, {side.n:,} notes"
        )
        lines += [f"  {reason}" for reason in side.reasons]
    change = comparison.change
    if change is None:
        lines.append(f"difference: none. {comparison.reason}")
    else:
        sure = change.ci_low > 0 or change.ci_high < 0
        lines.append(
            f"difference: {change.difference:+.1%} ({level} {change.ci_low:+.1%} to {change.ci_high:+.1%}): "
            f"{'more than chance' if sure else 'chance explains it'}"
        )
        if change.mix is not None and change.within is not None:
            lines.append(
                f"  of the model-based difference, mix of channels {change.mix:+.1%}, within them {change.within:+.1%}"
            )
    for line in (*lines, f"estimand: {comparison.estimand}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
