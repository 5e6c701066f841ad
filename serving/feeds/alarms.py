"""Alarms of a report: what a reader must know before trusting a row, as plain sentences in English and Chinese."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from models.prevalence.change_points import adjust_p_values
from serving.feeds.report_shape import Alarm, ChangePoint, SeriesBreak
from serving.feeds.rows import FeedRow
from serving.feeds.series_breaks import MIN_OVERLAP
from serving.feeds.steps import COMMENT_SERIES, levels_around

FALSE_RATE = 0.01  # of false ones among the alarms of one test, over all rows
LEAST_AGREEMENT, LEAST_TWICE = 0.8, 20
LAG_FACTOR, LAG_DAYS = 2.0, 3.0  # by which the lag must move, both
_LAG_PERIODS = 3  # before, that a lag is compared with


def find_alarms(
    rows: Sequence[FeedRow], points: Sequence[ChangePoint], breaks: Sequence[SeriesBreak]
) -> tuple[Alarm, ...]:
    """Find all alarms of a report's rows (overall and by period), in order of kind, feed and period."""
    alarms = [
        *_tested(rows, "goodness_of_fit", lambda row: row.checks.goodness_of_fit_p, _misfit),
        *_tested(rows, "audit_model", lambda row: row.checks.audit_model_p, _disagreement),
        *_comment_jumps(rows, points),
        *_lag_shifts(rows),
        *_label_disagreements(rows),
        *_short_overlaps(breaks),
        *_unfinished(rows),
    ]
    return tuple(alarms)


def _tested(
    rows: Sequence[FeedRow],
    kind: str,
    p_value: Callable[[FeedRow], float | None],
    words: Callable[[FeedRow, float], tuple[str, str]],
) -> Iterator[Alarm]:
    """Alarm where a test fails, at 1 % of false alarms among all (Benjamini-Hochberg); one row alone: at 1 %."""
    tested = [(row, p) for row in rows if (p := p_value(row)) is not None]
    q_values = adjust_p_values(np.array([p for _, p in tested], dtype=np.float64))
    for (row, p), q in zip(tested, q_values, strict=True):
        if q <= FALSE_RATE:
            text, text_zh = words(row, p)
            yield Alarm(kind=kind, feed=row.feed, period=row.period, text=text, text_zh=text_zh, p_value=p)


def _misfit(row: FeedRow, p: float) -> tuple[str, str]:
    return (
        f"{_where(row)}: no mix of the validated labels explains the scores ({_p(p)}). The notes differ from those the "
        "model was validated on: audit before trusting a model-based share.",
        f"{_where_zh(row)}：任何已验证标签的组合都无法解释模型分数（{_p(p)}）。这些笔记与验证样本不同，采信模型估计前请先抽样审核。",
    )


def _disagreement(row: FeedRow, p: float) -> tuple[str, str]:
    z = row.checks.audit_model_z or 0.0
    return (
        f"{_where(row)}: the audit and the model disagree on the share of organic (z {z:+.1f}, {_p(p)}). "
        "Trust the audit.",
        f"{_where_zh(row)}：审核结果与模型估计的真实分享占比不一致（z {z:+.1f}，{_p(p)}），以审核为准。",
    )


def _comment_jumps(rows: Sequence[FeedRow], points: Sequence[ChangePoint]) -> Iterator[Alarm]:
    for point in points:
        if point.series != COMMENT_SERIES or point.size <= 0:
            continue
        before, after = (_per_mille(level) for level in levels_around(point, rows, points))
        feed, feed_zh = _feed(point.feed), _feed_zh(point.feed)
        yield Alarm(
            kind=COMMENT_SERIES,
            feed=point.feed,
            period=point.period,
            text=f"{feed}: comments that lead off the platform rose from {before} to {after} since {point.period}.",
            text_zh=f"{feed_zh}：评论区导流密度自 {point.period} 起由 {before} 升至 {after}。",
            p_value=point.p_value,
        )


def _lag_shifts(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    """Compare each period's median lag with the median of the 3 periods before."""
    earlier: dict[str | None, list[float]] = defaultdict(list)
    for row in rows:
        lag = row.checks.lag_days_median
        if row.period is None or lag is None:
            continue
        if len(earlier[row.feed]) >= _LAG_PERIODS:
            usual = float(np.median(earlier[row.feed][-_LAG_PERIODS:]))
            low, high = sorted((usual, lag))
            if high - low >= LAG_DAYS and high >= LAG_FACTOR * low:
                yield Alarm(
                    kind="lag_shift",
                    feed=row.feed,
                    period=row.period,
                    text=f"{_where(row)}: notes were collected {lag:.1f} days after publishing, {usual:.1f} before; "
                    "moderation had another time to take notes down, so shares may not compare.",
                    text_zh=f"{_where_zh(row)}：采集距发布的中位数为 {lag:.1f} 天，此前为 {usual:.1f} 天；"
                    "平台下架所用时间不同，占比可能不可比。",
                )
        earlier[row.feed].append(lag)


def _label_disagreements(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    for row in rows:
        audit = row.audit
        if audit is None or audit.agreement is None or audit.labelled_twice < LEAST_TWICE:
            continue
        if audit.agreement < LEAST_AGREEMENT:
            n = audit.labelled_twice
            yield Alarm(
                kind="label_disagreement",
                feed=row.feed,
                period=row.period,
                text=f"{_where(row)}: two people agreed on {audit.agreement:.0%} of {n} audited notes. See the band.",
                text_zh=f"{_where_zh(row)}：两位标注者在 {n} 条审核笔记上的一致率仅 {audit.agreement:.0%}，"
                "请参看误差带。",
            )


def _short_overlaps(breaks: Sequence[SeriesBreak]) -> Iterator[Alarm]:
    kinds_zh = {"model": "模型", "policy": "策略"}
    for each in breaks:
        if each.overlap >= MIN_OVERLAP:
            continue
        feed, feed_zh = _feed(each.feed), _feed_zh(each.feed)
        yield Alarm(
            kind="series_break",
            feed=each.feed,
            period=each.period,
            text=f"{feed}: {each.kind} {each.after} judged from {each.period} on, {each.before} before; "
            f"{each.overlap} periods hold both, {MIN_OVERLAP} are needed. Do not read the series across.",
            text_zh=f"{feed_zh}：自 {each.period} 起{kinds_zh[each.kind]}由 {each.before} 换为 {each.after}；"
            f"重叠周期 {each.overlap} 个，不足 {MIN_OVERLAP} 个，前后不可直接比较。",
        )


def _unfinished(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    by_period: dict[str, list[FeedRow]] = defaultdict(list)
    for row in rows:
        if row.period is not None and row.feed is not None and not row.is_complete:
            by_period[row.period].append(row)
    for period, unfinished in sorted(by_period.items()):
        one = unfinished[0].feed if len(unfinished) == 1 else None
        feed, feed_zh = (one, one) if one else (f"{len(unfinished)} feeds", f"{len(unfinished)} 个信息流")
        yield Alarm(
            kind="unfinished_period",
            feed=one,
            period=period,
            text=f"{feed}, {period}: collected before the period ended; its numbers will move.",
            text_zh=f"{feed_zh}，{period}：采集时该周期尚未结束，数字还会变化。",
        )


def _where(row: FeedRow) -> str:
    return f"{_feed(row.feed)}, {row.period or 'whole range'}"


def _where_zh(row: FeedRow) -> str:
    return f"{_feed_zh(row.feed)}，{row.period or '全部时段'}"


def _feed(feed: str | None) -> str:
    return "all feeds" if feed is None else feed


def _feed_zh(feed: str | None) -> str:
    return "全部信息流" if feed is None else feed


def _p(p: float) -> str:
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"


def _per_mille(density: float) -> str:
    return f"{density:.1f}‰" if density < 10 else f"{density:.0f}‰"
