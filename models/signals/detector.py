"""What a detector is: triggers that are searched for all at once, and a pattern tried only around them."""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from models.evidence import HitSource

DIGITS = "\\d"  # special trigger: five or more digits in a row, or nine or more that single blanks or signs split
TOKEN = (
    "\\w"  # special trigger: eight or more ASCII letters and digits in a row that mix cases as codes do, words do not
)


class Hit(NamedTuple):
    """One detection; positions are batch positions of the normalised text, half-open."""

    start: int
    end: int
    kind: str
    value: str | None
    detector: str
    hit_source: HitSource


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """A named detector of one evidence kind.

    `triggers` are literal strings of normalised (lower-cased) text, or DIGITS or TOKEN. Around each trigger, from `before`
    characters ahead of its start to `after` behind its end and never past the field, `pattern` is searched: in the
    lower-cased text, or with `cased` in the text that keeps its case. The evidence span is the group "span" if it took
    part in the match, else the whole match; the value is its group "value", if any. `accept` may refuse a match.
    Without a pattern the trigger itself is the span. `outside_topics` leaves "#topics" and tag fields alone.
    `tier` stands as the value of hits that have none of their own: a disclosure's "D1" or "D3".
    """

    name: str
    kind: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str] | None = None
    before: int = 24
    after: int = 48
    cased: bool = False
    accept: Callable[[re.Match[str]], bool] | None = None
    hit_source: HitSource = "rule"
    outside_topics: bool = False
    tier: str | None = None
