"""The page: complete without JavaScript, nothing to load, and charts of every report in both languages."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib import resources

import msgspec
import numpy as np
import pytest

from models.prevalence import Status
from serving.feed_rows import AuditFacts, Change, Checks, CommentDensity, Density, FeedRow, Naive, Share
from serving.report_page import render_page
from serving.report_shape import Alarm, ChangePoint, ReliabilityBin, Report, RuleDate, SeriesBreak, Term

ASSETS = resources.files("serving").joinpath("report_assets")
MONTHS = tuple(f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13))
HOSTILE = "<script>alert('护肤')</script>&\"'"
STEADY, FALLEN = "护肤日常", "减肥打卡"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def share(name, value, half=0.02, more=0.01):
    def clip(bound):
        return min(1.0, max(0.0, bound))

    low, high = clip(value - half), clip(value + half)
    return Share(
        name=name,
        share=value,
        ci_low=low,
        ci_high=high,
        process_ci_low=clip(low - more),
        process_ci_high=clip(high + more),
    )


def density(per, value, half):
    return Density(per=per, value=value, ci_low=max(0.0, value - half), ci_high=value + half)


def row(feed, period, organic, *, status=Status.AUDITED, comments=3.0, n=2400, labels=60, change=None, **more):
    rest = 1 - organic
    kinds = (("disclosed_ad", 0.2), ("undisclosed_ad", 0.55), ("diversion", 0.25))
    audit = AuditFacts(
        design="stratified",
        drawn=labels + 2,
        labelled=labels,
        labelled_twice=labels // 6,
        agreement=0.94,
        band_low=organic - 0.03,
        band_high=organic + 0.03,
    )
    checks = Checks(
        naive=Naive(share=min(1, organic + 0.06), ci_low=min(1, organic + 0.05), ci_high=min(1, organic + 0.07)),
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
    return FeedRow(
        feed=feed,
        period=period,
        status=status,
        n=n,
        organic=share("organic", organic),
        other_status=status,
        other_shares=tuple(share(name, part * rest, 0.015) for name, part in kinds),
        commercial_status=status,
        commercial_share=share("commercial", 0.8 * rest),
        ad_density=density(100, 80 * rest, 2),
        disclosure_status=status,
        disclosure_rate=share("disclosed_ad", 0.22, 0.05),
        comment_diversion=CommentDensity(
            comments=9000, diverting=round(9 * comments), density=density(1000, comments, 0.1 * comments + 0.8)
        ),
        n_eff=2210.5,
        audit=audit if status in (Status.AUDITED, Status.SHRUNK) else None,
        checks=checks,
        since_last_period=change,
        model_versions=("0.2.0",),
        policy_versions=("2025-06",),
        **more,
    )


def refused(feed, period, n=31):
    return FeedRow(
        feed=feed,
        period=period,
        status=Status.INSUFFICIENT,
        n=n,
        other_status=Status.INSUFFICIENT,
        commercial_status=Status.INSUFFICIENT,
        disclosure_status=Status.INSUFFICIENT,
        reasons=(f"'n_eff' must be at least 50. Got {n} instead.",),
    )


def sample_report():
    """Three feeds over two years: a steady one, one that falls from 80 % to 45 %, one with diverting comments."""
    rng = np.random.default_rng(7)
    feeds = {STEADY: [], FALLEN: [], HOSTILE: [], None: []}
    for at, month in enumerate(MONTHS):
        late = at >= MONTHS.index("2025-05")
        wave = 41.0 if at >= MONTHS.index("2025-08") else 3.1
        levels = {STEADY: 0.86, FALLEN: 0.45 if late else 0.80, HOSTILE: 0.7, None: 0.67 if late else 0.79}
        for feed, organic in levels.items():
            organic += float(rng.normal(0, 0.008))
            before = feeds[feed][-1].organic.share if feeds[feed] and feeds[feed][-1].organic else None
            change = before and Change(
                since=MONTHS[at - 1],
                difference=organic - before,
                ci_low=organic - before - 0.03,
                ci_high=organic - before + 0.03,
                mix=0.01 if feed is None else None,
                within=organic - before - 0.01 if feed is None else None,
            )
            status = (Status.AUDITED, Status.SHRUNK, Status.MODEL_BASED, Status.SCREENING)[
                0 if feed is None or at % 3 == 0 else (at % 3 if feed == STEADY else 2 + (at < 4))
            ]
            new = row(
                feed,
                month,
                organic,
                status=status,
                comments=wave if feed == HOSTILE else 3.0,
                labels=412 if feed is None else 20 if status == Status.SHRUNK else 60,
                change=change,
                is_complete=at < 23,
            )
            if at >= 12 and (old := feeds[feed][at - 12]).organic:
                fall = organic - old.organic.share
                year = Change(since=MONTHS[at - 12], difference=fall, ci_low=fall - 0.025, ci_high=fall + 0.025)
                new = msgspec.structs.replace(new, since_last_year=msgspec.structs.replace(year, mix=0.02, within=fall - 0.02))
            feeds[feed].append(refused(feed, month) if feed == HOSTILE and at in (3, 4) else new)
    overall = (row(FALLEN, None, 0.66), row(STEADY, None, 0.86, labels=480), row(HOSTILE, None, 0.7), row(None, None, 0.713, n=172_800, labels=1412))
    terms = [("同款", 2.1), ("链接", 1.9), ("优惠", 1.6), ("报备", 1.2), ("妈妈", -1.4), ("周末", -1.1), ("下雨", -0.9)]
    return Report(
        estimand="count: each note weighs 1",
        frame="surviving notes of keyword feeds, as collected",
        weight="count",
        period="month",
        level=0.95,
        generated_at="2026-01-03T17:30:00Z",
        model_version="0.2.0",
        audit_sha256="ab" * 32,
        undated={STEADY: 14, HOSTILE: 3},
        unplaced_audit_labels=2,
        periods=MONTHS,
        overall=overall,
        rows=tuple(each for rows in feeds.values() for each in rows),
        alarms=(
            Alarm(
                kind="comment_diversion",
                feed=HOSTILE,
                period="2025-08",
                text="Diverting comments rose from 3.1 to 41 per 1,000.",
                text_zh="评论区导流密度自 2025-08 起由 3.1‰ 升至 41‰。",
            ),
        ),
        change_points=(
            ChangePoint(
                feed=FALLEN, series="organic", period="2025-05", size=-0.35, ci_low=-0.38, ci_high=-0.32, p_value=1e-9, q_value=1e-8
            ),
            ChangePoint(
                feed=HOSTILE, series="comment_diversion", period="2025-08", size=38, ci_low=33, ci_high=43, p_value=1e-9, q_value=1e-8
            ),
        ),
        series_breaks=(
            SeriesBreak(feed=STEADY, period="2024-10", kind="model", before="0.1.0", after="0.2.0", overlap=1),
        ),
        rule_dates=(
            RuleDate(day="2021-08-01", period=None, text="Goods cards left notes", text_zh="笔记商品卡下线"),
            RuleDate(day="2025-03-12", period="2025-03", text="Rules on diverting trade", text_zh="交易导流违规管理细则"),
            RuleDate(day="2025-05-12", period="2025-05", text="Links to Taobao in ad notes", text_zh="红猫计划上线"),
            RuleDate(day="2025-06-05", period="2025-06", text="Links to JD in ad notes", text_zh="京东链接上线"),
        ),
        reliability=tuple(
            ReliabilityBin(low=i / 10, high=(i + 1) / 10, n=40 + 9 * i, predicted=p, observed=p**1.2, ci_low=p**1.2 * 0.8, ci_high=min(1, p**1.2 + 0.08))
            for i, p in enumerate(np.linspace(0.05, 0.95, 10).tolist())
        ),
        terms=tuple(Term(word=word, commercial=90, other=30, log_odds=odds, z=4 * odds) for word, odds in terms),
        metric_changes=("0.3: the disclosure rate is of commercial notes", "0.1: PACC"),
    )


def large_report(n_feeds=60, n_periods=12):
    periods = MONTHS[:n_periods]
    names = [f"关键词 {at:02d}" for at in range(n_feeds)]
    rows = [row(name, period, 0.4 + 0.008 * (at % 60)) for at, name in enumerate(names) for period in periods]
    rows += [row(None, period, 0.62) for period in periods]
    overall = tuple(row(name, None, 0.4 + 0.008 * (at % 60)) for at, name in enumerate(names))
    return msgspec.structs.replace(
        sample_report(), periods=periods, rows=tuple(rows), overall=(*overall, row(None, None, 0.62)), change_points=(), series_breaks=()
    )


def refused_report():
    rows = tuple(refused(feed, month) for feed in (STEADY, None) for month in MONTHS[:3])
    return msgspec.structs.replace(
        sample_report(), periods=MONTHS[:3], rows=rows, overall=(refused(STEADY, None), refused(None, None)),
        alarms=(), change_points=(), series_breaks=(), reliability=(), terms=(),
    )


def empty_report():
    return msgspec.structs.replace(refused_report(), periods=(), rows=(), overall=(), rule_dates=(), metric_changes=())
