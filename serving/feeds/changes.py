"""Changes of each row since the period before and since the same period of the year before."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from serving.feeds.difference import subtract_rows
from serving.feeds.periods import period_before, period_last_year
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.rows import Change


def add_changes(estimated: Sequence[Estimated], maker: RowMaker) -> list[Estimated]:
    """Fill `since_last_period` and `since_last_year` of rows by period; None where there is no such row."""
    by_place = {(each.place.feed, each.place.period): each for each in estimated}

    def since(after: Estimated, period: str | None) -> Change | None:
        before = by_place.get((after.place.feed, period)) if period else None
        return None if before is None else subtract_rows(maker, after, before, level=maker.level)

    changed = []
    for each in estimated:
        name = each.place.period
        if name is None or each.organic is None:
            changed.append(each)
            continue
        row = msgspec.structs.replace(
            each.row,
            since_last_period=since(each, period_before(name)),
            since_last_year=since(each, period_last_year(name)),
        )
        changed.append(replace(each, row=row))
    return changed
