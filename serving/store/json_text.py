"""JSON as the databases take it: text that every driver can encode."""

import json
from typing import Any

import msgspec


def to_json(value: Any) -> str:
    r"""Write a value, structs too, as JSON; a lone surrogate stands escaped.

    Examples
    --------
    >>> to_json({"手": "\ud83d"}), to_json({"手": 1})
    ('{"\\u624b": "\\ud83d"}', '{"手":1}')
    """
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value))
