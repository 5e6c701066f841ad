"""The page in a real browser: charts in both languages, controls that work, no error on the console."""

import html
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from models.prevalence import Status
from serving.feeds.report_shape import Alarm
from serving.feeds.rows import Checks, Share
from serving.page.render import render_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the page is not tried in a browser")

DRIVER = Path(__file__).with_name("driver.js").read_text(encoding="utf-8")


@pytest.fixture
def drive(tmp_path):
    """Give a function that opens a report at an address, takes steps, and tells what was seen after each."""

    def run(report, steps, address=""):
        page = tmp_path / "report.html"
        driver = DRIVER.replace("STEPS", json.dumps(steps).replace("<", "\\u003c"))
        page.write_text(render_page(report).replace("</body>", f"<script>{driver}</script></body>"), encoding="utf-8")
        command = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--lang=en-US",
            "--window-size=500,900",
        ]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom"]
        done = subprocess.run(
            [*command, page.as_uri() + address], capture_output=True, text=True, timeout=300, check=True
        )
        assert "CONSOLE" not in done.stderr, done.stderr
        found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
        assert found, "the page must get to the end of the steps"
        return json.loads(html.unescape(found[1]))

    return run


def test_a_reader_switches_language_feed_and_period(reports, drive):
    start, zh, feed, period, printed = drive(
        reports["sample"],
        [
            ["look"],
            ["click", "#lang-zh"],
            ["choose", "#feed", "减肥打卡"],
            ["choose", "#period", "2025-06"],
            ["print"],
        ],
    )
    every_chart = {"series": 1, "shares": 1, "measures": 4, "changes": 1, "reliability": 1, "terms": 1}
    for each in (start, zh, feed, period, printed):
        assert {name: each["charts"][name] for name in every_chart} == every_chart
        assert each["overflow"] == 0 or each is printed  # drawn for paper, wider than this phone
    assert start["lang"] == "en"
    assert "71.3%95% CI 69.3–73.3%audited" in start["headline"]
    assert (zh["lang"], zh["focus"]) == ("zh-CN", "lang-zh")
    assert "每 100 篇笔记中约有 71 篇是真实分享" in zh["headline"]
    assert feed["hash"] == "#lang=zh&feed=减肥打卡"
    assert feed["steps"] == ["▼ −35.0"]
    assert "▼ 真实分享占比自 2025-05 起下降 35.0 个百分点（−38.0 至 −32.0；q<0.001）" in feed["text"]
    assert "66.0%" in feed["headline"]
    assert period["hash"] == "#lang=zh&feed=减肥打卡&period=2025-06"
    assert "减肥打卡 · 2025-06" in period["headline"]
    assert period["closed"] > 0
    assert printed["closed"] == 0


def test_the_address_opens_a_view_and_hostile_names_are_text_in_it(reports, drive):
    hostile = next(row.feed for row in reports["sample"].overall if row.feed and "<script>" in row.feed)
    (seen,) = drive(reports["sample"], [["look"]], f"#lang=zh&feed={quote(hostile)}&period=2025-09")
    assert seen["lang"] == "zh-CN"
    assert f"{hostile} · 2025-09" in seen["headline"]
    assert hostile in seen["feeds"]
    assert seen["charts"]["series"] == 1


def test_the_table_of_many_feeds_is_searched_and_sorted(reports, drive):
    start, risen, fallen, found, periods, everything = drive(
        reports["large"],
        [
            ["look"],
            ["click", ".feeds th:nth-child(2) button"],
            ["click", ".feeds th:nth-child(2) button"],
            ["type", "#search", "词 07"],
            ["click", "#table-periods"],
            ["type", "#search", ""],
        ],
    )
    assert len(start["feeds"]) == 60
    assert start["feeds"] == sorted(start["feeds"])
    assert (risen["ratios"][0], risen["ratios"][-1]) == ("87.2% (85.2–89.2%)", "40.0% (38.0–42.0%)")
    assert (fallen["ratios"][0], fallen["ratios"][-1]) == ("40.0% (38.0–42.0%)", "87.2% (85.2–89.2%)")
    assert "descending" in risen["sorted"]
    assert "ascending" in fallen["sorted"]
    assert found["feeds"] == ["关键词 07"]
    assert periods["feeds"] == ["关键词 07"] * 12
    assert len(everything["feeds"]) == 100
    assert "Show all rows: 720" in everything["text"]


@pytest.mark.parametrize("name", ["refused", "empty"])
def test_nothing_to_draw_is_said_and_not_drawn(reports, drive, name):
    for seen in drive(reports[name], [["look"], ["click", "#lang-zh"]]):
        assert sum(seen["charts"].values()) == 0
        assert "%" not in seen["headline"]
    assert ("暂无可显示的数据" in seen["text"]) == (name == "empty")
    assert ("不发布数字" in seen["headline"]) == (name == "refused")


def of_whole(report, **changes):
    """Change the rows of all feeds together."""
    rows = {name: getattr(report, name) for name in ("overall", "rows")}
    changed = {
        name: tuple(msgspec.structs.replace(each, **changes) if each.feed is None else each for each in those)
        for name, those in rows.items()
    }
    return msgspec.structs.replace(report, **changed)


def test_a_wide_interval_is_the_headline_and_names_the_command_that_narrows_it(reports, drive):
    wide = Share(name="organic", share=0.817, ci_low=0.298, ci_high=1.0)
    report = of_whole(reports["sample"], status=Status.MODEL_BASED, organic=wide, audit=None)
    start, zh = drive(report, [["look"], ["click", "#lang-zh"]])
    assert "29–100%95% CI 29.8–100.0%, estimate 81.7%model-based" in start["headline"]
    assert "The model alone says little here. Have people label about 90 notes of 2025-12" in start["headline"]
    assert start["command"] == "huoren audit plan SCORED -o audit.csv --period month --periods 2025-12 --labels 30"
    assert "每 100 篇笔记中有 29 至 100 篇是真实分享" in zh["headline"]
    assert "29%–100%" in zh["headline"]


def test_a_name_is_quoted_for_the_shell(reports, drive):
    hostile = next(row.feed for row in reports["sample"].overall if row.feed and "<script>" in row.feed)
    (seen,) = drive(reports["sample"], [["look"]], f"#lang=en&feed={quote(hostile)}&period=2024-04")
    assert "Got 31 instead" in seen["headline"]
    assert seen["command"] == ""  # 31 notes: labels would not help
    rows = tuple(msgspec.structs.replace(row, n=310) for row in reports["sample"].rows)
    report = msgspec.structs.replace(reports["sample"], rows=rows)
    (seen,) = drive(report, [["look"]], f"#lang=en&feed={quote(hostile)}&period=2024-04")
    words = shlex.split(seen["command"])
    assert words[words.index("--feed") + 1] == hostile


def test_a_period_without_notes_is_a_gap_and_not_a_refusal(reports, drive):
    whole = [row.feed is None and row.period == "2024-08" for row in reports["sample"].rows]
    nothing = {"status": Status.EMPTY, "n": 0, "organic": None, "other_shares": (), "checks": Checks()}
    rows = tuple(
        msgspec.structs.replace(row, **nothing) if is_it else row
        for row, is_it in zip(reports["sample"].rows, whole, strict=True)
    )
    before, after = (
        drive(msgspec.structs.replace(reports["sample"], rows=those), [["look"]])[0]
        for those in (reports["sample"].rows, rows)
    )
    assert before["runs"] == [1, 1]  # the uncorrected count, and the ratio
    assert after["runs"] == [2, 2]
    assert before["refused"] == after["refused"] == 0
    assert "no notes: a gap" in after["text"]


def test_one_feed_tells_its_own_alarms_and_how_many_there_are_elsewhere(reports, drive):
    of_several = Alarm(kind="unfinished_period", feed=None, period="2025-12", text="3 feeds: open.", text_zh="未结束。")
    report = msgspec.structs.replace(reports["sample"], alarms=(*reports["sample"].alarms, of_several))
    start, fallen = drive(report, [["look"], ["choose", "#feed", "减肥打卡"]])
    assert len(start["alarms"]) == 3  # of the step in comments the alarm tells already
    assert start["elsewhere"] == ""
    assert sorted(each[:10] for each in fallen["alarms"]) == ["▼ Step: 减肥", "⚠ Unfinish"]
    assert fallen["elsewhere"] == "Alarms and steps of other feeds: 1"


def test_a_reason_is_told_in_chinese_or_marked_as_english(reports, drive):
    known = of_whole(reports["refused"], reasons=("needs 50 validation labels of disclosed_ad, got 37",))
    (seen,) = drive(known, [["look"]], "#lang=zh")
    assert "至少需要 50 个 已声明广告 的验证标签，实际为 37" in seen["headline"]
    assert seen["foreign"] == []
    (seen,) = drive(reports["refused"], [["look"]], "#lang=zh")
    assert set(seen["foreign"]) == {"'n_eff' must be at least 50. Got 31 instead."}


def test_shares_that_do_not_add_up_keep_the_published_ratio_and_say_so(reports, drive):
    others = tuple(
        Share(name=name, share=0.2, ci_low=0.1, ci_high=0.3) for name in ("disclosed_ad", "undisclosed_ad", "diversion")
    )
    even, uneven = (
        drive(reports["sample"], [["look"]]),
        drive(of_whole(reports["sample"], other_shares=others), [["look"]]),
    )
    assert "Under ≈" not in even[0]["text"]
    assert "Under ≈ the other labels were estimated one by one" in uneven[0]["text"]


def test_a_change_of_view_is_said_to_screen_readers(reports, drive):
    start, feed = drive(reports["sample"], [["look"], ["choose", "#feed", "护肤日常"]])
    assert start["said"] == "All feeds together · Whole range: 71.3% (69.3–73.3%)"
    assert feed["said"] == "护肤日常 · Whole range: 86.0% (84.0–88.0%)"


def test_columns_without_any_number_are_left_out(reports, drive):
    (seen,) = drive(reports["large"], [["look"]])
    assert {"change_last_period", "change_last_year"}.isdisjoint(seen["columns"])
    assert seen["columns"] == seen["cells"]  # print hides a column by its name


def test_a_report_without_periods_shows_the_whole_range(reports, drive):
    report = msgspec.structs.replace(reports["sample"], period="all", periods=(), rows=(), change_points=())
    (seen,) = drive(report, [["look"]])
    assert (seen["charts"]["shares"], seen["charts"]["measures"]) == (1, 0)
    assert "No number in any period" not in seen["text"]
    assert "71.3%" in seen["headline"]
