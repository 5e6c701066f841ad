"""Draw the notes that people are to label, in each feed and period of a scored archive."""

import hashlib
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from data.errors import DataError
from data.labels import LABELS, Label
from models.prevalence.audit_design import Draw, draw_pps, draw_stratified
from models.prevalence.planner import labels_needed
from serving.audits.file import AuditRow
from serving.audits.sample import HALF_WIDTHS, AuditOptions, AuditPlan, DrawnPlace
from serving.feeds.audits import PPS
from serving.feeds.note_weights import note_weights, refuse_weights
from serving.feeds.periods import cut_periods
from serving.feeds.places import Place, split_places
from serving.feeds.scored_columns import ScoredColumns

MIN_NOTES = 30  # as many labels make an audit
_ORGANIC = LABELS.index(Label.ORGANIC)
FloatArray = npt.NDArray[np.float64]


def plan_audit(columns: ScoredColumns, options: AuditOptions) -> AuditPlan:
    """Draw an audit.

    Each feed and period is drawn apart from the others: what is drawn there rests on its notes and the seed alone.

    Raises
    ------
    DataError
        If a feed or period is not in the archive, or no place has notes enough, scored by one model and with weights.
    ConfigError
        If the period or the weight is unknown.
    """
    names, when = cut_periods(columns.published_us, columns.dated, options.period)
    _refuse_unknown("feed", options.feeds, columns.feeds)
    _refuse_unknown("period", options.periods, names)
    weights = note_weights(columns, options.weight)
    places, left_out = [], []
    for place in _chosen(split_places(columns, names, when).by_period, options):
        feed, period, notes = str(place.feed), str(place.period), place.notes
        size = None if weights is None else weights[notes]
        if why := _why_not(columns, place, size, options.weight):
            left_out.append((feed, period, why))
        else:
            places.append(_draw_place(columns, place, size, options))
    if not places:
        raise DataError(
            f"an audit needs a feed and period of at least {MIN_NOTES} notes, scored by one model and each with its "
            f"weight. Got none; {_first(left_out, columns, options)}."
        )
    return AuditPlan(tuple(places), tuple(left_out))


def _why_not(columns: ScoredColumns, place: Place, weights: FloatArray | None, weight: str) -> str | None:
    """Say why these notes cannot be audited, or None where they can."""
    if len(place.notes) < MIN_NOTES:
        return f"fewer than {MIN_NOTES} notes"
    versions = sorted({columns.versions[code] for code in np.unique(columns.version[place.notes])})
    if len(versions) > 1:
        return f"scored by {' and '.join(versions)}: score it again with one model"
    return None if weights is None else refuse_weights(weights, weight)


def _first(left_out: Sequence[tuple[str, str, str]], columns: ScoredColumns, options: AuditOptions) -> str:
    if left_out:
        feed, period, why = left_out[0]
        return f"the first, {feed!r} {period}: {why}"
    if not len(columns.feed):
        return "the archive holds no note"
    if options.period != "all" and not columns.dated.any():
        return "no note has a date; --period all needs none"
    return "none of these feeds has a note in these periods"


def _draw_place(columns: ScoredColumns, place: Place, weights: FloatArray | None, options: AuditOptions) -> DrawnPlace:
    feed, period, notes = str(place.feed), str(place.period), place.notes
    p_organic = np.clip(columns.posteriors[notes, _ORGANIC].astype(np.float64), 0.0, 1.0)

    def needed(half_width: float) -> int:
        return labels_needed(p_organic, half_width=half_width, weights=weights, design=options.design)

    n_labels = options.labels if options.half_width is None else needed(options.half_width)
    seed = _seed_of(options.seed, feed, period)
    if options.design == "pps":
        draw = draw_pps(p_organic, np.ones(len(notes)) if weights is None else weights, n_labels, seed=seed)
        strata = [stratum.replace(PPS.rstrip(":"), f"{PPS}{options.weight}", 1) for stratum in draw.strata]
    else:
        channel = columns.channel[notes] if options.by_channel else None
        draw = draw_stratified(p_organic, n_labels, channel=channel, seed=seed)
        strata = list(draw.strata)
    ids = columns.note_ids.take(notes[draw.rows]).to_pylist()
    rows = tuple(
        AuditRow(
            note_id=note_id,
            feed_id=feed,
            period=period,
            stratum=stratum,
            inclusion_probability=float(f"{inclusion:.9g}"),
            label=None,
            second_label=None,
            model_version=columns.versions[columns.version[notes[0]]],
        )
        for note_id, stratum, inclusion in zip(ids, strata, draw.inclusion, strict=True)
    )
    twice = _twice(draw, options.twice, seed)
    return DrawnPlace(feed, period, len(notes), rows, tuple(ids[at] for at in twice), tuple(map(needed, HALF_WIDTHS)))


def _twice(draw: Draw, share: float, seed: int) -> list[int]:
    """Choose drawn notes at random for a second label."""
    order: list[int] = np.random.default_rng([seed, 2]).permutation(len(draw.rows)).tolist()
    return sorted(order[: round(share * len(order))])


def _chosen(places: Sequence[Place], options: AuditOptions) -> Iterator[Place]:
    for place in places:
        if place.feed is None or (options.feeds and place.feed not in options.feeds):
            continue
        if not options.periods or place.period in options.periods:
            yield place


def _refuse_unknown(what: str, given: Collection[str], known: Collection[str]) -> None:
    if unknown := [name for name in given if name not in known]:
        raise DataError(f"a {what} must be one of the archive's {len(known)}. Got {unknown[0]!r} instead.")


def _seed_of(seed: int, feed: str, period: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\0{feed}\0{period}".encode()).digest()[:8], "big")
