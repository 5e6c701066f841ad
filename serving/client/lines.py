"""JSON Lines as they come in, cut wherever the network cut them."""

import msgspec

from serving.client.answers import JobLine
from serving.client.errors import make_unexpected

_GOOD = 200
_decoder = msgspec.json.Decoder(JobLine)


class LineReader:
    """Puts chunks together to lines; only a line feed ends one, as U+2028 may stand inside JSON."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[JobLine]:
        """Give the results that are whole with this chunk."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [_decode(line) for line in lines if line.strip()]

    def finish(self) -> list[JobLine]:
        """Give a last line that no line feed ended."""
        return [_decode(self._rest)] if self._rest.strip() else []


def _decode(line: bytes) -> JobLine:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise make_unexpected(_GOOD) from error
