r"""Text that may hold anything, an id above all: what a database cannot store is escaped on the way in and out.

PostgreSQL stores no NUL, and no driver encodes a lone surrogate. Both are written `\u....`, a backslash `\\`.
"""

import re
from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator

_UNSTORABLE = re.compile("[\\\\\0\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:\\|u([0-9a-f]{4}))")


def escape(text: str) -> str:
    r"""Write text so that every database stores it.

    Examples
    --------
    >>> escape("a\0b"), escape("a\\b")
    ('a\\u0000b', 'a\\\\b')
    """
    if _UNSTORABLE.search(text) is None:
        return text
    return _UNSTORABLE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    r"""Undo `escape`.

    Examples
    --------
    >>> unescape(escape("a\0b\\u0000")) == "a\0b\\u0000"
    True
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\\", text) if "\\" in text else text


class PlainString(TypeDecorator[str]):
    """The column type of text of known characters: looking for anything else there finds nothing, and is no error."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what goes in."""
        return None if value is None else escape(value)


class AnyText(TypeDecorator[str]):
    """The column type of such text: statements pass and read it as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what goes in."""
        return None if value is None else escape(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Unescape what comes out."""
        return None if value is None else unescape(value)
