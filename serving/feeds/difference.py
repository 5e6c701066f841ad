"""Difference of the share of organic between two places, with the interval that both estimates allow together."""

from models.prevalence import SharesEstimate, Status
from models.prevalence.difference import ShareDifference, subtract_estimates, subtract_independent
from serving.feeds.mix import split_by_channel
from serving.feeds.one_share import one_share
from serving.feeds.row_estimate import Estimated, RowMaker
from serving.feeds.row_shares import ORGANIC
from serving.feeds.rows import Change

_LABELLED = (Status.AUDITED, Status.SHRUNK, Status.SHRUNK_UNAUDITED)
_MODEL_BASED = (Status.MODEL_BASED, Status.SCREENING)


def subtract_rows(maker: RowMaker, after: Estimated, before: Estimated, *, level: float) -> Change | None:
    """Give the change from one row to another, that of the process behind the notes.

    None where either has no number, or only one is audited: what differs between the methods would pass for change.
    """
    difference = _difference(maker, after, before)
    if difference is None or not difference.status.has_number:
        return None
    value, interval = difference.difference(ORGANIC), difference.interval(ORGANIC, level=level)
    if value is None or interval is None:
        return None
    mix = split_by_channel(maker, after.place, before.place)
    return Change(
        since=before.place.period or "",
        difference=value,
        ci_low=interval.ci_low,
        ci_high=interval.ci_high,
        mix=None if mix is None else mix.mix,
        within=None if mix is None else mix.within,
    )


def _difference(maker: RowMaker, after: Estimated, before: Estimated) -> ShareDifference | None:
    if after.organic is None or before.organic is None or maker.shares is None:
        return None if after.organic is None or before.organic is None else _independent(after, before)
    if after.row.status in _MODEL_BASED and before.row.status in _MODEL_BASED:
        same_source = after.place.feed == before.place.feed
        return subtract_estimates(
            after.organic, before.organic, maker.shares.two, same_source=same_source, process=True
        )
    return _independent(after, before)


def _independent(after: Estimated, before: Estimated) -> ShareDifference | None:
    if after.row.status not in _LABELLED or before.row.status not in _LABELLED:
        return None
    if after.organic is None or before.organic is None:
        return None
    return subtract_independent(_in_two(after.organic), _in_two(before.organic))


def _in_two(estimate: SharesEstimate) -> SharesEstimate:
    """Keep organic and the rest: an audit answers five classes, a shrunk share two."""
    if estimate.shares is None or estimate.covariance is None:
        return estimate
    at = estimate.classes.index(ORGANIC)
    return one_share(
        ORGANIC,
        float(estimate.shares[at]),
        float(estimate.covariance[at, at]),
        status=estimate.status,
        n=estimate.n,
        n_eff=estimate.n_eff,
        degrees=None if estimate.degrees_of_freedom is None else float(estimate.degrees_of_freedom[at]),
    )
