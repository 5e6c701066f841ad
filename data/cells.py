"""Single values as archives hold them: ids, counts, tags, and JSON inside a cell."""

import math
import re
from collections.abc import Mapping
from typing import Any

from data.errors import DataError
from data.json_text import decode_json

_MISSING = frozenset(("", "0", "none", "null", "nan"))  # "0" is how the crawler says "no parent comment"
# "6.40E+23", "640000000000.0": a spreadsheet or a float column rounded the id. "5e3" may be part of a real id.
_ROUNDED = re.compile(r"\d+(\.\d+)?[eE]\+\d+|\d{10,}\.\d+")
# "1.2万", "10万+", "1,203", "3千+", "2w"; not "12赞"
_COUNT = re.compile(r"(\d+(?:,\d{3})*|\d*\.\d+|\d+\.\d*)\s*(万|亿|千|[wWkK])?\s*\+?")
_UNITS = {None: 1, "千": 10**3, "k": 10**3, "万": 10**4, "w": 10**4, "亿": 10**8}
_NO_COUNT = frozenset(("", "赞", "点赞", "none", "null", "nan"))  # the page shows the word where the count is hidden
_MAX_COUNT = 2**63 - 1


def identifier(value: Any, key: str) -> str | None:
    """Read an id; None where it is missing ("", "0", "nan").

    Raises
    ------
    DataError
        If it is a float or looks like one ("6.40E+23"): digits are lost, and different ids may have become equal.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise DataError(f"{key!r} must be a string with all its digits. Got {type(value).__name__}; write ids as text.")
    text = value.strip()
    if ("+" in text or "." in text) and _ROUNDED.fullmatch(text):
        raise DataError(f"{key!r} must be a string with all its digits. Got a rounded number; write ids as text.")
    return None if len(text) < 5 and text.lower() in _MISSING else text


def parse_count(value: Any, key: str) -> int | None:
    """Read a count as the page shows it ("1.2万", "10万+", "1,203"); None where it is hidden or missing.

    Raises
    ------
    DataError
        If it is no count, negative, or over 2**63 - 1.

    Examples
    --------
    >>> parse_count("1.2万", "likes"), parse_count("10万+", "likes"), parse_count("赞", "likes")
    (12000, 100000, None)
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    number: int | None = None
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in _NO_COUNT:
            return None
        if len(text) < 40 and (match := _COUNT.fullmatch(text)):
            unit = match[2].lower() if match[2] else None
            digits = match[1].replace(",", "")
            number = int(digits) * _UNITS[unit] if digits.isdecimal() else round(float(digits) * _UNITS[unit])
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None or not 0 <= number <= _MAX_COUNT:
        raise DataError(f'{key!r} must be a count such as 1203 or "1.2万". Got {type(value).__name__} that is none.')
    return number


def parse_tags(value: Any, key: str) -> list[Any]:
    """Read tags: a list of names, a list of `{name}`, JSON text of one, or names between commas (, or ，).

    Raises
    ------
    DataError
        If it is none of these.
    """
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return [name for part in re.split("[,，]", value) if (name := part.strip())]
    items = json_value(value, key) or []
    if not isinstance(items, list | tuple):
        raise DataError(f"{key!r} must be a list or names between commas. Got {type(items).__name__} instead.")
    return [item.get("name") if isinstance(item, Mapping) else item for item in items]


def json_value(value: Any, key: str) -> Any:
    """Decode a nested value that a CSV cell or a text column holds as JSON; anything but a string stays.

    Raises
    ------
    DataError
        If a string is not JSON.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return decode_json(value)
    except DataError as error:
        raise DataError(f"{key!r}: {error}") from error
