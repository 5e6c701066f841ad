"""Days on which a rule of the platform began that can move shares (`data/rule_dates.toml`)."""

import tomllib
from datetime import date
from importlib import resources

import msgspec


class RuleDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day in Asia/Shanghai and what began on it, in English and Chinese."""

    day: date
    text: str
    text_zh: str


class _RuleDayFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dates: tuple[RuleDay, ...]


def read_rule_dates() -> tuple[RuleDay, ...]:
    """Read the days, in order of time.

    Examples
    --------
    >>> read_rule_dates()[0].day.isoformat()
    '2021-08-01'
    """
    text = resources.files("data").joinpath("rule_dates.toml").read_text(encoding="utf-8")
    return tuple(sorted(msgspec.convert(tomllib.loads(text), _RuleDayFile).dates, key=lambda each: each.day))
