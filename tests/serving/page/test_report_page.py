"""The page as a file: complete without JavaScript, nothing to load, names escaped, the whole report inside."""

import hashlib
import html
import json
import re
from html.parser import HTMLParser
from importlib import resources

import msgspec
import pytest

from models.prevalence import Status
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
    assert sum(tag == "script" for tag, _ in parsed.tags) == 4
    assert hostile not in pages["sample"]
    assert html.escape(hostile) in pages["sample"]
    assert hostile in {row.get("feed") for row in json.loads(parsed.scripts["report"])["overall"]}


def test_line_separators_are_escaped_in_the_data(reports):
    report = msgspec.structs.replace(reports["empty"], estimand="a\u2028b\u2029c")
    data = Tags(render_page(report)).scripts["report"]
    assert "a\\u2028b\\u2029c" in data
    assert json.loads(data)["estimand"] == report.estimand


def without_nothing(value):
    """Drop what is None or empty, as the page does."""
    if isinstance(value, dict):
        kept = {key: without_nothing(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != [] and item != {}}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value


def numbers(value):
    """Give every number in order, and the rest with the numbers taken out."""
    found = []

    def walk(item):
        if isinstance(item, dict):
            return {key: walk(each) for key, each in item.items()}
        if isinstance(item, list):
            return [walk(each) for each in item]
        if isinstance(item, float | int) and not isinstance(item, bool):
            found.append(item)
            return 0
        return item

    return walk(value), found


def test_the_data_is_the_whole_report(reports, pages):
    told, told_numbers = numbers(json.loads(Tags(pages["sample"]).scripts["report"]))
    meant, meant_numbers = numbers(without_nothing(json.loads(msgspec.json.encode(reports["sample"]))))
    assert told == meant
    assert told_numbers == pytest.approx(meant_numbers, rel=5e-5)


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


def test_every_text_is_there_in_both_languages():
    strings = json.loads(ASSETS.joinpath("strings.json").read_text(encoding="utf-8"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in OWN_SCRIPTS.values())
    asked = set(re.findall(r'say\("(\w+)"', scripts)) | {
        f"{kind}_{status}" for status in Status for kind in ("status", "meaning")
    }
    assert asked <= strings.keys()
    for english, chinese in strings.values():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese))
        assert english.strip()
        assert chinese.strip()
