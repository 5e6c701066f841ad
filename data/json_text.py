"""JSON as archives hold it: strict where it may be, whole text where an emoji was cut in half."""

import json
import re
from typing import Any

import msgspec

from data.errors import DataError

_HALF = re.compile("[\ud800-\udfff]")


def decode_json(text: str) -> Any:
    r"""Decode JSON; half an emoji (a lone surrogate escape) becomes U+FFFD, `NaN` and `Infinity` become null.

    One code point stands for one, so positions in the text hold.

    Raises
    ------
    DataError
        If the text is not JSON or nests too deep; only the position is told.

    Examples
    --------
    >>> decode_json('["\\ud83d"]') == ["\N{REPLACEMENT CHARACTER}"]
    True
    """
    try:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError):  # msgspec is faster, but knows no half emoji and no NaN
            return _whole(json.loads(text, parse_constant=lambda name: None))
    except json.JSONDecodeError as error:
        raise DataError(f"the text must be JSON. It is not at character {error.pos + 1}: {error.msg}.") from error
    except ValueError as error:
        raise DataError("the text must be JSON with numbers of at most 4300 digits. Got a longer one.") from error
    except RecursionError as error:
        raise DataError("the JSON must not nest so deep. Got hundreds of levels.") from error


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value
