"""The pages in a real browser against a real service: what a reader does, sees, and never loads from elsewhere."""

import hashlib
import json
import shlex
import shutil
import time
from urllib.parse import quote

import httpx2
import pytest

from serving.note_classifier import load_classifier
from tests.serving.conftest import FakeClassifier
from tests.serving.running_service import run_service

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the pages are not tried in a browser")
playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: the pages are not tried in a browser")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEY = "hr_page_key_0123456789"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def is_trouble(message):
    """Tell whether a line on the console is one; that a service is busy for a moment is none."""
    return message.type in ("error", "warning") and "status of 503" not in message.text


@pytest.fixture
def open_page(browser):
    """Give a function that opens a page and, in the end, checks its console and what it asked for."""
    opened = []

    def run(url, path="/", *, lang="en", width=1280, troubles=0):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US")
        context.set_default_timeout(60_000)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text) if is_trouble(message) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        opened.append((context, url, said, asked, troubles))
        page.goto(f"{url}{path}#lang={lang}")
        return page

    yield run
    for context, url, said, asked, troubles in opened:
        context.close()
        assert len(said) == troubles, said  # the browser itself tells of an answer such as 401
        assert asked
        assert [each for each in asked if not each.startswith(f"{url}/")] == []


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Give the address of one service for all tests: each asks for what is its own."""
    with run_service(tmp_path_factory.mktemp("service"), FakeClassifier()) as url:
        yield url


def verdict_of(page):
    page.wait_for_selector("#result")
    return json.loads(page.text_content("#versions pre"))


def marked(page, at):
    """Put together what is marked as one item of the evidence."""
    marks = "marks => marks.map((each) => [each.dataset.at.split(' '), each.textContent])"
    pieces = [text for items, text in page.eval_on_selector_all("mark", marks) if str(at) in items]
    return "".join(pieces)


def test_the_marked_words_are_the_evidence_behind_an_emoji_too(open_page, service):
    page = open_page(service)
    page.fill("#title", "👩‍👩‍👧 手作 🔨")
    page.fill("#body", "🔨💍 𠮷 想要的加微信 ring88\n第二行")
    page.click("#add-comment")
    page.keyboard.type("😀 微信 abc")
    with page.expect_request("**/v1/classify") as sent:
        page.click("#submit")
    verdict = verdict_of(page)
    body = sent.value.post_data_json
    assert body["options"] == {"dry_run": True, "offsets": "utf16"}
    assert [each["field"] for each in verdict["evidence"]] == ["body", "comments[0]"]
    for at, each in enumerate(verdict["evidence"]):
        assert marked(page, at) == each["text"]
    assert marked(page, 0) == "微信 ring88\n第二行"
    assert page.text_content("[data-field=body] p") == body["body"]
    assert "WeChat" in page.get_attribute("mark", "data-name")


def test_the_reader_switches_languages_and_loses_nothing(open_page, service):
    page = open_page(service)
    page.fill("#body", "加微信 ring88")
    page.click("#submit")
    verdict_of(page)
    assert page.text_content("h1") == "What is this note?"
    page.click("#lang-zh")
    page.wait_for_selector("html[lang=zh-CN]")
    assert page.text_content("h1") == "这篇笔记是什么？"
    assert page.input_value("#body") == "加微信 ring88"
    assert "站外导流" in page.text_content("#result")
    assert page.get_attribute("mark", "data-name") == "微信"
    assert page.evaluate("document.activeElement.id") == "lang-zh"


def test_each_example_shows_its_label_and_its_marks_with_the_released_model(open_page, tmp_path):
    with run_service(tmp_path, load_classifier(None, None)) as url:
        page = open_page(url)
        for label in ("organic", "disclosed_ad", "undisclosed_ad", "diversion"):
            with page.expect_response("**/v1/classify") as answered:
                page.click(f"#example-{label}")
            verdict = answered.value.json()
            is_shown = "id => document.querySelector('#versions pre')?.textContent.includes(id)"
            page.wait_for_function(is_shown, arg=verdict["request_id"])
            assert verdict["label"] == label
            for at, each in enumerate(verdict["evidence"]):
                assert marked(page, at) == each["text"]


def test_hostile_text_stays_text(open_page, service):
    page = open_page(service)
    hostile = "<img src=x onerror=alert(1)>&amp;<script>alert(2)</script>微信 <b>x</b>"
    page.on("dialog", lambda dialog: pytest.fail("a note must not run"))
    page.fill("#body", hostile)
    page.click("#submit")
    verdict_of(page)
    assert page.text_content("[data-field=body] p") == hostile


def test_a_service_that_asks_for_a_key_gets_it_and_the_address_does_not(open_page, tmp_path, classifier):
    given = f"page:score:{hashlib.sha256(KEY.encode()).hexdigest()}"
    with run_service(tmp_path, classifier, api_keys=given) as url:
        page = open_page(url, troubles=1)
        page.fill("#body", "加微信 ring88")
        page.click("#submit")
        page.wait_for_selector(".problem")
        assert "asks for an API key" in page.text_content(".problem")
        assert page.evaluate("document.activeElement.id") == "key"
        page.keyboard.type(KEY)
        page.keyboard.press("Enter")  # asks once more by itself
        assert verdict_of(page)["label"] == "diversion"
        assert page.query_selector(".problem") is None
        assert KEY not in page.url
        assert page.evaluate("localStorage.length") == 0
        assert page.evaluate("document.cookie") == ""


def test_a_service_that_is_gone_is_told_kindly(open_page, service):
    page = open_page(service, lang="zh", troubles=1)
    page.route("**/v1/classify", lambda route: route.abort())
    page.fill("#body", "你好")
    page.click("#submit")
    page.wait_for_selector(".problem")
    assert "无法连接服务" in page.text_content(".problem")
    assert page.is_enabled("#submit")


def test_on_a_phone_by_keyboard_alone(open_page, service):
    page = open_page(service, width=390)
    page.focus("#body")
    page.keyboard.type("🔨 加微信 ring88")
    page.focus("#dry-run")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    verdict_of(page)
    page.focus("mark")
    assert "fake" in page.text_content("#tip")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    assert page.query_selector("#tip") is None


def test_what_is_counted_is_in_the_feeds_and_in_a_report(open_page, service):
    page = open_page(service)
    page.uncheck("#dry-run")
    page.fill("#feed-id", "a/b 护肤 <b>")
    page.fill("#body", "加微信 ring88")
    page.click("#submit")
    assert verdict_of(page)["verdict_id"]
    feeds = open_page(service, "/reports")
    feeds.wait_for_selector("table, .calm")
    for _ in range(300):  # the verdict is on its way to the database
        if "a/b" in feeds.text_content("#feeds"):
            break
        feeds.wait_for_timeout(200)
        feeds.reload()
        feeds.wait_for_selector("table, .calm")
    assert feeds.text_content("tbody th") == "a/b 护肤 <b>"
    report = open_page(service, f"/reports/feed?feed={quote('a/b 护肤 <b>', safe='')}")
    report.wait_for_selector("#headline", timeout=120_000)
    assert "a/b 护肤 <b>" in report.text_content("#headline")


def test_the_notes_to_label_are_asked_of_the_service_itself(open_page, service):
    notes = [
        {"note_id": f"l{n}", "feed_id": "户外 露营", "published_at": "2025-03-10", "body": "好看"} for n in range(60)
    ]
    httpx2.post(f"{service}/v1/classify/batch", json={"notes": notes}, timeout=60).raise_for_status()
    authenticity = f"{service}/v1/feeds/{quote('户外 露营')}/authenticity"
    for _ in range(300):  # the verdicts are on their way to the database
        answer = httpx2.get(authenticity, timeout=60)
        if answer.is_success and answer.json()["rows"][0]["n"] == len(notes):
            break
        time.sleep(0.2)
    page = open_page(service, f"/reports/feed?feed={quote('户外 露营')}")
    page.wait_for_selector(".advice code", timeout=120_000)
    curl, url, flag, asked = shlex.split(page.text_content(".advice code"))
    assert (curl, flag) == ("curl", "-d")
    for _ in range(300):  # the process of reports answers one after another
        drawn = httpx2.post(url, content=asked, timeout=60)
        if drawn.status_code != 503:
            break
        time.sleep(0.2)
    assert (drawn.status_code, len(drawn.json()["first"])) == (201, 30)


def test_the_api_page_tells_every_method(open_page, service):
    page = open_page(service, "/docs")
    page.wait_for_selector(".endpoint")
    api = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
    told = {page_id for page_id in page.eval_on_selector_all(".endpoint", "all => all.map((each) => each.id)")}
    described = [*api["paths"].items(), *api["webhooks"].items()]
    assert told == {f"{method}-{path}" for path, methods in described for method in methods}
    page.click("summary:has-text('/v1/classify'):not(:has-text('batch'))")
    opened = page.text_content("details[open]")
    assert "note_id" in opened
    assert "`" not in opened
