"""The pages' files: all there, all from this service, nothing inline, and found again by their ETag."""

import re
from importlib import resources

import pytest
from starlette.testclient import TestClient

from serving.api.app import create_app
from serving.settings import Settings
from serving.site.files import site_files

PAGES = ["/", "/reports", "/reports/feed", "/docs"]


@pytest.fixture
def client(tmp_path, classifier):
    with TestClient(create_app(Settings(state=tmp_path), classifier=classifier), base_url="http://127.0.0.1") as client:
        yield client


def test_every_file_is_served_as_what_it_is_and_kept_by_its_name(client):
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for path, file in site_files().items():
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (200, file.body), path
        assert answer.headers["content-type"].startswith(types.get(path.rpartition(".")[2], "text/html")), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        again = client.get(path, headers={"If-None-Match": f'"other", {answer.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b""), path
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_load_from_and_talk_to_its_own_service_alone(client, path):
    policy = client.get(path).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert (rules["script-src"], rules["connect-src"]) == ("'self'", "'self'")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_nothing_in_a_page_is_inline(path):
    page = site_files()[path].body.decode()
    assert "<style" not in page
    assert not re.search(r"<[^>]*\s(style|on\w+)=", page)
    for tag in re.findall(r"<script[^>]*>", page):
        assert "src=" in tag or 'type="application/json"' in tag


def test_whatever_a_file_names_is_there():
    for path, file in site_files().items():
        if path in ("/site/d3.js", "/site/plot.js", "/site/report.js"):
            continue
        text = file.body.decode()
        named = set(re.findall(r'"(/site/[^"]+)"', text))
        assert named <= set(site_files()), path
        assert "//" not in re.sub(
            r"(?m)^//.*$|\s// .*$|http://www\.w3\.org/\S+", "", text.split('<script type="app')[0]
        )


def test_every_asset_is_served_under_its_name_or_as_a_page():
    folder = resources.files("serving.site").joinpath("assets")
    served = {file.body for file in site_files().values()}
    for asset in folder.iterdir():
        body = asset.read_bytes()
        assert body in served or b"{{strings}}" in body, asset.name


@pytest.mark.parametrize("name", ["nothing.js", "../check.html", "..%2Ffiles.py", "page.html", "site.css%00", ""])
def test_no_path_reaches_another_file(client, name):
    answer = client.get(f"/site/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_all_pages_together_are_small():
    assert sum(len(file.body) for file in site_files().values()) < 1_000_000


def test_every_word_is_there_in_both_languages():
    strings = site_files()["/site/strings.js"].body.decode()
    words = re.findall(r'(\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\]', strings)
    assert len(words) == strings.count(": [")
    assert all(english.strip() and chinese.strip() for _, english, chinese in words)
    names = [name for name, _, _ in words]
    assert len(names) == len(set(names))
    said = "".join(
        file.body.decode() for path, file in site_files().items() if path.startswith("/site/") or path in PAGES
    )
    for name in re.findall(r'say\("(\w+)"|data-say(?:-label)?="(\w+)"', said):
        key = name[0] or name[1]
        assert key in names or path_of_report(key), key


def path_of_report(key):
    """Tell whether the report's own page says it."""
    return f'"{key}"' in site_files()["/reports/feed"].body.decode()
