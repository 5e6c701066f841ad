"""The table at both widths: a feed's name or a status may break over lines, a number may not."""

import io

import pytest
from rich.console import Console

from models.prevalence import Status
from serving.feeds.report_shape import Report
from serving.feeds.rows import Checks, CommentDensity, Density, FeedRow, Naive, Share
from serving.report_table import print_report

FEEDS = ("户外运动装备测评", "a-very-long-keyword-of-someone")


def row(feed, status):
    number = status.has_number
    return FeedRow(
        feed=feed,
        period="2025-W13",
        status=status,
        n=1_234_567,
        organic=Share(name="organic", share=0.713, ci_low=0.689, ci_high=0.737) if number else None,
        commercial_share=Share(name="commercial", share=0.213, ci_low=0.189, ci_high=0.237) if number else None,
        comment_diversion=CommentDensity(
            comments=10, diverting=1, density=Density(per=1000, value=100, ci_low=1, ci_high=300)
        ),
        checks=Checks(naive=Naive(share=0.8, ci_low=0.7, ci_high=0.9)),
        is_complete=False,
        **dict.fromkeys(("other_status", "commercial_status", "disclosure_status"), status),
    )


@pytest.mark.parametrize("width", [80, 100, 110, 130])
def test_long_names_cut_off_no_number(width):
    statuses = (Status.SHRUNK_UNAUDITED, Status.MODEL_BASED, Status.AUDIT_USED_IN_TRAINING)
    rows = tuple(row(feed, status) for feed in FEEDS for status in statuses)
    report = Report(
        estimand="count",
        frame="frame",
        weight="count",
        period="week",
        level=0.95,
        generated_at="",
        model_version="m1",
        audit_sha256=None,
        undated={},
        overall=(row(FEEDS[0], Status.AUDITED),),
        rows=rows,
    )
    console = Console(file=io.StringIO(), width=width)
    print_report(report, console)
    table = console.file.getvalue().split("estimand")[0]
    assert "…" not in table
    assert table.count("71.3% (68.9–73.7%)") == 1 + 2 * 2
    assert table.count("21.3% (18.9–23.7%)") == (1 + 2 * 2 if width >= 110 else 0)
    assert table.count("2025-W13*") == table.count("100.0‰") == table.count("1,234,567") == 7
