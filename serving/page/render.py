"""A report as one self-contained page: its numbers, its charts and the libraries that draw them; nothing is loaded."""

import json
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from serving.feeds.report_shape import Report
from serving.page.essentials import render_essentials

_LIBRARIES = ("d3.min.js", "plot.umd.min.js")  # of others, unmodified: assets/VENDORED.md
_SCRIPTS = (
    "elements.js",
    "format.js",
    "state.js",
    "palette.js",
    "reasons.js",
    "steps.js",
    "advice.js",
    "headline.js",
    "alarms.js",
    "series_points.js",
    "series_marks.js",
    "series.js",
    "series_section.js",
    "shares.js",
    "measures.js",
    "changes.js",
    "feeds_table.js",
    "trust.js",
    "reliability.js",
    "terms.js",
    "method.js",
    "app.js",
)
_DIGITS = 5  # significant: one more than the page shows
# Inside <script>, only these could end the block or break a line of JavaScript.
_UNSAFE = "<>&\u2028\u2029"


def render_page(report: Report) -> str:
    """Write the report as one HTML file that opens from disk, in English or Chinese.

    The headline and the tables are plain HTML, for readers without JavaScript; the script puts the whole page in
    their place. What it shows stands in the address: `#lang=zh&feed=NAME&period=2025-08&table=periods`.
    """
    page = _asset("page.html")
    parts = {
        "css": _asset("page.css"),
        "essentials": render_essentials(report, json.loads(_asset("strings.json"))),
        "report": script_json(_lean(report)),
        "strings": script_json(json.loads(_asset("strings.json"))),
        "reasons": script_json(json.loads(_asset("reasons.json"))),
        "libraries": "\n".join(map(_asset, _LIBRARIES)),
        "script": page_script(),
    }
    pieces = []
    for piece in page.split("{{"):
        name, closing, rest = piece.partition("}}")
        pieces.append(parts[name] + rest if closing else piece)
    return "".join(pieces)


def page_script() -> str:
    """Give the script that draws a page from the numbers and words in it, once the libraries are there."""
    return "\n".join(("(() => {", '"use strict";', *map(_asset, _SCRIPTS))) + "})();\n"


def _asset(name: str) -> str:
    return resources.files("serving.page").joinpath("assets", name).read_text(encoding="utf-8")


def script_json(value: Any) -> str:
    """Write JSON that may stand inside `<script>`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in _UNSAFE:
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _lean(value: Any) -> Any:
    """Make plain values, less what is as it is by default, numbers shortened: a quarter of a large report."""
    if isinstance(value, msgspec.Struct):
        told = ((name, getattr(value, name), default) for name, default in _fields(type(value)))
        return {name: _lean(each) for name, each, default in told if each != default}
    if isinstance(value, tuple):
        return [_lean(each) for each in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Give the fields of a struct with their defaults, or `msgspec.NODEFAULT`."""
    return tuple(
        (field.name, field.default_factory() if callable(field.default_factory) else field.default)
        for field in msgspec.structs.fields(kind)
    )
