"""When notes were collected: the lag since they were published, and whether a period was still going on."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from serving.feeds.periods import period_end_us
from serving.feeds.scored_columns import IntArray, ScoredColumns

_DAY_US = 24 * 3600 * 1_000_000
LATE_DAYS = 30  # moderation and the author had that long to take a note down before we saw it


def lag_days(columns: ScoredColumns, notes: IntArray) -> npt.NDArray[np.float64]:
    """Days from publishing to the first collecting, of those notes that both are known of; not below 0.

    A note collected anew, say to count its likes again, was seen before: it had survived that long only.
    """
    known = notes[columns.dated[notes] & columns.collected_known[notes]]
    lag: IntArray = np.maximum(0, columns.first_collected_us[known] - columns.published_us[known])
    days: npt.NDArray[np.float64] = lag / _DAY_US
    return days


def last_collections(columns: ScoredColumns) -> Mapping[str | None, int]:
    """Last moment each feed was collected at, in microseconds; None (all feeds) is the earliest of them.

    A feed without any known time of collection is left out, and so is None where one is.
    """
    last = np.full(len(columns.feeds), -1, dtype=np.int64)
    known = columns.collected_known
    np.maximum.at(last, columns.feed[known], columns.collected_us[known])
    moments: dict[str | None, int] = {
        feed: int(moment) for feed, moment in zip(columns.feeds, last, strict=True) if moment >= 0
    }
    if moments and len(moments) == len(columns.feeds):
        moments[None] = min(moments.values())
    return moments


def is_complete(period: str | None, last_collection: int | None) -> bool:
    """Tell whether a period had ended when its feed was last collected; True where that is not known."""
    if period is None or last_collection is None:
        return True
    return last_collection >= period_end_us(period)
