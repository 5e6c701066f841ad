"""What stands at a place of a body's or a query's type: the keys or the values that an answer may name as known."""

import re
from typing import Any

from msgspec import inspect

_PART = re.compile(r"\.(\w+)|\[[^\]]*\]")  # ".feedback", "[0]", "[...]"


def expected_at(kind: Any, place: str) -> str:
    """List what is known at a place, as msgspec writes it without its `$`; "" where the type lists nothing.

    Examples
    --------
    >>> from typing import Literal
    >>> expected_at(dict[str, list[Literal["day", "week"]]], "[...][3]")
    'day, week'
    """
    found = _plain(inspect.type_info(kind))
    for part in _PART.finditer(place):
        inner = _inside(found, part[1])
        if inner is None:
            return ""
        found = _plain(inner)
    if isinstance(found, inspect.StructType):
        return ", ".join(field.encode_name for field in found.fields)
    if isinstance(found, inspect.EnumType):
        return ", ".join(str(member.value) for member in found.cls)
    if isinstance(found, inspect.LiteralType):
        return ", ".join(str(value) for value in found.values)
    return ""


def _inside(found: inspect.Type, name: str | None) -> inspect.Type | None:
    if isinstance(found, inspect.StructType):
        return next((field.type for field in found.fields if field.encode_name == name), None)
    if isinstance(found, inspect.DictType):
        return found.value_type
    if isinstance(found, inspect.ListType | inspect.VarTupleType):
        return found.item_type
    return None


def _plain(found: inspect.Type) -> inspect.Type:
    """Look through descriptions and "or null"."""
    while isinstance(found, inspect.Metadata | inspect.UnionType):
        if isinstance(found, inspect.Metadata):
            found = found.type
        else:
            found = next(kind for kind in found.types if not isinstance(kind, inspect.NoneType))
    return found
