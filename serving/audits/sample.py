"""What an audit draws, as it is asked for and as it comes out."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from serving.audits.file import AuditRow

HALF_WIDTHS = (0.02, 0.03, 0.05)


@dataclass(frozen=True, kw_only=True)
class AuditOptions:
    """What to draw: `labels` for each feed and period, or as many as `half_width` needs.

    `feeds` and `periods` empty: all of them. `twice` is the share of drawn notes that two people label.
    """

    period: str = "month"
    feeds: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    labels: int = 200
    half_width: float | None = None
    design: str = "stratified"  # stratified | pps
    weight: str = "count"  # count | exposure | likes
    by_channel: bool = False
    twice: float = 0.15
    seed: int = 0


@dataclass(frozen=True)
class DrawnPlace:
    """The audit of one feed and period: its rows in random order, and those to be labelled twice.

    `needed` labels would make intervals of each of `HALF_WIDTHS`.
    """

    feed: str
    period: str
    n_notes: int
    rows: tuple[AuditRow, ...]
    twice: tuple[str, ...]
    needed: tuple[int, ...]


@dataclass(frozen=True)
class AuditPlan:
    """All draws, and (feed, period, why) of places that were left out."""

    places: tuple[DrawnPlace, ...]
    left_out: tuple[tuple[str, str, str], ...]


def sheet_order(note_ids: Iterable[str], seed: int) -> list[str]:
    """Name each note once, in random order: neither stratum nor place tells what the model thinks of it."""
    ids = sorted(set(note_ids))
    return [ids[at] for at in np.random.default_rng(seed).permutation(len(ids))]
