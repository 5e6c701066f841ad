"""The files of the pages: one fixed table from address to bytes, so that no path is ever made from a request."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import msgspec

from data.kinds import KINDS
from data.labels import LABEL_NAMES_ZH
from serving.page.render import page_script, script_json

_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_PAGES = {"/": "check.html", "/reports": "feeds.html", "/reports/feed": "feed_report.html", "/docs": "docs.html"}
_OWN = (
    "api.js",
    "check.js",
    "docs.js",
    "evidence.js",
    "examples.js",
    "feed_report.js",
    "feeds.js",
    "icon.svg",
    "note_form.js",
    "problem_view.js",
    "schema_view.js",
    "shell.js",
    "site.css",
    "strings.js",
    "verdict.js",
    "words.js",
)
_OF_REPORT = {"report.css": "page.css", "d3.js": "d3.min.js", "plot.js": "plot.umd.min.js"}


class SiteFile(msgspec.Struct, frozen=True):
    """One file as it is served; `etag` names its bytes."""

    body: bytes
    media_type: str
    etag: str


@cache
def site_files() -> Mapping[str, SiteFile]:
    """Read all files, by the path they are served at."""
    texts = {f"/site/{name}": _own(name) for name in _OWN}
    texts |= {f"/site/{name}": _of_report(source) for name, source in _OF_REPORT.items()}
    texts["/site/elements.js"] = _of_report("elements.js") + "\nexport { drawing, element, section };\n"
    texts["/site/names.js"] = f"export default {_names()};\n"
    texts["/site/report.js"] = page_script()
    words = {name: script_json(json.loads(_of_report(f"{name}.json"))) for name in ("strings", "reasons")}
    for path, name in _PAGES.items():
        page = _own(name)
        for word, value in words.items():
            page = page.replace(f"{{{{{word}}}}}", value)
        texts[path] = page
    return MappingProxyType({path: _file(path, text) for path, text in texts.items()})


def _file(path: str, text: str) -> SiteFile:
    body = text.encode()
    kind = _PAGES.get(path, path).rpartition(".")[2]
    return SiteFile(body, _TYPES[kind], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _names() -> str:
    """Write what evidence kinds and labels are called."""
    kinds = {name: {"en": kind.en, "zh": kind.zh, "route": kind.route} for name, kind in KINDS.items()}
    labels = {label.value: {"en": label.replace("_", " "), "zh": zh} for label, zh in LABEL_NAMES_ZH.items()}
    return script_json({"kinds": kinds, "labels": labels})


def _own(name: str) -> str:
    return resources.files("serving.site").joinpath("assets", name).read_text(encoding="utf-8")


def _of_report(name: str) -> str:
    return resources.files("serving.page").joinpath("assets", name).read_text(encoding="utf-8")
