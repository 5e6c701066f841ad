"""Invented reports: three feeds with a story, many feeds, one that is refused throughout, and an empty one."""

import msgspec
import numpy as np
import pytest

from models.prevalence import Status
from serving.feeds.report_shape import (
    Alarm,
    ChangePoint,
    MetricChange,
    ReliabilityBin,
    Report,
    RuleDate,
    SeriesBreak,
    Term,
)
from serving.feeds.rows import AuditFacts, Change, Checks, CommentDensity, Density, FeedRow, Naive, Share

MONTHS = tuple(f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13))
STEADY, FALLEN, SPAMMED = "护肤日常", "减肥打卡", "<script>alert('防晒')</script>&\"'"
FALL, WAVE = MONTHS.index("2025-05"), MONTHS.index("2025-08")
STATUSES = (Status.AUDITED, Status.SHRUNK, Status.SHRUNK_UNAUDITED, Status.MODEL_BASED, Status.SCREENING)


def clip(value):
    return min(1.0, max(0.0, value))


def share(name, value, half=0.02, more=0.01):
    return Share(
        name=name,
        share=value,
        ci_low=clip(value - half),
        ci_high=clip(value + half),
        process_ci_low=clip(value - half - more),
        process_ci_high=clip(value + half + more),
    )


def density(per, value, half):
    return Density(per=per, value=value, ci_low=max(0.0, value - half), ci_high=value + half)


def audit(organic, labelled):
    return AuditFacts(
        design="stratified",
        drawn=labelled + 2,
        labelled=labelled,
        labelled_twice=labelled // 6,
        agreement=0.94,
        band_low=organic - 0.03,
        band_high=organic + 0.03,
    )


def checks(organic):
    return Checks(
        naive=Naive(share=clip(organic + 0.06), ci_low=clip(organic + 0.05), ci_high=clip(organic + 0.07)),
        pacc_organic=organic + 0.004,
        emq_organic=organic - 0.003,
        goodness_of_fit_p=0.31,
        audit_model_z=-0.8,
        audit_model_p=0.42,
        condition=2.31,
        validation_counts={"organic": 1250, "undisclosed_ad": 430, "diversion": 260, "disclosed_ad": 61},
        lag_days_median=3.5,
        late_notes=12,
    )


def row(feed, period, organic, *, status=Status.AUDITED, comments=3.0, labelled=60, **more):
    rest = 1 - organic
    kinds = {"disclosed_ad": 0.2, "undisclosed_ad": 0.55, "diversion": 0.25}
    facts = {
        "n": 2400,
        "organic": share("organic", organic),
        "other_shares": tuple(share(name, part * rest, 0.015) for name, part in kinds.items()),
        "commercial_share": share("commercial", 0.8 * rest),
        "ad_density": density(100, 80 * rest, 2),
        "disclosure_rate": share("disclosed_ad", 0.22, 0.05),
        "comment_diversion": CommentDensity(
            comments=9000, diverting=round(9 * comments), density=density(1000, comments, 0.1 * comments + 0.8)
        ),
        "n_eff": 2210.5,
        "audit": audit(organic, labelled) if status in (Status.AUDITED, Status.SHRUNK) else None,
        "checks": checks(organic),
        "model_versions": ("0.2.0",),
        "policy_versions": ("2025-06",),
    }
    return FeedRow(
        feed=feed,
        period=period,
        status=status,
        other_status=status,
        commercial_status=status,
        disclosure_status=status,
        **facts | more,
    )


def refused(feed, period):
    return FeedRow(
        feed=feed,
        period=period,
        status=Status.INSUFFICIENT,
        n=31,
        other_status=Status.INSUFFICIENT,
        commercial_status=Status.INSUFFICIENT,
        disclosure_status=Status.INSUFFICIENT,
        reasons=("'n_eff' must be at least 50. Got 31 instead.",),
    )


def change(rows, at, organic):
    """Compare with the row `at` periods before the end, where it has a number; a fifth of it is mix."""
    if len(rows) < at or rows[-at].organic is None:
        return None
    size = organic - rows[-at].organic.share
    return Change(
        since=rows[-at].period,
        difference=size,
        ci_low=size - 0.025,
        ci_high=size + 0.025,
        mix=size / 5,
        within=size * 4 / 5,
    )


def history(feed, levels, rng):
    rows = []
    for at, month in enumerate(MONTHS):
        organic = float(levels[at] + rng.normal(0, 0.008))
        new = row(
            feed,
            month,
            organic,
            status=Status.AUDITED if feed is None else STATUSES[at % 5],
            comments=41.0 if feed == SPAMMED and at >= WAVE else 3.1,
            labelled=12 if STATUSES[at % 5] == Status.SHRUNK and feed else 60,
            since_last_period=change(rows, 1, organic),
            since_last_year=change(rows, 12, organic),
            is_complete=month != MONTHS[-1],
        )
        rows.append(refused(feed, month) if feed == SPAMMED and at in (3, 4) else new)
    return rows


def sample_report():
    """Give a steady feed, one that falls from 80 % to 45 % in 2025-05, and one with diverting comments from 2025-08."""
    rng = np.random.default_rng(7)
    fallen = [0.80] * FALL + [0.45] * (len(MONTHS) - FALL)
    levels = {STEADY: [0.86] * 24, FALLEN: fallen, SPAMMED: [0.7] * 24, None: [0.46 + each / 2.4 for each in fallen]}
    chance = {"p_value": 1e-9, "q_value": 1e-8}
    calibration = [(p, p**1.2) for p in np.linspace(0.05, 0.95, 10).tolist()]
    words = {"同款": 2.1, "链接": 1.9, "优惠": 1.6, "报备": 1.2, "妈妈": -1.4, "周末": -1.1, "下雨": -0.9}
    return Report(
        estimand="count: each note weighs 1",
        frame="surviving notes of keyword feeds, as collected",
        weight="count",
        period="month",
        level=0.95,
        generated_at="2026-01-03T17:30:00Z",
        model_version="0.2.0",
        audit_sha256="ab" * 32,
        undated={STEADY: 14, SPAMMED: 3},
        unplaced_audit_labels=2,
        periods=MONTHS,
        overall=(
            row(FALLEN, None, 0.66),
            row(STEADY, None, 0.86, labelled=480),
            row(SPAMMED, None, 0.7),
            row(None, None, 0.713, n=172_800, labelled=1412),
        ),
        rows=tuple(each for feed in levels for each in history(feed, levels[feed], rng)),
        alarms=(
            Alarm(
                kind="comment_diversion",
                feed=SPAMMED,
                period="2025-08",
                text="Diverting comments rose from 3.1 to 41 per 1,000.",
                text_zh="评论区导流密度自 2025-08 起由 3.1‰ 升至 41‰。",
            ),
        ),
        change_points=(
            ChangePoint(
                feed=FALLEN, series="organic", period="2025-05", size=-0.35, ci_low=-0.38, ci_high=-0.32, **chance
            ),
            ChangePoint(
                feed=SPAMMED, series="comment_diversion", period="2025-08", size=38, ci_low=33, ci_high=43, **chance
            ),
        ),
        series_breaks=(
            SeriesBreak(feed=STEADY, period="2024-10", kind="model", before="0.1.0", after="0.2.0", overlap=1),
        ),
        rule_dates=(
            RuleDate(day="2021-08-01", period=None, text="Goods cards leave the notes", text_zh="笔记商品卡下线"),
            RuleDate(day="2025-03-12", period="2025-03", text="Rules on diversion", text_zh="交易导流细则"),
            RuleDate(day="2025-05-12", period="2025-05", text="Taobao links in ad notes", text_zh="红猫计划"),
        ),
        reliability=tuple(
            ReliabilityBin(
                low=p - 0.05, high=p + 0.05, n=40, predicted=p, observed=o, ci_low=0.8 * o, ci_high=clip(o + 0.08)
            )
            for p, o in calibration
        ),
        terms=tuple(Term(word=word, commercial=90, other=30, log_odds=o, z=4 * o) for word, o in words.items()),
        metric_changes=(
            MetricChange(text="0.3: the disclosure rate is of commercial notes", text_zh="0.3：声明率以商业笔记为分母"),
        ),
    )


def large_report(n_feeds=60, n_periods=12):
    names, periods = [f"关键词 {at:02d}" for at in range(n_feeds)], MONTHS[:n_periods]
    levels = {name: 0.4 + 0.008 * at for at, name in enumerate(names)} | {None: 0.62}
    return msgspec.structs.replace(
        sample_report(),
        periods=periods,
        overall=tuple(row(feed, None, organic) for feed, organic in levels.items()),
        rows=tuple(row(feed, period, organic) for feed, organic in levels.items() for period in periods),
        alarms=(),
        change_points=(),
        series_breaks=(),
    )


def refused_report():
    return msgspec.structs.replace(
        sample_report(),
        periods=MONTHS[:3],
        overall=(refused(STEADY, None), refused(None, None)),
        rows=tuple(refused(feed, month) for feed in (STEADY, None) for month in MONTHS[:3]),
        alarms=(),
        change_points=(),
        series_breaks=(),
        reliability=(),
        terms=(),
    )


def empty_report():
    return msgspec.structs.replace(refused_report(), periods=(), rows=(), overall=(), rule_dates=(), metric_changes=())


@pytest.fixture(scope="session")
def reports():
    """Give the reports by name: sample, large, refused, empty."""
    return {"sample": sample_report(), "large": large_report(), "refused": refused_report(), "empty": empty_report()}
