"""`huoren feed compare`: how far two feeds, or one feed in two periods, lie apart."""

import argparse
from typing import NamedTuple

import msgspec
from rich.console import Console

from data.errors import ConfigError, DataError
from models.prevalence import Status
from serving.feed_input import add_feed_options, read_feed_input
from serving.feeds.difference import subtract_rows
from serving.feeds.note_weights import ESTIMANDS
from serving.feeds.periods import kind_of_period
from serving.feeds.row_estimate import Estimated
from serving.feeds.rows import Change, Share
from serving.feeds.shares import Estimates, estimate_rows

EXAMPLE = "example: huoren feed compare scored/ skincare outdoors --period 2025-03"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two; period None is the whole range."""

    feed: str
    period: str | None
    status: Status
    n: int
    organic: Share | None
    reasons: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The change from `before` to `after`; None, with a reason, where the two have no joint interval."""

    schema_version: int = 1
    estimand: str
    level: float
    before: Side
    after: Side
    change: Change | None
    reason: str | None


class _Named(NamedTuple):
    feed: str
    period: str | None


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


def compare(
    estimates: Estimates, before: tuple[str, str | None], after: tuple[str, str | None], *, estimand: str
) -> Comparison:
    """Compare two rows, each named by feed and period (None: the whole range).

    Raises
    ------
    DataError
        If there is no such row.
    """
    a, b = _find(estimates, *before), _find(estimates, *after)
    change = subtract_rows(estimates.maker, b, a, level=estimates.maker.level)
    if change is not None and a.place.feed != b.place.feed:
        change = msgspec.structs.replace(change, since=a.place.feed or "")
    return Comparison(
        estimand=estimand,
        level=estimates.maker.level,
        before=_side(a),
        after=_side(b),
        change=change,
        reason=None if change else _why_not(a, b),
    )


def _named(args: argparse.Namespace) -> tuple[_Named, _Named, str]:
    """Read off the arguments which two places are meant, and how the archive must be cut for them."""
    if args.periods:
        if len(args.feeds) != 1:
            raise ConfigError(f"--periods compares one feed with itself. Got {len(args.feeds)} feeds.")
        kinds = {kind_of_period(name) for name in args.periods}
        if len(kinds) > 1:
            raise ConfigError(
                f"two periods must be of one kind, such as months. Got a {' and a '.join(sorted(kinds))}."
            )
        first, second = args.periods
        return _Named(args.feeds[0], first), _Named(args.feeds[0], second), kinds.pop()
    if len(args.feeds) != 2:
        raise ConfigError(f"two feeds compare, or one with --periods. Got {len(args.feeds)} feeds.")
    kind = kind_of_period(args.period) if args.period else "all"
    return _Named(args.feeds[0], args.period), _Named(args.feeds[1], args.period), kind


def _find(estimates: Estimates, feed: str, period: str | None) -> Estimated:
    rows = estimates.overall if period is None else estimates.by_period
    for each in rows:
        if (each.place.feed, each.place.period) == (feed, period):
            return each
    known = sorted({each.place.feed for each in estimates.overall if each.place.feed is not None})
    if feed not in known:
        shown = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        raise DataError(f"a feed must be one of the archive's: {shown}. Got {feed!r} instead.")
    raise DataError(f"feed {feed!r} must have notes in the period. Got none in {period}.")


def _side(each: Estimated) -> Side:
    row = each.row
    return Side(
        feed=row.feed or "", period=row.period, status=row.status, n=row.n, organic=row.organic, reasons=row.reasons
    )


def _why_not(a: Estimated, b: Estimated) -> str:
    if a.organic is None or b.organic is None:
        return "a share is not known: see its status and reasons"
    return "one share rests on labels and the other does not: what differs between the methods would pass for change"


def _print(comparison: Comparison, console: Console) -> None:
    level = f"{comparison.level:.0%} CI"
    lines = []
    for side in (comparison.before, comparison.after):
        share = side.organic
        number = f"{share.share:.1%} ({level} {share.ci_low:.1%} to {share.ci_high:.1%})" if share else "no number"
        lines.append(
            f"{side.feed}, {side.period or 'whole range'}: organic {number}, {side.status.value}, {side.n:,} notes"
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
