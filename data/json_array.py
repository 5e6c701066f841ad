"""Objects of one large JSON array (MediaCrawler's `.json` files), streamed instead of loaded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import DataError
from data.json_text import decode_json
from data.streams import read_lines

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,\[\]]*")  # what stands between objects


def read_array(path: Path) -> Iterator[tuple[int, dict[str, Any] | DataError]]:
    """Stream the objects of an array, each with the 1-based line it starts on; an error is the last item.

    One object per line without brackets (JSONL under another name) is read as well. Damage inside an object ends the
    file: where the next one starts cannot be known.
    """
    text, start = "", 1  # what is not yet read, and the line it starts on
    for number, line in read_lines(path):
        if isinstance(line, DataError):
            yield number, line
            return
        try:
            text += line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield number, DataError(f"a line must be UTF-8. Byte {error.start + 1} is not; nothing after it was read.")
            return
        if b"}" not in line:
            continue  # no object ends here: do not try to read one
        read = 0
        for begin, end in _whole_objects(text):
            start += text.count("\n", read, begin)
            yield start, _object(text[begin:end])
            start += text.count("\n", begin, end)
            read = end
        text = text[read:]
        if _is_damaged(text):
            break
    begin = _end_of_gap(text, 0)
    if begin < len(text):
        start += text.count("\n", 0, begin)
        yield (
            start,
            DataError("a .json file must hold whole objects in an array. It does not here; the rest was not read."),
        )


def _whole_objects(text: str) -> Iterator[tuple[int, int]]:
    begin = _end_of_gap(text, 0)
    while begin < len(text):
        try:
            _, end = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return
        yield begin, end
        begin = _end_of_gap(text, end)


def _end_of_gap(text: str, begin: int) -> int:
    gap = _BETWEEN.match(text, begin)
    return gap.end() if gap else begin


def _is_damaged(text: str) -> bool:
    """Tell an object that cannot be read from one whose end is on a later line: the latter fails at the end."""
    begin = _end_of_gap(text, 0)
    try:
        if begin < len(text):
            _DECODER.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        return error.pos < len(text.rstrip()) - 1
    except (ValueError, RecursionError):
        return True
    return False


def _object(text: str) -> dict[str, Any] | DataError:
    try:
        value = decode_json(text)
    except DataError as error:
        return error
    if not isinstance(value, dict):
        return DataError(f"an item of the array must be an object. Got {type(value).__name__} instead.")
    return value
