"""The page as a file: complete without JavaScript, nothing to load, names escaped, the whole report inside."""

import hashlib
import html
import json
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import pytest

from data.labels import LABELS
from models.prevalence import Status
from serving.feeds import alarms, note_weights, row_shares
from serving.feeds.note_weights import WEIGHTS
from serving.feeds.report_shape import Alarm, ChangePoint, Report, SeriesBreak
from serving.feeds.rows import Share
from serving.feeds.steps import COMMENT_SERIES
from serving.page import essentials
from serving.page.render import render_page

ASSETS = resources.files("serving.page").joinpath("assets")
OWN_SCRIPTS = {path.name: path for path in ASSETS.iterdir() if path.name.endswith(".js") and ".min." not in path.name}
CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


class Tags(HTMLParser):
    """What a browser without JavaScript sees: the tags, and the text that is no script and no style."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self._inside = [], "", None
        self.scripts = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = (tag, dict(attrs).get("id")) if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside is None:
            self.text += data
        elif self._inside[0] == "script":
            self.scripts[self._inside[1]] = data


@pytest.fixture(scope="module")
def pages(reports):
    return {name: render_page(report) for name, report in reports.items()}


@pytest.mark.parametrize("name", ["sample", "large", "refused", "empty"])
def test_nothing_is_loaded_from_anywhere(pages, name):
    tags = Tags(pages[name]).tags
    assert {"src", "href", "srcset", "action", "data", "poster", "background"}.isdisjoint(
        attribute for _, attributes in tags for attribute in attributes
    )
    assert {tag for tag, _ in tags}.isdisjoint({"link", "iframe", "img", "object", "embed", "base", "form"})
    style = ASSETS.joinpath("page.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_of_the_page_forbids_every_connection(pages):
    tags = Tags(pages["sample"]).tags
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": CSP}) in tags


def test_headline_and_tables_need_no_javascript(reports, pages):
    text = Tags(pages["sample"]).text
    for expected in ("71.3%", "95% CI 69.3–73.3%", "audited 人工抽检", "1,412 labels", "About 71 of 100 notes"):
        assert expected in text
    for row in reports["sample"].overall:
        assert (row.feed or "All feeds together 全部信息流合计") in text
        assert f"{row.organic.share:.1%} ({100 * row.organic.ci_low:.1f}–{row.organic.ci_high:.1%})" in text
    assert all(period in text for period in reports["sample"].periods)
    assert "评论区导流密度自 2025-08 起由 3.1‰ 升至 41‰。" in text


def test_a_refused_report_says_why_and_gives_no_number(pages):
    text = Tags(pages["refused"]).text
    assert "No number is published 不发布数字" in text
    assert "'n_eff' must be at least 50. Got 31 instead." in text
    assert "%" not in text.replace("95%", "")


def test_an_empty_report_says_so(pages):
    assert "Nothing to show yet 暂无可显示的数据" in Tags(pages["empty"]).text


def test_time_is_told_in_shanghai(pages):
    assert "2026-01-04 01:30 (Asia/Shanghai)" in Tags(pages["sample"]).text  # 17:30 UTC the day before


def test_names_of_feeds_open_no_tag_and_close_no_script(reports, pages):
    hostile = next(row.feed for row in reports["sample"].overall if row.feed and "<script>" in row.feed)
    parsed = Tags(pages["sample"])
    assert sum(tag == "script" for tag, _ in parsed.tags) == 5
    assert hostile not in pages["sample"]
    assert html.escape(hostile) in pages["sample"]
    assert hostile in {row.get("feed") for row in json.loads(parsed.scripts["report"])["overall"]}


def test_line_separators_are_escaped_in_the_data(reports):
    report = msgspec.structs.replace(reports["empty"], estimand="a\u2028b\u2029c")
    data = Tags(render_page(report)).scripts["report"]
    assert "a\\u2028b\\u2029c" in data
    assert json.loads(data)["estimand"] == report.estimand


def plain(report):
    return json.loads(msgspec.json.encode(report), parse_float=lambda number: float(f"{float(number):.5g}"))


@pytest.mark.parametrize("name", ["sample", "large", "refused", "empty"])
def test_the_data_is_the_whole_report_less_what_is_as_by_default(reports, pages, name):
    data = Tags(pages[name]).scripts["report"]
    assert plain(msgspec.json.decode(data, type=Report)) == plain(reports[name])


def test_every_script_is_on_the_page_before_the_one_that_starts_it(pages):
    places = {name: pages["empty"].index(path.read_text(encoding="utf-8")) for name, path in OWN_SCRIPTS.items()}
    assert max(places, key=places.get) == "app.js"


def test_vendored_libraries_are_the_files_that_the_table_names():
    table = ASSETS.joinpath("VENDORED.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|.*\| (\d+) \| `(\w{64})` \|$", table, re.MULTILINE)
    assert {name for name, _, _ in rows} == {path.name for path in ASSETS.iterdir() if ".min." in path.name}
    for name, size, sha256 in rows:
        content = ASSETS.joinpath(name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), sha256)


def strings():
    return json.loads(ASSETS.joinpath("strings.json").read_text(encoding="utf-8"))


def told_in(kind, field):
    """Give the values of a field that the docstring of a part of the report lists."""
    listed = re.search(rf"`{field}`: (.*?)\. `", kind.__doc__, re.DOTALL)[1]
    return re.findall(r"\w+", re.sub(r"\([^)]*\)", "", listed))


def test_every_text_is_there_in_both_languages():
    texts = strings()
    scripts = "".join(path.read_text(encoding="utf-8") for path in OWN_SCRIPTS.values())
    assert set(re.findall(r'say\("(\w+)"', scripts)) <= texts.keys()
    for english, chinese in texts.values():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese))
        assert english.strip()
        assert chinese.strip()


@pytest.mark.parametrize(
    ("prefixes", "values"),
    [
        (("status", "meaning"), {status.value for status in Status}),
        (("alarm",), set(told_in(Alarm, "kind"))),
        (("step",), set(told_in(ChangePoint, "series"))),
        (("kind",), set(told_in(SeriesBreak, "kind"))),
        (("design",), {"stratified", "pps"}),
        (("weight", "plain", "wide", "estimand", "ad_density"), set(WEIGHTS)),
        (("label",), {*map(str, LABELS), "ad", "not_organic"}),
    ],
)
def test_every_value_that_a_report_may_hold_has_its_words(prefixes, values):
    assert len(values) > 1
    assert {f"{prefix}_{value}" for prefix in prefixes for value in values} <= strings().keys()


def test_alarms_are_of_the_kinds_that_are_listed():
    folder = Path(alarms.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*alarms.py"))
    made = {COMMENT_SERIES, *re.findall(r'kind="(\w+)"', source), *re.findall(r'_tested\(rows, "(\w+)"', source)}
    assert made == set(told_in(Alarm, "kind"))


def chinese(reason):
    known = json.loads(ASSETS.joinpath("reasons.json").read_text(encoding="utf-8"))
    return next((text for pattern, text in known if re.search(pattern, reason)), None)


@pytest.mark.parametrize(
    "reason",
    [
        row_shares.TOO_WIDE,
        row_shares.NO_DISCLOSURE,
        note_weights.refuse_weights(np.array([np.nan, 1.0]), "exposure"),
        note_weights.refuse_weights(np.zeros(2), "likes"),
        "needs 50 effective notes, got 17",
        "needs 50 validation labels of disclosed_ad, got 37",
        "an audit needs 30 labels, got 16",
        "the model's share, moved by what 10 audited rows say of it (-10.8%)",
        "scored by 0.2.0, but the model folder holds 0.3.0",
    ],
)
def test_usual_reasons_are_told_in_chinese(reason):
    assert chinese(reason)


def test_numbers_of_a_reason_stand_in_its_chinese():
    for pattern, text in json.loads(ASSETS.joinpath("reasons.json").read_text(encoding="utf-8")):
        assert re.compile(pattern).groups >= max(map(int, re.findall(r"\$(\d)", text)), default=0)


def test_a_wide_interval_is_told_as_one(reports):
    wide = Share(name="organic", share=0.817, ci_low=0.298, ci_high=1.0)
    whole = tuple(msgspec.structs.replace(row, organic=wide) for row in reports["sample"].overall)
    text = Tags(render_page(msgspec.structs.replace(reports["sample"], overall=whole))).text
    assert "Somewhere between 29 and 100 of 100 notes are real sharing" in text
    assert "About 82 of 100" not in text


def test_script_and_page_call_the_same_intervals_wide():
    told = re.search(r"const WIDE = ([\d.]+);", OWN_SCRIPTS["advice.js"].read_text(encoding="utf-8"))[1]
    assert float(told) == essentials.WIDE
