"""Alarms of series: a jump of diverting comments, and a change of model or policy that too few periods bridge."""

from collections.abc import Iterator, Sequence

from serving.feeds.place_words import feed_name, feed_name_zh
from serving.feeds.report_shape import Alarm, ChangePoint, SeriesBreak
from serving.feeds.rows import FeedRow
from serving.feeds.series_breaks import MIN_OVERLAP
from serving.feeds.steps import COMMENT_SERIES, levels_around


def comment_jumps(rows: Sequence[FeedRow], points: Sequence[ChangePoint]) -> Iterator[Alarm]:
    """Alarm for each step upwards, with the densities before and after it."""
    for point in points:
        if point.series != COMMENT_SERIES or point.size <= 0:
            continue
        before, after = (_per_mille(level) for level in levels_around(point, rows, points))
        feed, feed_zh = feed_name(point.feed), feed_name_zh(point.feed)
        yield Alarm(
            kind=COMMENT_SERIES,
            feed=point.feed,
            period=point.period,
            text=f"{feed}: comments that lead off the platform rose from {before} to {after} since {point.period}.",
            text_zh=f"{feed_zh}：评论区导流密度自 {point.period} 起由 {before} 升至 {after}。",
            p_value=point.p_value,
        )


def short_overlaps(breaks: Sequence[SeriesBreak]) -> Iterator[Alarm]:
    """Alarm for each break that must not be read across."""
    kinds_zh = {"model": "模型", "policy": "策略"}
    for each in breaks:
        if each.overlap >= MIN_OVERLAP:
            continue
        feed, feed_zh = feed_name(each.feed), feed_name_zh(each.feed)
        yield Alarm(
            kind="series_break",
            feed=each.feed,
            period=each.period,
            text=f"{feed}: {each.kind} {each.after} judged from {each.period} on, {each.before} before; "
            f"{each.overlap} periods hold both, {MIN_OVERLAP} are needed. Do not read the series across.",
            text_zh=f"{feed_zh}：自 {each.period} 起{kinds_zh[each.kind]}由 {each.before} 换为 {each.after}；"
            f"重叠周期 {each.overlap} 个，不足 {MIN_OVERLAP} 个，前后不可直接比较。",
        )


def _per_mille(density: float) -> str:
    return f"{density:.1f}‰" if density < 10 else f"{density:.0f}‰"
