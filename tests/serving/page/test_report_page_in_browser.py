"""The page in a real browser: charts in both languages, controls that work, no error on the console."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

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
            [*command, page.as_uri() + address], capture_output=True, text=True, timeout=60, check=True
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
