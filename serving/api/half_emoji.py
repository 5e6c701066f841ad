"""Bodies as clients really send them: half an emoji, cut off by another system, is read and not refused."""

from typing import Any

import msgspec

from data.errors import DataError
from data.json_text import decode_json
from serving.api.problems import RequestError
from serving.api.routing import decode_body

_encode = msgspec.json.Encoder().encode


def decode_tolerantly(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """Decode and check a body; half an emoji becomes U+FFFD, as `data.json_text.decode_json` has it.

    Raises
    ------
    RequestError
        As `decode_body`.
    """
    try:
        return decode_body(decoder, body)
    except RequestError as error:
        if error.status != 400:
            raise
        try:
            whole = _encode(decode_json(body.decode("utf-8")))
        except (DataError, UnicodeDecodeError):
            raise error from None
    return decode_body(decoder, whole)
