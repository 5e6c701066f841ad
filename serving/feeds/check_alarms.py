"""Alarms of rows whose own checks fail: tests of the model, and people who label differently."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from models.prevalence.change_points import adjust_p_values
from serving.feeds.place_words import where, where_zh
from serving.feeds.report_shape import Alarm
from serving.feeds.rows import FeedRow

FALSE_RATE = 0.01  # of false ones among the alarms of one test, over all rows
LEAST_AGREEMENT, LEAST_TWICE = 0.8, 20


def failed_tests(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    """Alarm where no mix of labels fits the scores, or an audit and the model disagree."""
    yield from _tested(rows, "goodness_of_fit", lambda row: row.checks.goodness_of_fit_p, _misfit)
    yield from _tested(rows, "audit_model", lambda row: row.checks.audit_model_p, _disagreement)


def label_disagreements(rows: Sequence[FeedRow]) -> Iterator[Alarm]:
    """Alarm where two people agree on under 80 % of 20 audited notes or more."""
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
                text=f"{where(row)}: two people agreed on {audit.agreement:.0%} of {n} audited notes. See the band.",
                text_zh=f"{where_zh(row)}：两位标注者在 {n} 条审核笔记上的一致率仅 {audit.agreement:.0%}，"
                "请参看误差带。",
            )


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
        f"{where(row)}: no mix of the validated labels explains the scores ({_p(p)}). The notes differ from those the "
        "model was validated on: audit before trusting a model-based share.",
        f"{where_zh(row)}：任何已验证标签的组合都无法解释模型分数（{_p(p)}）。这些笔记与验证样本不同，采信模型估计前请先抽样审核。",
    )


def _disagreement(row: FeedRow, p: float) -> tuple[str, str]:
    z = row.checks.audit_model_z or 0.0
    return (
        f"{where(row)}: the audit and the model disagree on the share of organic (z {z:+.1f}, {_p(p)}). "
        "Trust the audit.",
        f"{where_zh(row)}：审核结果与模型估计的真实分享占比不一致（z {z:+.1f}，{_p(p)}），以审核为准。",
    )


def _p(p: float) -> str:
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"
